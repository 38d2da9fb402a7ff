import { UserError } from './errors';

/** Errors of the file system inside PGlite have no more than a number (WASI's). */
const ERRNO: Record<number, string> = {
  2: 'permission denied',
  51: 'no space left on device',
  63: 'operation not permitted',
  69: 'read-only file system',
};

/** What to do about a data directory, by what went wrong with it. */
const REMEDIES: [reason: RegExp, explanation: (directory: string, reason: string) => string][] = [
  [
    /no space left|ENOSPC|quota/i,
    (directory, reason) => `The disk of ${directory} is full (${reason}): make room and try again; nothing is lost.`,
  ],
  [
    /read-only|permission denied|not permitted|EACCES/i,
    (directory, reason) =>
      `${directory} can't be written (${reason}): get the right to, or set DATABASE_DIRECTORY to another folder.`,
  ],
  [
    /EEXIST|ENOTDIR/,
    (directory, reason) => `${directory} is no folder (${reason}): set DATABASE_DIRECTORY to another one.`,
  ],
  [
    /./,
    (directory, reason) =>
      `The database in ${directory} can't be opened (${reason}): move ${directory} away and run "npm run seed" to make it anew.`,
  ],
];

/** Why a data directory can't be opened, from an error or a line of PostgreSQL's log, and what to do. */
export function explainFailure(directory: string, failure: unknown): UserError {
  if (failure instanceof UserError) return failure;
  const { errno, message } = failure as { errno?: number; message?: string };
  const reason = ERRNO[errno ?? 0] ?? message ?? String(failure);
  const [, explanation] = REMEDIES.find(([pattern]) => pattern.test(reason))!;
  return new UserError(explanation(directory, reason), { cause: failure });
}

/** Does something with a data directory. @throws UserError when it fails */
export async function attempt<T>(directory: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw explainFailure(directory, error);
  }
}
