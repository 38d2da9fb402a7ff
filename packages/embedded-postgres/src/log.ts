import { appendFileSync, renameSync, statSync } from 'node:fs';

/** When a log file has become longer, the next one is begun and the one before it dropped. Bytes. */
const LONGEST = 1024 * 1024;

/** Appends a line to a log file that never takes more than twice `LONGEST`, its predecessor (`<file>.old`) included. */
export function appendToLog(file: string, line: string): void {
  try {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LONGEST) renameSync(file, `${file}.old`);
    appendFileSync(file, `${line}\n`);
  } catch {
    // A full disk must not keep anybody from their data: the log goes without this line.
  }
}
