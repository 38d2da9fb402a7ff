import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ClientBase, escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { HEADER, TRAILER } from '../encoding/binary-rows';
import type { Table } from '../rows/table';
import type { Chunk } from './chunks';

/**
 * Streams rows into a table with COPY: they are sent while more are made, and never all in memory.
 *
 * @param chunks in COPY's binary format
 * @param onChunk hears how many rows each chunk has
 * @param freeze whether everybody may see the rows once they are committed, whatever their snapshot; the table's file has to be
 *   of this transaction. Default: false.
 */
export async function copyRows(
  client: ClientBase,
  table: Table,
  chunks: Iterable<Chunk> | AsyncIterable<Chunk>,
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
