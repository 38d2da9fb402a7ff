import { setImmediate } from 'node:timers/promises';
import type { Table } from './tables';
import type { Chunk } from './writer';

/** So much is made ahead at most: what this thread makes while a server builds the indexes of a large table. */
const MAX_BYTES = 24 * 1024 * 1024;

/** Some rows, and whose they are. */
export interface TableChunk extends Chunk {
  readonly table: Table;
}

/** The rows of several tables, one table after the other, made when they are asked for or while the server is busy. */
export class Ahead {
  private readonly made: TableChunk[] = [];
  private bytes = 0;
  private isComplete = false;

  constructor(private readonly source: AsyncIterator<TableChunk>) {}

  /** What there is of a table, to its end. */
  async *chunksOf(table: Table): AsyncGenerator<Chunk> {
    while ((await this.hasMore()) && this.made[0].table === table) {
      const chunk = this.made.shift()!;
      this.bytes -= chunk.bytes.length;
      yield chunk;
    }
  }

  /** Makes rows until some work of the server's has ended. */
  async during<T>(work: Promise<T>): Promise<T> {
    let isBusy = true;
    const end = (): void => void (isBusy = false);
    work.then(end, end);
    while (isBusy && !this.isComplete && this.bytes < MAX_BYTES) {
      await this.make();
      // The server's answer is heard in between.
      await setImmediate();
    }
    return work;
  }

  private async hasMore(): Promise<boolean> {
    if (this.made.length === 0 && !this.isComplete) await this.make();
    return this.made.length > 0;
  }

  private async make(): Promise<void> {
    const next = await this.source.next();
    if (next.done) {
      this.isComplete = true;
      return;
    }
    this.made.push(next.value);
    this.bytes += next.value.bytes.length;
  }
}
