// Loaded into a process beforehand: before a file is renamed or removed it says so and waits to be killed.
// STOP_AFTER: how many files may be, first. STOP_AT: which of the others is the one, as a regular expression on 'rename <to>'
// or 'remove <path>'. Default: the first.
import promises from 'node:fs/promises';
import { basename } from 'node:path';

const which = new RegExp(process.env.STOP_AT ?? '');
let left = Number(process.env.STOP_AFTER ?? 0);

const { rename, unlink } = promises;
promises.rename = (from, to) => unlessStopped(`rename ${basename(String(to))}`, () => rename(from, to));
promises.unlink = (path) => unlessStopped(`remove ${basename(String(path))}`, () => unlink(path));

function unlessStopped(operation: string, work: () => Promise<void>): Promise<void> {
  if (left-- > 0 || !which.test(operation)) return work();
  process.stderr.write(`about to ${operation}\n`);
  return new Promise(() => setInterval(() => undefined, 60_000));
}
