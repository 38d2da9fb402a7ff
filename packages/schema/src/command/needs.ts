import { UserError } from '../errors';
import { isInstalled } from '../optional-package';

/**
 * Packages that some commands work with, and that a project installs where it wants those.
 *
 * @throws UserError that names those that are missing
 */
export function needs(command: string, ...packages: string[]): void {
  const missing = packages.filter((name) => !isInstalled(`${name}/package.json`));
  if (missing.length)
    throw new UserError(`${command} needs ${missing.join(' and ')}: npm install --save-dev ${missing.join(' ')}`);
}
