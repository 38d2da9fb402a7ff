import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { escapeIdentifier, type Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { QueryRunner } from 'typeorm';
import type { Archive } from './archives';
import { contentOf } from './archive-file';
import type { Branch, Link, Tree } from './tree';

/** How many rows are in memory at a time. */
const BATCH_SIZE = 500;

/** Counts what has been archived, by table. */
export type RowCounts = Map<string, number>;

/**
 * The content of an archive of the rows in the table `leaving`, as text.
 *
 * Values are written by PostgreSQL and read by PostgreSQL: microseconds, numbers and JSON stay to the digit what they are.
 *
 * - JSON: an array with a row a line, `{"table": "posts", "row": {…}}`, each after what it refers to; then, of the rows
 *   that stay and forget their reference, `{"table": "replies", "link": {"id": …, "decision_id": …}}`.
 * - CSV: as COPY writes it, with a header.
 */
export async function* contentFor(
  connection: QueryRunner,
  archive: Archive,
  tree: Tree,
  counts: RowCounts,
): AsyncGenerator<string | Buffer> {
  if (archive.extension === '.csv') {
    yield* csv(connection, archive, tree.branches[0], counts);
    return;
  }
  let separator = '[\n';
  for (const select of selects(archive, tree)) {
    for await (const lines of cursor(connection, select.sql)) {
      if (!select.link) counts.set(select.table, (counts.get(select.table) ?? 0) + lines.length);
      yield separator + lines.join(',\n');
      separator = ',\n';
    }
  }
  yield '\n]\n';
}

function selects({ order }: Archive, { branches, links }: Tree): { table: string; link: boolean; sql: string }[] {
  return [
    ...branches.map((branch, index) => ({
      table: branch.table,
      link: false,
      sql: rowsOf(branch, index ? 'id' : order),
    })),
    ...links.map((link) => ({ table: link.table, link: true, sql: linksOf(link) })),
  ];
}

function rowsOf({ table, where }: Branch, order: string): string {
  return `SELECT json_build_object('table', '${table}', 'row', row_to_json(rows))::text AS line
    FROM ${escapeIdentifier(table)} AS rows WHERE ${where} ORDER BY ${order}`;
}

function linksOf({ table, where, columns }: Link): string {
  // References to what stays are not this archive's.
  const values = Object.entries(columns).map(
    ([column, predicate]) => `, '${column}', CASE WHEN ${predicate} THEN ${escapeIdentifier(column)} END`,
  );
  return `SELECT json_build_object('table', '${table}', 'link', json_build_object('id', id${values.join('')}))::text AS line
    FROM ${escapeIdentifier(table)} WHERE ${where} ORDER BY id`;
}

/** The lines of a query, in batches: neither side ever holds them all. */
async function* cursor(connection: QueryRunner, select: string): AsyncGenerator<string[]> {
  await connection.query(`DECLARE lines NO SCROLL CURSOR FOR ${select}`);
  for (;;) {
    const rows = (await connection.query(`FETCH ${BATCH_SIZE} FROM lines`)) as { line: string }[];
    if (rows.length === 0) break;
    yield rows.map(({ line }) => line);
  }
  await connection.query('CLOSE lines');
}

async function* csv(
  connection: QueryRunner,
  { order }: Archive,
  { table, where }: Branch,
  counts: RowCounts,
): AsyncGenerator<Buffer> {
  const client = (await connection.connect()) as Client;
  const copy = copyTo(
    `COPY (SELECT * FROM ${escapeIdentifier(table)} WHERE ${where} ORDER BY ${order}) TO STDOUT (FORMAT csv, HEADER)`,
  );
  yield* client.query(copy) as AsyncIterable<Buffer>;
  counts.set(table, copy.rowCount);
}

/** The content of an archive, from that of its parts. */
export async function* joined({ extension }: Archive, parts: readonly string[]): AsyncGenerator<string | Buffer> {
  if (extension === '.csv') {
    for (const [index, part] of parts.entries()) yield* index === 0 ? contentOf(part) : withoutHeader(part);
    return;
  }
  let separator = '[\n';
  for (const part of parts) {
    for await (const lines of linesOf(part)) {
      yield separator + lines.join(',\n');
      separator = ',\n';
    }
  }
  yield '\n]\n';
}

async function* withoutHeader(path: string): AsyncGenerator<Buffer> {
  let isHeader = true;
  for await (const chunk of contentOf(path)) {
    yield isHeader ? chunk.subarray(chunk.indexOf('\n') + 1) : chunk;
    isHeader = false;
  }
}

/** Loads an archive into the temporary table `archived` ("table", "row", "link") of the transaction. */
export async function load(connection: QueryRunner, { name, extension }: Archive, path: string): Promise<void> {
  await connection.query(`CREATE TEMPORARY TABLE archived ("table" text, "row" json, "link" json) ON COMMIT DROP`);
  if (extension === '.csv') await loadCsv(connection, name, path);
  else for await (const lines of linesOf(path)) await connection.query(LOAD_LINES, [`[${lines.join(',')}]`]);
  await connection.query('ANALYZE archived');
}

const LOAD_LINES = `
  INSERT INTO archived SELECT value ->> 'table', value -> 'row', value -> 'link'
  FROM json_array_elements($1::json) AS value`;

async function* linesOf(path: string): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const line of split(contentOf(path))) {
    if (line === '[' || line === ']') continue;
    batch.push(line.replace(/,$/, ''));
    if (batch.length === BATCH_SIZE) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Lines end with \n alone: readline would divide them at U+2028 too, which JSON leaves as it is. */
async function* split(content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of content) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest) yield rest;
}

async function loadCsv(connection: QueryRunner, table: string, path: string): Promise<void> {
  const client = (await connection.connect()) as Client;
  const columns = (await headerOf(path)).map(escapeIdentifier).join(', ');
  await client.query(
    `CREATE TEMPORARY TABLE archived_csv ON COMMIT DROP AS SELECT ${columns} FROM ${escapeIdentifier(table)} WHERE false`,
  );
  await pipeline(contentOf(path), client.query(copyFrom('COPY archived_csv FROM STDIN (FORMAT csv, HEADER)')));
  await client.query(`INSERT INTO archived ("table", "row") SELECT $1, row_to_json(rows) FROM archived_csv AS rows`, [
    table,
  ]);
}

async function headerOf(path: string): Promise<string[]> {
  for await (const line of split(contentOf(path))) return line.split(',');
  return [];
}
