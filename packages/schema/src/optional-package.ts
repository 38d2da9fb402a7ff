/** A package that a project need not install; undefined where it has not. */
export function optionalPackage<T>(name: string): T | undefined {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be made before anybody asks
  return isInstalled(name) ? (require(name) as T) : undefined;
}

/** Whether a file of a package can be found: `squawk-cli/js/bin/squawk`. */
export function isInstalled(file: string): boolean {
  try {
    require.resolve(file);
    return true;
  } catch {
    return false;
  }
}
