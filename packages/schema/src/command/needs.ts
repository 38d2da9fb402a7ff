import { UserError } from '../errors';

/**
 * Packages that some commands work with, and that a project installs where it wants those.
 *
 * @throws UserError that names those that are missing
 */
export function needs(command: string, ...packages: string[]): void {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length)
    throw new UserError(`${command} needs ${missing.join(' and ')}: npm install --save-dev ${missing.join(' ')}`);
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}
