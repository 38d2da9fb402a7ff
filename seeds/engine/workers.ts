import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../../src/database/errors';
import type { Basis, Table } from './tables';
import type { Chunk, Format } from './writer';

/** How many rows a worker makes at a time: enough that telling it costs nothing, few enough to fit in memory. */
const ROWS_AT_A_TIME = 250;
/** How many of these batches each worker is ahead of the database at most. */
const BATCHES_AHEAD = 8;

/** What a worker is asked for. */
export interface Batch {
  readonly table: string;
  readonly rows: readonly number[];
  readonly format: Format;
}

/** What it answers: the rows, or why it can't. */
export type Answer = { readonly bytes: Uint8Array } | { readonly error: string };

interface Waiting {
  resolve: (bytes: Uint8Array) => void;
  reject: (error: Error) => void;
}

/** Threads that make rows (`seeds/worker.ts`). Each knows all tables, so that any may make any row. */
export class Workers {
  private readonly threads: Thread[];
  private next = 0;

  constructor(count: number, basis: Basis) {
    this.threads = Array.from({ length: count }, () => new Thread(basis));
  }

  /** Makes rows, in the order of their numbers, a batch at a time, some of them ahead. */
  async *makeChunks(table: Table, rows: Iterable<number>, format: Format): AsyncGenerator<Chunk> {
    const ahead: Promise<Chunk>[] = [];
    for (const batch of batches(rows)) {
      const chunk = this.make({ table: table.name, rows: batch, format });
      // The first that fails is told about; the others need not be.
      chunk.catch(() => undefined);
      ahead.push(chunk);
      if (ahead.length > BATCHES_AHEAD * this.threads.length) yield await ahead.shift()!;
    }
    for (const chunk of ahead) yield await chunk;
  }

  async stop(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.stop()));
  }

  private async make(batch: Batch): Promise<Chunk> {
    const thread = this.threads[this.next++ % this.threads.length];
    return { bytes: await thread.make(batch), rows: batch.rows.length };
  }
}

function* batches(rows: Iterable<number>): Generator<number[]> {
  let batch: number[] = [];
  for (const row of rows) {
    if (batch.push(row) < ROWS_AT_A_TIME) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** One thread: it answers in the order in which it is asked. */
class Thread {
  private readonly worker: Worker;
  private readonly waiting: Waiting[] = [];
  private failure?: Error;

  constructor(basis: Basis) {
    const extension = extname(__filename);
    this.worker = new Worker(join(__dirname, `../worker${extension}`), {
      workerData: basis,
      execArgv: extension === '.ts' ? ['--require', join(__dirname, '../../typescript.js')] : [],
    });
    this.worker.on('message', (answer: Answer) => {
      const { resolve, reject } = this.waiting.shift()!;
      if ('bytes' in answer) resolve(answer.bytes);
      else reject(new UserError(answer.error));
    });
    this.worker.on('error', (error: Error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('A thread that makes rows has ended.')));
  }

  make(batch: Batch): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(batch);
    });
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }
}
