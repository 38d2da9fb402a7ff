import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from './errors';

/** The counters that the thread and its owner share in memory. */
export enum Counter {
  /** The number of orders sent; the thread waits for it to change. */
  Orders,
  /** The number of response bytes that are not sent yet. */
  Unsent,
}

export interface BackendOptions {
  /** The data directory. Default: in memory. */
  directory?: string;
  /** A tar of a data directory, used as the initial content. Default: an empty cluster. */
  template?: string;
}

/** The session passes to a client. */
export interface Turn {
  client: number;
  /** The settings of its connection, by name. */
  settings: Record<string, string>;
  /** Messages to process before the client's own. Their responses are discarded. */
  preamble?: Uint8Array;
}

/** Messages to the thread. */
export type Order =
  /** Complete messages of a client. */
  | Uint8Array
  | ({ kind: 'turn'; gone: number[] } & Turn)
  /** Write a tar of the data directory. */
  | { kind: 'dump'; file: string }
  | { kind: 'close' };

/** Messages from the thread. */
export type Report =
  | { kind: 'ready'; greeting: Uint8Array }
  | { kind: 'taken'; size: number }
  | { kind: 'output'; output: Uint8Array<ArrayBuffer> }
  | { kind: 'idle'; status: string | undefined }
  | { kind: 'done' }
  | { kind: 'log'; line: string }
  | { kind: 'failed'; message: string; explained: boolean };

/** In addition to the statuses of `Postgres.serve`: no transaction, but advisory locks. */
export const LOCKED = 'L';

interface BackendEvents {
  /** A part of a response. Call `sent` when it has been sent. */
  output(bytes: Uint8Array, sent: () => void): void;
  /** All messages are processed. `status` is as returned by `Postgres.serve`, or LOCKED. */
  idle(status: string | undefined): void;
  /** A line of PostgreSQL's log. */
  log(line: string): void;
  /** PostgreSQL has crashed. */
  failed(error: Error): void;
}

/** How many bytes of a client's messages may wait for PostgreSQL before `room` waits. */
const MOST_UNTAKEN = 1024 * 1024;

/** The thread's stack. Megabytes. */
const STACK = 64;

/** PostgreSQL in its thread: the one session that all clients share. */
export class Backend {
  /** Whether all messages are processed. */
  isIdle = true;
  /** The messages for a client that connects: version, encodings … */
  greeting: Buffer;
  private readonly counters = new Int32Array(new SharedArrayBuffer(8));
  private readonly worker: Worker;
  /** The number of message batches sent, and of those the thread has taken. */
  private sentCount = 0;
  private takenCount = 0;
  /** The bytes sent but not taken. */
  private untaken = 0;
  private onRoom: (() => void)[] = [];
  private onDone?: () => void;

  private constructor(
    options: BackendOptions,
    private readonly events: BackendEvents,
  ) {
    this.worker = new Worker(join(__dirname, `backend-thread${extname(__filename)}`), {
      workerData: { options, counters: this.counters },
      // Enough for PostgreSQL to detect too deeply nested queries by itself.
      resourceLimits: { stackSizeMb: STACK },
    });
  }

  /** @throws UserError if the data directory can't be opened, with cause and remedy */
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
    // A copy, because sending a view would send its whole buffer.
    const copy = new Uint8Array(messages);
    this.order(copy, copy.buffer);
  }

  /** Passes the session to a client. Only while idle. `gone` are the clients that have disconnected. */
  turn(turn: Turn, gone: number[]): void {
    this.order({ kind: 'turn', gone, ...turn });
  }

  /** Waits while too much input for PostgreSQL is queued. */
  async room(): Promise<void> {
    if (this.untaken > MOST_UNTAKEN) await new Promise<void>((resolve) => this.onRoom.push(resolve));
  }

  /** Writes a tar of the data directory. Only while idle. */
  dump(file: string): Promise<void> {
    return this.orderAndWait({ kind: 'dump', file });
  }

  /** Shuts PostgreSQL down cleanly, with a checkpoint. Only while idle. */
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
