import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Table } from '../rows/table';
import type { Chunk } from './chunks';

/** How many chunks are ahead of the server at most: what this thread makes while the indexes of a large table are built. */
const CHUNKS_AHEAD = 96;

/** Some rows, and whose they are. */
interface TableChunk extends Chunk {
  readonly table: Table;
}

/**
 * The rows of several tables, one table after the other, made ahead: while the server takes rows in and builds indexes, this
 * thread makes what comes next.
 */
export class Prefetch {
  private readonly made: Readable;
  private readonly iterator: AsyncIterator<TableChunk>;
  private next?: IteratorResult<TableChunk>;

  /** @param chunksOf makes the rows of a table; it is asked when all rows of the table before are made */
  constructor(tables: readonly Table[], chunksOf: (table: Table) => Iterable<Chunk>) {
    this.made = Readable.from(inTurn(tables, chunksOf), { highWaterMark: CHUNKS_AHEAD });
    // Whoever asks for the next rows hears why there are none.
    this.made.on('error', () => undefined);
    this.iterator = this.made[Symbol.asyncIterator]() as AsyncIterator<TableChunk>;
  }

  /** The rows of the table whose turn it is. */
  async *chunksOf(table: Table): AsyncGenerator<Chunk> {
    for (;;) {
      this.next ??= await this.iterator.next();
      if (this.next.done || this.next.value.table !== table) return;
      const chunk = this.next.value;
      this.next = undefined;
      yield chunk;
    }
  }

  /** Makes no more. */
  stop(): void {
    this.made.destroy();
  }
}

async function* inTurn(
  tables: readonly Table[],
  chunksOf: (table: Table) => Iterable<Chunk>,
): AsyncGenerator<TableChunk> {
  for (const table of tables) {
    for (const chunk of chunksOf(table)) {
      yield { table, ...chunk };
      // What is made goes to the server in between, and its answers are heard.
      await setImmediate();
    }
  }
}
