import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from './errors';

/** Where the thread and its owner meet in shared memory. */
export enum Counter {
  /** How many orders have been sent: what the thread sleeps on. */
  Orders,
  /** How many bytes of answers are on their way to a client. */
  Unsent,
}

export interface BackendOptions {
  /** The data directory. Default: in memory. */
  directory?: string;
  /** A tar of a data directory that a new cluster starts from. Default: an empty cluster. */
  template?: string;
}

/** That the session passes to a client. */
export interface Turn {
  client: number;
  /** The settings of its connection, by name. */
  settings: Record<string, string>;
  /** Messages that have to be handled before its own. Their answers are nobody's. */
  preamble?: Uint8Array;
}

/** What the thread is told. */
export type Order =
  /** A client's messages, whole ones. */
  | Uint8Array
  | ({ kind: 'turn'; gone: number[] } & Turn)
  /** Write a tar of the data directory. */
  | { kind: 'dump'; file: string }
  | { kind: 'close' };

/** What the thread tells. */
export type Report =
  | { kind: 'ready'; greeting: Uint8Array }
  | { kind: 'taken'; size: number }
  | { kind: 'output'; output: Uint8Array<ArrayBuffer> }
  | { kind: 'idle'; status: string | undefined }
  | { kind: 'done' }
  | { kind: 'log'; line: string }
  | { kind: 'failed'; message: string; explained: boolean };

/** The status of a session that is in no transaction, but has advisory locks, beside those of `Postgres.serve`. */
export const LOCKED = 'L';

interface BackendEvents {
  /** A part of an answer. `sent` has to be called once it is out of the process's hands. */
  output(bytes: Uint8Array, sent: () => void): void;
  /** All that was sent is handled. `status` as `Postgres.serve` returns it, or LOCKED. */
  idle(status: string | undefined): void;
  /** A line of PostgreSQL's log. */
  log(line: string): void;
  /** PostgreSQL is gone. */
  failed(error: Error): void;
}

/** How many bytes of a client's messages may wait for PostgreSQL before `room` waits. */
const MOST_UNTAKEN = 1024 * 1024;

/** The thread's stack. Megabytes. */
const STACK = 64;

/** PostgreSQL in its thread: the one session that all clients share. */
export class Backend {
  /** Whether all that was sent is handled. */
  isIdle = true;
  /** What PostgreSQL tells a client that connects: its version, encodings … */
  greeting: Buffer;
  private readonly counters = new Int32Array(new SharedArrayBuffer(8));
  private readonly worker: Worker;
  /** How many of a client's messages have been sent, and how many the thread has taken. */
  private sentCount = 0;
  private takenCount = 0;
  /** How many bytes are between the two. */
  private untaken = 0;
  private onRoom: (() => void)[] = [];
  private onDone?: () => void;

  private constructor(
    options: BackendOptions,
    private readonly events: BackendEvents,
  ) {
    this.worker = new Worker(join(__dirname, `backend-thread${extname(__filename)}`), {
      workerData: { options, counters: this.counters },
      // Enough for PostgreSQL to notice by itself that a query is nested too deeply.
      resourceLimits: { stackSizeMb: STACK },
    });
  }

  /** @throws UserError when the data directory can't be opened, with cause and remedy */
  static start(options: BackendOptions, events: BackendEvents): Promise<Backend> {
    return new Promise((resolve, reject) => {
      const backend = new Backend(options, events);
      let failed = reject;
      backend.worker.on('message', (report: Report) => {
        if (report.kind === 'ready') {
          backend.greeting = Buffer.from(report.greeting);
          failed = events.failed.bind(events);
          resolve(backend);
        } else if (report.kind === 'failed') {
          failed(report.explained ? new UserError(report.message) : new Error(report.message));
        } else {
          backend.receive(report);
        }
      });
      backend.worker.on('error', (error) => failed(error));
    });
  }

  send(messages: Uint8Array): void {
    this.untaken += messages.length;
    this.sentCount++;
    this.isIdle = false;
    // A copy: what is sent as a view is sent with all that it is a view of.
    const copy = new Uint8Array(messages);
    this.order(copy, copy.buffer);
  }

  /** The session passes to a client. Only while idle. `gone` are the clients that will have no turn again. */
  turn(turn: Turn, gone: number[]): void {
    this.order({ kind: 'turn', gone, ...turn });
  }

  /** Waits while PostgreSQL has more to read than it should have. */
  async room(): Promise<void> {
    if (this.untaken > MOST_UNTAKEN) await new Promise<void>((resolve) => this.onRoom.push(resolve));
  }

  /** Writes a tar of the data directory. Only while idle. */
  dump(file: string): Promise<void> {
    return this.orderAndWait({ kind: 'dump', file });
  }

  /** Ends PostgreSQL in an orderly way: checkpoint and all. Only while idle. */
  close(): Promise<void> {
    return this.orderAndWait({ kind: 'close' });
  }

  private orderAndWait(order: Order): Promise<void> {
    return new Promise((resolve) => {
      this.onDone = resolve;
      this.order(order);
    });
  }

  private order(order: Order, ...transfer: ArrayBuffer[]): void {
    this.worker.postMessage(order, transfer);
    Atomics.add(this.counters, Counter.Orders, 1);
    Atomics.notify(this.counters, Counter.Orders);
  }

  private receive(report: Report): void {
    switch (report.kind) {
      case 'taken':
        return this.taken(report.size);
      case 'output':
        return this.events.output(report.output, () => this.sent(report.output.length));
      case 'idle':
        return this.answered(report.status);
      case 'log':
        return this.events.log(report.line);
      case 'done':
        return this.onDone?.();
    }
  }

  private taken(size: number): void {
    this.untaken -= size;
    this.takenCount++;
    if (this.untaken > MOST_UNTAKEN) return;
    for (const resolve of this.onRoom.splice(0)) resolve();
  }

  private answered(status: string | undefined): void {
    this.isIdle = this.takenCount === this.sentCount;
    if (this.isIdle) this.events.idle(status);
  }

  private sent(size: number): void {
    Atomics.sub(this.counters, Counter.Unsent, size);
    Atomics.notify(this.counters, Counter.Unsent);
  }
}
