import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Backend } from './backend';

import { attempt } from './failure';
import { Listener } from './listener';
import { Lock } from './lock';
import { appendToLog } from './log';
import type { DumpOrder, ServerOptions, ServerReport } from './server-process';
import { Session } from './session';

/**
 * The process that serves the embedded PostgreSQL: `node server.js <ServerOptions as JSON>`, started by `startServer`.
 * The server of a data directory runs while a process is connected by TCP or IPC. A server in memory runs while the process that
 * started it runs, since the IPC channel closes with that process.
 */

/**
 * How long the server of a data directory keeps running after the last client has left: long enough for the next command of a
 * sequence (`npm run migrate && npm run seed`), short enough to leave no stray server. Milliseconds.
 */
const LINGER = 2000;
/** How long to wait for a running statement on shutdown. Milliseconds. */
const PATIENCE = 5000;

async function main(options: ServerOptions): Promise<void> {
  const { directory } = options;
  const log = (line: string): void => (directory ? appendToLog(join(directory, 'server.log'), line) : undefined);
  let lock: Lock | undefined;
  try {
    if (directory) lock = await attempt(directory, () => Lock.take(directory));
    if (directory && !lock) return await tell({ kind: 'locked' });
    await serve(options, lock, log);
  } catch (error) {
    log(String((error as Error).stack));
    lock?.release();
    await tell({ kind: 'failed', message: (error as Error).message });
    process.exit(1);
  }
}

async function serve(options: ServerOptions, lock: Lock | undefined, log: (line: string) => void): Promise<void> {
  const backend = await Backend.start(options, {
    output: (bytes, sent) => session.output(bytes, sent),
    idle: (status) => session.idle(status),
    log,
    failed: (error) => giveUp(error, listener),
  });
  // Leave the current folder: it may be deleted while the server runs.
  process.chdir(__dirname);
  const session = new Session(backend, options.waitLimit);
  const listener = new Listener(backend, session, lock ? basename(lock.file) : '');
  const url = await listener.open(options.port);
  lock?.publish(url);
  await tell({ kind: 'ready', url });
  process.on('message', ({ dump }: DumpOrder) => void session.dump(dump).then(() => tell({ kind: 'dumped' })));

  let ending: Promise<void> | undefined;
  const end = (): void => void (ending ??= endServer(listener, session, lock));
  process.on('SIGTERM', end).on('SIGINT', end);
  if (lock) endWithLastUser(listener, end);
  else endWithParent();
}

function endWithLastUser(listener: Listener, end: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  const linger = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => (listener.isDeserted && !process.connected ? end() : undefined), LINGER);
  };
  listener.onDeserted = linger;
  process.on('disconnect', linger);
  linger();
}

function endWithParent(): void {
  const exit = (): void => process.exit();
  process.on('disconnect', exit);
  if (!process.connected) exit();
}

async function endServer(listener: Listener, session: Session, lock: Lock | undefined): Promise<void> {
  listener.close('57P01', 'the embedded PostgreSQL is shutting down');
  const ended = session.end().then(() => lock?.release());
  // If the lock stays behind, the next process removes it, since its holder has ended.
  await Promise.race([ended, sleep(PATIENCE)]);
  process.exit();
}

/** After a crash of PostgreSQL. Committed data is in the data directory and is recovered on the next start. */
function giveUp(error: Error, listener: Listener): void {
  console.error(`PostgreSQL has crashed: ${error.message}`);
  listener.close('57P02', `PostgreSQL has crashed: ${error.message}`);
  // Time to send the error messages.
  setTimeout(() => process.exit(1), 100);
}

function tell(report: ServerReport): Promise<void> {
  return new Promise((resolve) => process.send!(report, undefined, undefined, () => resolve()));
}

void main(JSON.parse(process.argv[2]) as ServerOptions);
