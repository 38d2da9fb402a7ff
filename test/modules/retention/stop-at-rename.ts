// Loaded into a process beforehand: it never renames a file, says so, and waits to be killed.
import promises from 'node:fs/promises';

promises.rename = () => {
  process.stderr.write('about to rename\n');
  return new Promise(() => setInterval(() => undefined, 60_000));
};
