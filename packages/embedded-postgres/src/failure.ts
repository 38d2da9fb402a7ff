import { UserError } from './errors';

/** File system errors inside PGlite have only an error number (of WASI). */
const ERRNO: Record<number, string> = {
  2: 'permission denied',
  51: 'no space left on device',
  63: 'operation not permitted',
  69: 'read-only file system',
};

/** Explanations by the cause of the failure. */
const REMEDIES: [reason: RegExp, explanation: (directory: string, reason: string) => string][] = [
  [
    /no space left|ENOSPC|quota/i,
    (directory, reason) =>
      `The disk of ${directory} is full (${reason}): free some space and try again; nothing is lost.`,
  ],
  [
    /read-only|permission denied|not permitted|EACCES/i,
    (directory, reason) =>
      `${directory} is not writable (${reason}): change its permissions, or use another folder (DATABASE_DIRECTORY).`,
  ],
  [
    /EEXIST|ENOTDIR/,
    (directory, reason) => `${directory} is not a folder (${reason}): use another one (DATABASE_DIRECTORY).`,
  ],
  [
    /./,
    (directory, reason) =>
      `The database in ${directory} can't be opened (${reason}): move that folder away to start with a new database.`,
  ],
];

/** Explains why a data directory can't be opened, from an error or a line of PostgreSQL's log. */
export function explainFailure(directory: string, failure: unknown): UserError {
  if (failure instanceof UserError) return failure;
  const { errno, message } = failure as { errno?: number; message?: string };
  const reason = ERRNO[errno ?? 0] ?? message ?? String(failure);
  const [, explanation] = REMEDIES.find(([pattern]) => pattern.test(reason))!;
  return new UserError(explanation(directory, reason), { cause: failure });
}

/** Runs an action on a data directory. @throws UserError if it fails */
export async function attempt<T>(directory: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw explainFailure(directory, error);
  }
}
