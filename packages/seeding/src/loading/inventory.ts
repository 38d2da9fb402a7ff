import { escapeIdentifier, escapeLiteral } from 'pg';
import type { QueryRunner } from 'typeorm';
import type { Table } from '../rows/table';

const KEYS_AT_A_TIME = 10_000;

/** What a table holds; nothing where it doesn't exist yet. */
export interface Holding {
  readonly table: Table;
  /** The rows made with the seed in question, by number. */
  readonly own: RowSet;
  /** How many rows were made with another seed, by seed. */
  readonly otherSeeds: ReadonlyMap<number, number>;
  /** How many rows no seeder made. */
  readonly foreign: number;
}

/** Tells whose the rows of the tables are by their keys, inside a transaction. */
export async function takeStock(
  connection: QueryRunner,
  tables: readonly Table[],
  seed: number,
): Promise<Map<Table, Holding>> {
  const withRows = await namesOfFilled(connection, tables);
  const holdings = new Map<Table, Holding>();
  for (const table of tables) {
    const nothing = { table, own: new RowSet(), otherSeeds: new Map<number, number>(), foreign: 0 };
    holdings.set(table, withRows.has(table.name) ? await lookThrough(connection, table, seed) : nothing);
  }
  return holdings;
}

/** The names of the tables that exist and have rows. Most often there are none, which one statement tells: files without a page. */
async function namesOfFilled(connection: QueryRunner, tables: readonly Table[]): Promise<Set<string>> {
  const names = tables.map(({ name }) => name);
  const existing = (await connection.query(
    `SELECT name FROM unnest($1::text[]) AS name JOIN pg_class ON oid = to_regclass(quote_ident(name))
     WHERE relkind <> 'r' OR relhassubclass OR pg_relation_size(oid) > 0`,
    [names],
  )) as { name: string }[];
  if (existing.length === 0) return new Set();
  const filled = existing.map(
    ({ name }) => `SELECT ${escapeLiteral(name)} AS name WHERE EXISTS (SELECT FROM ${escapeIdentifier(name)})`,
  );
  const rows = (await connection.query(filled.join(' UNION ALL '))) as { name: string }[];
  return new Set(rows.map(({ name }) => name));
}

async function lookThrough(connection: QueryRunner, table: Table, seed: number): Promise<Holding> {
  const own = new RowSet();
  const otherSeeds = new Map<number, number>();
  let foreign = 0;
  for await (const keys of keysOf(connection, table)) {
    for (const key of keys) {
      const origin = table.origin(key);
      if (!origin) foreign++;
      else if (origin.seed === seed) own.add(origin.index);
      else otherSeeds.set(origin.seed, (otherSeeds.get(origin.seed) ?? 0) + 1);
    }
  }
  return { table, own, otherSeeds, foreign };
}

/**
 * Deletes the rows of a table that a seeder made, whatever the seed, inside a transaction. What belongs to them goes
 * with them, as the foreign keys say.
 */
export async function deleteSeeded(connection: QueryRunner, table: Table): Promise<void> {
  const [name, key] = [escapeIdentifier(table.name), escapeIdentifier(table.shape.key.databaseName)];
  for await (const keys of keysOf(connection, table)) {
    const seeded = keys.filter((one) => table.origin(one));
    await connection.query(`DELETE FROM ${name} WHERE ${key} = ANY($1::uuid[])`, [seeded]);
  }
}

/** The keys of all rows, so many at a time. */
async function* keysOf(connection: QueryRunner, table: Table): AsyncGenerator<string[]> {
  const [name, key] = [escapeIdentifier(table.name), escapeIdentifier(table.shape.key.databaseName)];
  await connection.query(`DECLARE keys NO SCROLL CURSOR FOR SELECT ${key}::text AS key FROM ${name}`);
  for (;;) {
    const rows = (await connection.query(`FETCH ${KEYS_AT_A_TIME} FROM keys`)) as { key: string }[];
    if (rows.length > 0) yield rows.map((row) => row.key);
    if (rows.length < KEYS_AT_A_TIME) break;
  }
  await connection.query('CLOSE keys');
}

/** A set of row numbers, a bit each. */
export class RowSet {
  size = 0;
  private bits = new Uint8Array(1024);

  add(row: number): void {
    const byte = Math.floor(row / 8);
    if (byte >= this.bits.length) {
      const larger = new Uint8Array(2 * byte);
      larger.set(this.bits);
      this.bits = larger;
    }
    this.bits[byte] |= 1 << (row % 8);
    this.size++;
  }

  has(row: number): boolean {
    return ((this.bits[Math.floor(row / 8)] ?? 0) & (1 << (row % 8))) !== 0;
  }

  /** The largest limit below which so many rows are missing. */
  limitOf(missing: number): number {
    let limit = 0;
    for (let left = missing; left > 0 || this.has(limit); limit++) if (!this.has(limit)) left--;
    return limit;
  }

  /** How many of them are smaller than `limit`. */
  countBelow(limit: number): number {
    let count = 0;
    for (let row = 0; row < limit; row++) if (this.has(row)) count++;
    return count;
  }
}
