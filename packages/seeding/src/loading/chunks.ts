import { BinaryRows } from '../encoding/binary-rows';
import type { Table } from '../rows/table';
import { lineOf, writeRow } from '../rows/written-row';

/** About how many bytes are sent at a time. */
const CHUNK_BYTES = 128 * 1024;

/** Some rows of a table, as COPY takes them. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** The numbers of the first rows. */
export function* numbersBelow(limit: number): Generator<number> {
  for (let number = 0; number < limit; number++) yield number;
}

/** Rows of a table in COPY's binary format, for a database, which reads it faster; in the order of their numbers. */
export function* binaryChunks(table: Table, rows: Iterable<number>): Generator<Chunk> {
  const made = new BinaryRows();
  let count = 0;
  for (const row of rows) {
    writeRow(table, row, made);
    count++;
    if (made.length < CHUNK_BYTES) continue;
    yield { bytes: made.take(), rows: count };
    count = 0;
  }
  if (count > 0) yield { bytes: made.take(), rows: count };
}

/** Rows of a table in COPY's text format, for files; in the order of their numbers. */
export function* textChunks(table: Table, rows: Iterable<number>): Generator<Chunk> {
  const encoder = new TextEncoder();
  let text = '';
  let count = 0;
  for (const row of rows) {
    text += `${lineOf(table, row)}\n`;
    count++;
    if (text.length < CHUNK_BYTES) continue;
    yield { bytes: encoder.encode(text), rows: count };
    text = '';
    count = 0;
  }
  if (count > 0) yield { bytes: encoder.encode(text), rows: count };
}
