import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ClientBase, escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Table } from './tables';

/** About how much is sent at a time. */
const CHUNK_CHARACTERS = 128 * 1024;

/**
 * Streams rows into a table with COPY: they are made while they are sent, and never all in memory.
 *
 * @param rows the numbers of the rows
 * @param onChunk hears how many rows each chunk has
 */
export async function copyRows(
  client: ClientBase,
  table: Table,
  rows: Iterable<number>,
  onChunk: (rows: number) => void,
): Promise<void> {
  const columns = table.columns.map(({ name }) => escapeIdentifier(name)).join(', ');
  const target = client.query(copyFrom(`COPY ${escapeIdentifier(table.name)} (${columns}) FROM STDIN`));
  await pipeline(Readable.from(chunks(table, rows, onChunk)), target);
}

function* chunks(table: Table, rows: Iterable<number>, onChunk: (rows: number) => void): Generator<Buffer> {
  let text = '';
  let count = 0;
  for (const row of rows) {
    text += table.line(row) + '\n';
    count++;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(text);
    onChunk(count);
    text = '';
    count = 0;
  }
  if (count > 0) yield Buffer.from(text);
  onChunk(count);
}
