import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { UserError } from './errors';
import { AdvisoryLocks } from './advisory-locks';
import { type BackendOptions, Counter, LOCKED, type Order, type Report } from './backend';
import { Checkpoints } from './checkpoints';
import { openCluster, writeTar } from './cluster';
import { explainFailure } from './failure';
import { Postgres } from './postgres';
import { ClientSettings } from './settings';
import { startupMessage } from './wire';

/** The thread in which PostgreSQL runs, so that a long statement blocks only clients that wait for the session. */

/** How much of a response may be unsent before PostgreSQL waits. Bytes. */
const MOST_UNSENT = 1024 * 1024;

/** A log line of a crash. PGlite does not notice crashes, and would keep calling PostgreSQL. */
const GIVEN_UP = /^\S+ \S+ \S+ \[\d+\] (?:FATAL|PANIC): +(.*)/;

const { options, counters } = workerData as { options: BackendOptions; counters: Int32Array };
const port = parentPort!;
let ready = false;

function report(message: Report, ...transfer: ArrayBuffer[]): void {
  port.postMessage(message, transfer);
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  report({ kind: 'failed', message, explained: error instanceof UserError });
}

function log(line: string): void {
  report({ kind: 'log', line });
  const reason = GIVEN_UP.exec(line)?.[1];
  if (reason === undefined) return;
  fail(ready || !options.directory ? new Error(reason) : explainFailure(options.directory, reason));
  process.exit(1); // Ends the thread immediately.
}

/** Blocks until the next order arrives. */
function nextOrder(): Order {
  for (;;) {
    const seen = Atomics.load(counters, Counter.Orders);
    const received = receiveMessageOnPort(port);
    if (received) return received.message as Order;
    Atomics.wait(counters, Counter.Orders, seen);
  }
}

/** Takes a client's messages and reports their size: the sender waits while too many are queued. */
function take(messages: Uint8Array): Uint8Array {
  report({ kind: 'taken', size: messages.length });
  return messages;
}

function send(output: Uint8Array<ArrayBuffer>): void {
  Atomics.add(counters, Counter.Unsent, output.length);
  report({ kind: 'output', output }, output.buffer);
  for (;;) {
    const unsent = Atomics.load(counters, Counter.Unsent);
    if (unsent <= MOST_UNSENT) return;
    Atomics.wait(counters, Counter.Unsent, unsent);
  }
}

async function main(): Promise<void> {
  const database = await openCluster(options, log);
  // Sent to every client that connects. PostgreSQL itself knows nothing of these connections.
  const greeting = database.execProtocolRawSync(startupMessage({ user: 'postgres', database: 'postgres' })).slice();
  // During a COPY only the client's messages arrive: all other orders wait for the session.
  const postgres = new Postgres(database.Module, { receive: () => take(nextOrder() as Uint8Array), send });
  report({ kind: 'ready', greeting });
  ready = true;
  const settings = new ClientSettings(postgres);
  const advisoryLocks = new AdvisoryLocks(postgres);
  const checkpoints = new Checkpoints(postgres, database.Module);
  let client = 0;
  for (;;) {
    const order = nextOrder();
    if (order instanceof Uint8Array) {
      advisoryLocks.note(client, order);
      const status = postgres.serve(take(order));
      report({ kind: 'idle', status: status === 'I' && advisoryLocks.areHeldBy(client) ? LOCKED : status });
      if (status === 'I' || status === 'T') checkpoints.makeWhereDue();
    } else if (order.kind === 'turn') {
      client = order.client;
      settings.forget(order.gone);
      advisoryLocks.forget(order.gone);
      settings.turn(order.client, order.settings);
      if (order.preamble) postgres.serveUnanswered(order.preamble);
    } else if (order.kind === 'dump') {
      postgres.ask('CHECKPOINT');
      await writeTar(database, order.file);
      report({ kind: 'done' });
    } else {
      await database.close();
      report({ kind: 'done' });
      return port.close();
    }
  }
}

main().catch((error: unknown) => {
  fail(error);
  port.close();
});
