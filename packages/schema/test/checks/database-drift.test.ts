import type { Client } from 'pg';
import { DataSource } from 'typeorm';
import { driftOf } from '../../src/checks/database-drift';
import { describeOnServer, emptyDatabase, type TestDatabase } from '../databases';
import { aMigration } from '../migrations';

const ROLE = 'drift_backend';

const TABLES = aMigration(
  'Tables1000000000001',
  [
    `DO $$ BEGIN IF to_regrole('${ROLE}') IS NULL THEN CREATE ROLE ${ROLE} NOLOGIN; END IF; END $$`,
    `GRANT ${ROLE} TO CURRENT_USER`,
    'CREATE TABLE t (id uuid, a text)',
    'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
    `CREATE POLICY own ON t FOR SELECT TO ${ROLE} USING (id IS NOT NULL)`,
  ],
  ['DROP TABLE t'],
);
const INDEXES = aMigration(
  'Indexes1000000000002',
  ['DROP INDEX CONCURRENTLY IF EXISTS idx_t_a', 'CREATE INDEX CONCURRENTLY idx_t_a ON t (a)'],
  ['DROP INDEX idx_t_a'],
  { transaction: false },
);
const PENDING = aMigration(
  'Pending1000000000003',
  ['ALTER TABLE t ADD COLUMN b text'],
  ['ALTER TABLE t DROP COLUMN b'],
);

let database: TestDatabase;
let dataSource: DataSource;
let client: Client;

beforeAll(async () => {
  database = await emptyDatabase();
  await sourceWith([TABLES, INDEXES], (source) => source.runMigrations());
  dataSource = await sourceOf([TABLES, INDEXES, PENDING]).initialize();
  client = await database.connect();
});

afterAll(async () => {
  await client.query(`DROP TABLE t; DROP ROLE ${ROLE}`);
  await dataSource.destroy();
  await database.close();
});

function sourceOf(migrations: ReturnType<typeof aMigration>[], url = database.url): DataSource {
  return new DataSource({ type: 'postgres', url, migrations, migrationsTransactionMode: 'each', poolSize: 1 });
}

async function sourceWith<T>(
  migrations: ReturnType<typeof aMigration>[],
  work: (source: DataSource) => Promise<T>,
): Promise<T> {
  const source = await sourceOf(migrations).initialize();
  try {
    return await work(source);
  } finally {
    await source.destroy();
  }
}

async function drift(): Promise<string[]> {
  return (await driftOf(dataSource)).map(({ summary }) => summary);
}

test('there is none after the migrations, and one that is still pending is none', async () => {
  expect(await drift()).toEqual([]);
});

test('what was changed by hand is told in words, and as the SQL that mends it', async () => {
  await client.query(`
    ALTER TABLE t ADD COLUMN rogue text;
    ALTER POLICY own ON t USING (true);
    DROP INDEX idx_t_a;
    REVOKE ${ROLE} FROM CURRENT_USER;
  `);
  const words = [
    expect.stringMatching(/t: .*rogue/),
    expect.stringMatching(/t: .*own/),
    expect.stringMatching(/t: .*idx_t_a/),
    expect.stringContaining(ROLE),
  ];
  expect(await drift()).toEqual(expect.arrayContaining(words));

  const differences = await driftOf(dataSource);
  // Looking has mended nothing, though roles belong to the whole cluster.
  expect(differences).toHaveLength(4);
  for (const { statements } of differences) {
    for (const statement of statements) await client.query(statement);
  }
  expect(await drift()).toEqual([]);
});

test('where an applied migration is missing from the code, nobody knows what it said', async () => {
  await expect(sourceWith([TABLES], driftOf)).rejects.toThrow(
    /^Indexes1000000000002: applied to this database but missing/,
  );
});

describeOnServer('on a server', () => {
  test('a login that may not make a scratch database is told what to do', async () => {
    await client.query(`CREATE ROLE drift_login LOGIN; GRANT SELECT ON migrations TO drift_login`);
    try {
      const url = new URL(database.url);
      url.username = 'drift_login';
      const source = sourceOf([TABLES, INDEXES], url.href);
      await source.initialize();
      await expect(driftOf(source).finally(() => source.destroy())).rejects.toThrow(/scratchUrl/);
    } finally {
      await client.query(`DROP OWNED BY drift_login; DROP ROLE drift_login`);
    }
  });
});
