import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ClientBase, escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Table } from './tables';

/** About how much is sent at a time. */
const CHUNK_CHARACTERS = 128 * 1024;

/** Some rows of a table in COPY's text format. */
export interface Chunk {
  readonly text: Uint8Array;
  readonly rows: number;
}

/** Makes rows, in the order of their numbers, a chunk at a time. */
export type MakeChunks = (table: Table, rows: Iterable<number>) => Iterable<Chunk> | AsyncIterable<Chunk>;

/** Makes rows in this thread. */
export function* makeChunks(table: Table, rows: Iterable<number>): Generator<Chunk> {
  let text = '';
  let count = 0;
  for (const row of rows) {
    text += table.line(row) + '\n';
    count++;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield { text: Buffer.from(text), rows: count };
    text = '';
    count = 0;
  }
  if (count > 0) yield { text: Buffer.from(text), rows: count };
}

/**
 * Streams rows into a table with COPY: they are sent while more are made, and never all in memory.
 *
 * @param onChunk hears how many rows each chunk has
 */
export async function copyRows(
  client: ClientBase,
  table: Table,
  chunks: ReturnType<MakeChunks>,
  onChunk: (rows: number) => void,
): Promise<void> {
  const columns = table.columns.map(({ name }) => escapeIdentifier(name)).join(', ');
  const target = client.query(copyFrom(`COPY ${escapeIdentifier(table.name)} (${columns}) FROM STDIN`));
  const texts = async function* (): AsyncGenerator<Uint8Array> {
    for await (const { text, rows } of chunks) {
      yield text;
      onChunk(rows);
    }
  };
  await pipeline(Readable.from(texts()), target);
}
