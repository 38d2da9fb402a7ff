/** Takes the lock of a directory and lets go of it, again and again: `node lock-taker.ts <directory> <times>`. */
import { openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lock } from '../src/lock';

async function main(directory: string, times: number): Promise<void> {
  const held = join(directory, 'held');
  for (let taken = 0; taken < times;) {
    const lock = await Lock.take(directory);
    if (lock) {
      taken++;
      openSync(held, 'wx'); // Fails where another process has the lock, too.
      await sleep(Math.random() * 4);
      rmSync(held);
      lock.release();
    }
    await sleep(Math.random() * 4);
  }
}

void main(process.argv[2], Number(process.argv[3]));
