import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long after a change others may follow that belong to it, in ms. */
const TOGETHER_MS = 100;

let application: ChildProcess;

/** `npm run start:dev`: npm start, again and again when a file of src changes. */
async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(signal));
  for (;;) {
    // Before the application reads the files, so that no change is lost.
    const changed = nextChange();
    application = spawn(process.execPath, [...process.execArgv, 'src/main.ts'], { stdio: 'inherit' });
    const ended = once(application, 'exit').then(([code]) => {
      if (code) console.log('The application has failed: it starts again at the next change of a file.');
    });
    await changed;
    await sleep(TOGETHER_MS);
    application.kill('SIGTERM');
    await ended;
  }
}

/**
 * Watches each folder. Node's --watch watches files, and loses those that an editor replaces instead of writing into them;
 * a folder hears of both.
 */
function nextChange(): Promise<void> {
  const inner = readdirSync('src', { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
  const folders = ['src', ...inner.map(({ parentPath, name }) => join(parentPath, name))];
  return new Promise((resolve) => {
    const watchers = folders.map((folder) =>
      watch(folder, () => {
        for (const watcher of watchers) watcher.close();
        resolve();
      }),
    );
  });
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (application.exitCode === null && application.signalCode === null) {
    application.kill(signal);
    await once(application, 'exit');
  }
  process.exit();
}

void main();
