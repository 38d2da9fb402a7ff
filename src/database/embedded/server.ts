import { createServer, type AddressInfo, type Server } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '../errors';
import { Backend } from './backend';
import type { DumpOrder, ServerOptions, ServerReport } from './child';
import { Connection } from './connection';
import { attempt } from './failure';
import { IDENTITY } from './lease';
import { Lock } from './lock';
import { appendToLog } from './log';
import { Session } from './session';
import { message, READY_FOR_QUERY } from './wire';

/**
 * The process that serves the embedded PostgreSQL: `node server.js <ServerOptions as JSON>`, started by `startServer`.
 * It tells over IPC how its start went. That of a data directory lives as long as anybody is connected to it; that in
 * memory as long as the process that started it.
 */

/**
 * How long the server of a data directory waits for a user after its last has gone: long enough that commands that follow
 * each other (`npm run migrate && npm run seed`) find it running, short enough that nobody meets one left over. Milliseconds.
 */
const LINGER = 2000;
/** How long a statement that runs when the server is to end is waited for. Milliseconds. */
const PATIENCE = 5000;
const HOST = '127.0.0.1';

async function main(options: ServerOptions): Promise<void> {
  const { directory } = options;
  const log = (line: string): void => (directory ? appendToLog(join(directory, 'server.log'), line) : undefined);
  let lock: Lock | undefined;
  try {
    if (directory) lock = attempt(directory, () => Lock.take(directory));
    if (directory && !lock) return await tell({ kind: 'locked' });
    await serve(options, lock, log);
  } catch (error) {
    log(String((error as Error).stack));
    lock?.release();
    await tell({ kind: 'failed', message: describeError(error) });
    process.exit(1);
  }
}

async function serve(options: ServerOptions, lock: Lock | undefined, log: (line: string) => void): Promise<void> {
  const connections = new Set<Connection>();
  let lingering: NodeJS.Timeout | undefined;
  let ending = false;

  const backend = await Backend.start(options, {
    output: (bytes, sent) => session.output(bytes, sent),
    idle: (status) => session.idle(status),
    log,
    failed: (error) => {
      log(`PostgreSQL gave up: ${error.message}`);
      for (const connection of connections) connection.end('57P02', `PostgreSQL gave up: ${error.message}`);
      // What was committed is in the data directory: PostgreSQL recovers when it is opened next.
      setTimeout(() => process.exit(1), 100);
    },
  });
  const session = new Session(backend, options.waitLimit);
  const greeting = Buffer.concat([
    backend.greeting.subarray(0, -READY_FOR_QUERY.length),
    message('S', IDENTITY, lock ? basename(lock.file) : ''),
    READY_FOR_QUERY,
  ]);
  const listener = createServer((socket) => {
    const connection = new Connection(socket, session, greeting);
    connections.add(connection);
    clearTimeout(lingering);
    socket.on('close', () => {
      connections.delete(connection);
      linger();
    });
  });

  const linger = (): void => {
    if (lock && connections.size === 0) lingering = setTimeout(() => void end(), LINGER);
  };

  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    listener.close();
    for (const connection of connections) connection.end('57P01', 'the embedded PostgreSQL is shutting down');
    const ended = session.end().then(() => lock?.release());
    // A lock that stays behind is that of a process that has ended: the next one removes it.
    await Promise.race([ended, sleep(PATIENCE)]);
    process.exit();
  };

  const port = await listen(listener, options.port);
  const url = `postgres://postgres@${HOST}:${port}/postgres`;
  lock?.publish(url);
  await tell({ kind: 'ready', url });
  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => void end());
  if (lock) process.disconnect?.();
  else process.on('disconnect', () => process.exit());
  process.on('message', ({ dump }: DumpOrder) => void session.dump(dump).then(() => tell({ kind: 'dumped' })));
  linger();
}

/** Listens on the port, or on any free one where it is taken, and returns which it is. */
async function listen(listener: Server, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, HOST, resolve);
    });
  } catch (error) {
    if (port === 0 || !['EADDRINUSE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return listen(listener, 0);
  }
  return (listener.address() as AddressInfo).port;
}

function tell(report: ServerReport): Promise<void> {
  return new Promise((resolve) => process.send!(report, undefined, undefined, () => resolve()));
}

void main(JSON.parse(process.argv[2]) as ServerOptions);
