import { appendFileSync, renameSync, statSync } from 'node:fs';

/** The maximum size of a log file; then a new one is started and the one before deleted. Bytes. */
const LONGEST = 1024 * 1024;

/** Appends a line to a log file. Together with its predecessor (`<file>.old`) it takes at most twice `LONGEST`. */
export function appendToLog(file: string, line: string): void {
  try {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LONGEST) renameSync(file, `${file}.old`);
    appendFileSync(file, `${line}\n`);
  } catch {
    // Logging must not fail, for example on a full disk: skip the line.
  }
}
