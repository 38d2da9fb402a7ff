import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { QueryRunner } from 'typeorm';
import type { Archive } from './archives';
import { contentOf, extensionOf } from './archive-file';
import type { Branch, Link } from './tree';

/** How many rows are in memory at a time. */
const BATCH_SIZE = 500;

/** How many rows were archived or restored, by table. */
export type RowCounts = Map<string, number>;

/**
 * The content of a file with the rows in the table `leaving`, as text.
 *
 * PostgreSQL writes the values and reads them again, so microseconds, numbers and JSON stay exactly as they are.
 *
 * - JSON: an array with one row on each line, `{"table": "posts", "row": {…}}`, each after the rows it refers to; then, for
 *   rows that stay and lose a reference, `{"table": "replies", "link": {"id": …, "decision_id": …}}`.
 * - CSV: as COPY writes it, with a header.
 */
export async function* contentFor(
  connection: QueryRunner,
  archive: Archive,
  counts: RowCounts,
): AsyncGenerator<string | Buffer> {
  const { branches, links } = archive.tree;
  if (archive.extension === '.csv') {
    yield* csv(connection, archive, branches[0], counts);
    return;
  }
  let separator = '[\n';
  async function* lines(select: string, count: (rows: number) => void): AsyncGenerator<string> {
    for await (const batch of cursor(connection, select)) {
      count(batch.length);
      yield separator + batch.join(',\n');
      separator = ',\n';
    }
  }
  for (const [index, branch] of branches.entries()) {
    const order = index === 0 ? archive.order : branch.keys.join(', ');
    yield* lines(rowsOf(branch, order), (rows) => counts.set(branch.name, (counts.get(branch.name) ?? 0) + rows));
  }
  for (const link of links) yield* lines(linksOf(link), () => undefined);
  yield '\n]\n';
}

function rowsOf({ name, table, where }: Branch, order: string): string {
  return `SELECT json_build_object('table', ${escapeLiteral(name)}, 'row', row_to_json(rows))::text AS line
    FROM ${table} AS rows WHERE ${where} ORDER BY ${order}`;
}

function linksOf({ name, table, keys, where, columns }: Link): string {
  // References to what stays are not this archive's.
  const references = Object.entries(columns).map(
    ([column, predicate]) =>
      `CASE WHEN ${predicate} THEN ${escapeIdentifier(column)} END AS ${escapeIdentifier(column)}`,
  );
  return `SELECT json_build_object('table', ${escapeLiteral(name)}, 'link', row_to_json(links))::text AS line
    FROM (SELECT ${[...keys, ...references].join(', ')} FROM ${table} WHERE ${where} ORDER BY ${keys.join(', ')}) AS links`;
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
  { name, table, where }: Branch,
  counts: RowCounts,
): AsyncGenerator<Buffer> {
  const client = (await connection.connect()) as Client;
  const copy = copyTo(`COPY (SELECT * FROM ${table} WHERE ${where} ORDER BY ${order}) TO STDOUT (FORMAT csv, HEADER)`);
  yield* client.query(copy) as AsyncIterable<Buffer>;
  counts.set(name, copy.rowCount);
}

/** The content of a file, from that of its parts. */
export async function* joined(parts: readonly string[]): AsyncGenerator<string | Buffer> {
  if (extensionOf(parts[0]) === '.csv') {
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

/** Loads a file into the temporary table `archived` ("table", "row", "link") of the transaction. */
export async function load(connection: QueryRunner, archive: Archive, path: string): Promise<void> {
  await connection.query(`CREATE TEMPORARY TABLE archived ("table" text, "row" json, "link" json) ON COMMIT DROP`);
  if (extensionOf(path) === '.csv') await loadCsv(connection, archive, path);
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

async function loadCsv(connection: QueryRunner, { name, table }: Archive, path: string): Promise<void> {
  const client = (await connection.connect()) as Client;
  const columns = (await headerOf(path)).map(escapeIdentifier).join(', ');
  await client.query(
    `CREATE TEMPORARY TABLE archived_csv ON COMMIT DROP AS SELECT ${columns} FROM ${table} WHERE false`,
  );
  await pipeline(contentOf(path), client.query(copyFrom('COPY archived_csv FROM STDIN (FORMAT csv, HEADER)')));
  await client.query(`INSERT INTO archived ("table", "row") SELECT $1, row_to_json(rows) FROM archived_csv AS rows`, [
    name,
  ]);
}

/** The names in the first line, of which some may be quoted. */
async function headerOf(path: string): Promise<string[]> {
  for await (const line of split(contentOf(path)))
    return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
    );
  return [];
}
