import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { seed } from '@entity-backend/seeding';
import { factories } from '../../seeds/factories';
import { migratedDatabase, type TestDatabase } from '../databases';
import { NOW, RULES } from './realism-rules';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await migratedDatabase();
  const source = await database.dataSource();
  await seed(source, factories, { seed: 42, referenceDate: new Date(NOW), scale: 100 });
  dataSource = source;
}, 180_000);
afterAll(() => database.close());

type Wrong = Record<string, unknown>[];
type Query = (sql: string) => Promise<Wrong>;

describe.each(Object.entries(RULES))('in the data of scale 100, %s', (_, { wrong, broken }) => {
  it('holds', async () => {
    expect(await dataSource.query(wrong)).toEqual([]);
  });

  it.each(broken)('would not after: %s', async (change) => {
    expect(await afterwards(change, (query) => query(wrong))).not.toEqual([]);
  });
});

describe('in the data of scale 100, foreign keys', () => {
  interface ForeignKey {
    name: string;
    table: string;
    column: string;
    /** A query for rows whose key leads nowhere. */
    orphans: string;
  }
  let keys: ForeignKey[];

  beforeAll(async () => {
    keys = await dataSource.query<ForeignKey[]>(`
      SELECT con.conname AS name, con.conrelid::regclass::text AS table, quote_ident(min(child.attname)) AS column,
        format('SELECT child.* FROM %s child WHERE %s AND NOT EXISTS (SELECT FROM %s parent WHERE %s)', con.conrelid::regclass,
          string_agg(format('child.%I IS NOT NULL', child.attname), ' AND '), con.confrelid::regclass,
          string_agg(format('parent.%I = child.%I', parent.attname, child.attname), ' AND ')) AS orphans
      FROM pg_constraint con
      CROSS JOIN LATERAL unnest(con.conkey, con.confkey) AS pair(child, parent)
      JOIN pg_attribute child ON child.attrelid = con.conrelid AND child.attnum = pair.child
      JOIN pg_attribute parent ON parent.attrelid = con.confrelid AND parent.attnum = pair.parent
      WHERE con.contype = 'f' AND child.atttypid = 'uuid'::regtype GROUP BY con.oid ORDER BY 1`);
  });

  it('lead to rows', async () => {
    expect(keys).toHaveLength(dataSource.entityMetadatas.flatMap(({ foreignKeys }) => foreignKeys).length);
    for (const { name, orphans } of keys) {
      expect({ name, orphans: await dataSource.query<Wrong>(orphans) }).toEqual({ name, orphans: [] });
    }
  });

  it('would not if a row had another one', async () => {
    for (const { name, table, column, orphans } of keys) {
      const row = `SELECT ctid FROM ${table} WHERE ${column} IS NOT NULL LIMIT 1`;
      const change = `UPDATE ${table} SET ${column} = gen_random_uuid() WHERE ctid = (${row})`;
      const found = await afterwards(change, (query) => query(orphans));
      expect({ name, orphans: found.length }).toEqual({ name, orphans: 1 });
    }
  });
});

describe('in the data of scale 100, times', () => {
  it('are in the past, and in the order of what happens', async () => {
    const tables = await dataSource.query<{ table: string }[]>(
      `SELECT table_name AS "table" FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'updated_at' ORDER BY 1`,
    );
    for (const { table } of tables) {
      const wrong = `SELECT id FROM "${table}" WHERE updated_at < created_at OR greatest(created_at, updated_at) > '${NOW}'`;
      expect({ table, wrong: await dataSource.query<Wrong>(wrong) }).toEqual({ table, wrong: [] });
      const change = `UPDATE "${table}" SET updated_at = created_at - interval '1 second'`;
      expect(await afterwards(change, (query) => query(wrong))).not.toEqual([]);
    }
  });
});

/** What a look finds after a change that is undone. No trigger and no foreign key stands in its way. */
async function afterwards(change: string, look: (query: Query) => Promise<Wrong>): Promise<Wrong> {
  const connection = dataSource.createQueryRunner();
  try {
    await connection.startTransaction();
    await connection.query('SET LOCAL session_replication_role = replica');
    for (const statement of change.split('; ')) await connection.query(statement);
    return await look((sql) => connection.query(sql) as Promise<Wrong>);
  } finally {
    await connection.rollbackTransaction();
    await connection.release();
  }
}
