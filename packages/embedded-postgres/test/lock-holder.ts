/** Tries to take the lock of a directory, says whether it has it, and keeps it until it is killed: `node lock-holder.ts <directory>`. */
import { Lock } from '../src/lock';

async function main(directory: string): Promise<void> {
  const lock = await Lock.take(directory);
  console.log(lock ? 'taken' : 'locked');
  if (lock) setInterval(() => undefined, 1000);
}

void main(process.argv[2]);
