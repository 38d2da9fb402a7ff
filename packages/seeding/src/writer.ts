import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ClientBase, escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { BinaryRows, HEADER, TRAILER } from './binary';
import type { Table } from './tables';

/** About how many bytes are sent at a time. */
const CHUNK_BYTES = 128 * 1024;

/** COPY's formats: `binary` is made for the database, which reads it faster; `text` for files. */
export type Format = 'binary' | 'text';

/** Some rows of a table. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** Rows, a chunk at a time. */
export type Chunks = Iterable<Chunk> | AsyncIterable<Chunk>;

/** Makes rows, in the order of their numbers. */
export type MakeChunks = (table: Table, rows: Iterable<number>, format: Format) => Chunks;

/** The numbers of the first rows. */
export function* numbersBelow(limit: number): Generator<number> {
  for (let number = 0; number < limit; number++) yield number;
}

/** Rows one after the other, as bytes. */
interface RowsAsBytes {
  readonly length: number;
  add(table: Table, row: number): void;
  /** The bytes, and an empty beginning. */
  take(): Uint8Array;
}

export function rowsIn(format: Format): RowsAsBytes {
  return format === 'binary' ? new BinaryRows() : new TextRows();
}

class TextRows implements RowsAsBytes {
  private text = '';

  get length(): number {
    return this.text.length;
  }

  add(table: Table, row: number): void {
    this.text += `${table.line(row)}\n`;
  }

  take(): Uint8Array {
    const bytes = new TextEncoder().encode(this.text);
    this.text = '';
    return bytes;
  }
}

/** Makes rows in this thread. */
export function* makeChunks(table: Table, rows: Iterable<number>, format: Format): Generator<Chunk> {
  const made = rowsIn(format);
  let count = 0;
  for (const row of rows) {
    made.add(table, row);
    count++;
    if (made.length < CHUNK_BYTES) continue;
    yield { bytes: made.take(), rows: count };
    count = 0;
  }
  if (count > 0) yield { bytes: made.take(), rows: count };
}

/**
 * Streams rows into a table with COPY: they are sent while more are made, and never all in memory.
 *
 * @param chunks in the format `binary`
 * @param onChunk hears how many rows each chunk has
 * @param freeze whether everybody may see the rows once they are committed, whatever their snapshot; the table's file has to be
 *   of this transaction. Default: false.
 */
export async function copyRows(
  client: ClientBase,
  table: Table,
  chunks: Chunks,
  onChunk: (rows: number) => void,
  freeze = false,
): Promise<void> {
  const columns = table.columns.map(({ name }) => escapeIdentifier(name)).join(', ');
  const copy = `COPY ${escapeIdentifier(table.name)} (${columns}) FROM STDIN (FORMAT binary, FREEZE ${freeze})`;
  const target = client.query(copyFrom(copy));
  const content = async function* (): AsyncGenerator<Uint8Array> {
    yield HEADER;
    for await (const { bytes, rows } of chunks) {
      yield bytes;
      onChunk(rows);
    }
    yield TRAILER;
  };
  await pipeline(Readable.from(content()), target);
}
