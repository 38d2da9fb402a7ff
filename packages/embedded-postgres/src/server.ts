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
 * That of a data directory lives as long as anybody is connected to it, by TCP or by IPC; that in memory as long as the
 * process that has started it, whose IPC channel ends with it.
 */

/**
 * How long the server of a data directory waits for a user after its last has gone: long enough that commands that follow
 * each other (`npm run migrate && npm run seed`) find it running, short enough that nobody meets one left over. Milliseconds.
 */
const LINGER = 2000;
/** How long a statement that runs when the server is to end is waited for. Milliseconds. */
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
  // Not where the command was given: that folder may go while the server runs.
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
  // A lock that stays behind is that of a process that has ended: whoever comes next removes it.
  await Promise.race([ended, sleep(PATIENCE)]);
  process.exit();
}

/** PostgreSQL has given up. What was committed is in the data directory: it recovers when it is opened next. */
function giveUp(error: Error, listener: Listener): void {
  console.error(`PostgreSQL has crashed: ${error.message}`);
  listener.close('57P02', `PostgreSQL has crashed: ${error.message}`);
  // Time for the connections to tell.
  setTimeout(() => process.exit(1), 100);
}

function tell(report: ServerReport): Promise<void> {
  return new Promise((resolve) => process.send!(report, undefined, undefined, () => resolve()));
}

void main(JSON.parse(process.argv[2]) as ServerOptions);
