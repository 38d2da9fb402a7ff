import type { Client } from 'pg';
import { eachInTransaction } from '../../databases';
import { insert, refusalOf, type Row } from '../rows';

/**
 * The acceptance criteria about tables, columns, constraints and indexes of the five documents that the data model comes
 * from, under their own numbers, each against the catalog and by behaviour. Where the data model departs from a document,
 * the case says so. The tables of cases beside this folder go through every constraint one by one.
 */

let client: Client;

/**
 * Makes each test of the file a transaction, which what follows looks into.
 *
 * @param use takes its connection, before the first test
 */
export function eachAgainstCatalog(use: (client: Client) => void): void {
  eachInTransaction((own) => use((client = own)));
}

export async function columnsOf(table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum',
    [table],
  );
  return rows.map(({ name }) => name);
}

/** A document's columns are there; the data model may have more. */
export async function expectColumns(table: string, columns: string): Promise<void> {
  expect(await columnsOf(table)).toEqual(expect.arrayContaining(columns.split(', ')));
}

export async function typeOf(table: string, column: string): Promise<string> {
  const { rows } = await client.query<{ type: string }>(
    'SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2',
    [table, column],
  );
  return rows[0]?.type;
}

/** An index as `table (keys) …`; undefined where there is none of that name. */
export async function indexNamed(name: string): Promise<string | undefined> {
  const { rows } = await client.query<{ definition: string }>(
    `SELECT indrelid::regclass || ' ' || substring(pg_get_indexdef(indexrelid) FROM 'USING btree (.*)') AS definition
     FROM pg_index WHERE indexrelid = to_regclass($1)`,
    [name],
  );
  return rows[0]?.definition;
}

/** The keys of the indexes of a table, `(a, b DESC) WHERE …`, unique ones with UNIQUE before. */
export async function keysOf(table: string): Promise<string[]> {
  const { rows } = await client.query<{ keys: string }>(
    `SELECT CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END || split_part(pg_get_indexdef(indexrelid), ' USING btree ', 2) AS keys
     FROM pg_index WHERE indrelid = $1::regclass`,
    [table],
  );
  return rows.map(({ keys }) => keys);
}

/** The foreign keys of a table: `(user_id) REFERENCES users(id) ON DELETE CASCADE`. */
export async function foreignKeysOf(table: string): Promise<string[]> {
  const { rows } = await client.query<{ key: string }>(
    `SELECT replace(pg_get_constraintdef(oid), 'FOREIGN KEY ', '') AS key FROM pg_constraint
     WHERE contype = 'f' AND conrelid = $1::regclass ORDER BY 1`,
    [table],
  );
  return rows.map(({ key }) => key);
}

export async function countOf(...tables: string[]): Promise<number[]> {
  const counts = tables.map((table) => `(SELECT count(*)::int FROM ${table})`);
  const { rows } = await client.query<{ counts: number[] }>(`SELECT ARRAY[${counts.join(', ')}] AS counts`);
  return rows[0].counts;
}

/** Each of these values is accepted in a row of the table, and another is not. */
export async function expectValues(table: string, column: string, values: string, rest: Row = {}): Promise<void> {
  for (const value of values.split(', ')) await insert(client, table, { ...rest, [column]: value });
  const other = () => insert(client, table, { ...rest, [column]: 'nonsense' });
  expect(await refusalOf(client, other)).toEqual({ code: '23514', constraint: `chk_${table}_${column}` });
}

/** The plan of a query once there is no faster way than an index. */
export async function planOf(sql: string): Promise<string> {
  await client.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off');
  const { rows } = await client.query<Record<'QUERY PLAN', string>>(`EXPLAIN (COSTS OFF) ${sql}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}
