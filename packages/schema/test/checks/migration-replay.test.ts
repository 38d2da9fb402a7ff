import { DataSource, type MigrationInterface } from 'typeorm';
import { type Replay, replayMigrations } from '../../src/checks/migration-replay';
import { databaseOfFile } from '../databases';
import { aMigration } from '../migrations';

const database = databaseOfFile();

/** Replays the migrations on a database that is empty again afterwards. */
async function replay(...migrations: (new () => MigrationInterface)[]): Promise<Replay> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url: database.url,
    migrations,
    poolSize: 1,
  }).initialize();
  try {
    return await replayMigrations(dataSource);
  } finally {
    await dataSource.query('DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA public');
    await dataSource.destroy();
  }
}

const rulesOf = ({ findings }: Replay): string[] => findings.map(({ rule }) => rule);

const TABLE = aMigration('Table1000000000001', ['CREATE TABLE t (a varchar(10), n integer)'], ['DROP TABLE t']);

test('tells what was sent, what it cost, and what came of it', async () => {
  const types = aMigration(
    'Types1000000000002',
    ['ALTER TABLE t ALTER COLUMN a TYPE varchar(20)', 'ALTER TABLE t ALTER COLUMN n TYPE bigint'],
    ['ALTER TABLE t ALTER COLUMN a TYPE varchar(10), ALTER COLUMN n TYPE integer'],
    { acknowledged: { rewrite: 'The table is small.' } },
  );
  const { catalog, findings, migrations } = await replay(types, TABLE);
  expect(findings).toEqual([]);
  expect(catalog!.tables.map(({ name, columns }) => [name, ...columns.map(({ type }) => type)])).toEqual([
    ['t', 'varchar(20)', 'bigint'],
  ]);
  expect(migrations).toEqual([
    {
      name: 'Table1000000000001',
      transaction: true,
      acknowledged: {},
      statements: [{ sql: 'CREATE TABLE t (a varchar(10), n integer)', touchesEveryRow: false }],
    },
    {
      name: 'Types1000000000002',
      transaction: true,
      acknowledged: { rewrite: 'The table is small.' },
      statements: [
        { sql: 'ALTER TABLE t ALTER COLUMN a TYPE varchar(20)', touchesEveryRow: false },
        { sql: 'ALTER TABLE t ALTER COLUMN n TYPE bigint', touchesEveryRow: true },
      ],
    },
  ]);
});

test('down-leads-elsewhere: a down() that forgets something', async () => {
  const forgetful = aMigration(
    'Forgetful1000000000002',
    ['ALTER TABLE t ADD COLUMN IF NOT EXISTS b text', "COMMENT ON TABLE t IS 'A table.'"],
    ['COMMENT ON TABLE t IS NULL'],
  );
  expect((await replay(TABLE, forgetful)).findings).toEqual([
    expect.objectContaining({
      rule: 'down-leads-elsewhere',
      place: expect.stringContaining('b') as string,
      danger: expect.stringContaining('Forgetful1000000000002') as string,
      sql: ['ALTER TABLE t DROP COLUMN b'],
    }),
  ]);
});

test('down-leads-elsewhere: one that keeps up() from running again', async () => {
  const forgetful = aMigration('Forgetful1000000000002', ['ALTER TABLE t ADD COLUMN b text'], ['SELECT 1']);
  const { catalog, findings } = await replay(TABLE, forgetful);
  expect(findings.map(({ rule, place }) => [rule, place])).toEqual([
    ['down-leads-elsewhere', 't: column b is dropped'],
    ['migration-fails', 'Forgetful1000000000002: column "b" of relation "t" already exists'],
  ]);
  expect(catalog).toBeNull();
});

test('up-is-another-the-second-time: an up() that finds something left behind', async () => {
  const moody = aMigration(
    'Moody1000000000001',
    [
      `DO $$ BEGIN
         IF to_regnamespace('other') IS NULL THEN CREATE SCHEMA other; CREATE TABLE t (a text); ELSE CREATE TABLE t (b text); END IF;
       END $$`,
    ],
    ['DROP TABLE t'],
  );
  expect(new Set(rulesOf(await replay(moody)))).toEqual(new Set(['up-is-another-the-second-time']));
});

test.each([
  ['up()', ['CREATE TABLE u ()', 'CREATE TABLE t ()'], []],
  ['down()', ['CREATE TABLE u ()'], ['DROP TABLE v']],
  ['the second up()', ['CREATE SCHEMA other'], []],
])('migration-fails: %s; those behind it are not run', async (_, up, down) => {
  const broken = aMigration('Broken1000000000002', up, down);
  const late = aMigration('Late1000000000003', ['CREATE TABLE late ()'], ['DROP TABLE late']);
  const { catalog, findings, migrations } = await replay(TABLE, broken, late);
  expect(catalog).toBeNull();
  expect(migrations.map(({ name }) => name)).not.toContain('Late1000000000003');
  expect(findings).toEqual([
    expect.objectContaining({
      rule: 'migration-fails',
      place: expect.stringMatching(/^Broken1000000000002: .* (already exists|does not exist)/) as string,
    }),
  ]);
});

/** Two indexes, made without a transaction; `before` each of them a statement on it. */
const indexes = (before: (index: string) => string[]) =>
  aMigration(
    'Indexes1000000000002',
    ['a', 'n'].flatMap((column) => [
      ...before(`idx_t_${column}`),
      `CREATE INDEX CONCURRENTLY idx_t_${column} ON t (${column})`,
    ]),
    ['DROP INDEX idx_t_a', 'DROP INDEX idx_t_n'],
    { transaction: false },
  );

test('a migration without a transaction that can be broken off and repeated', async () => {
  const repeatable = indexes((index) => [`DROP INDEX CONCURRENTLY IF EXISTS ${index}`]);
  const { findings, migrations } = await replay(TABLE, repeatable);
  expect(findings).toEqual([]);
  expect(migrations[1]).toMatchObject({ transaction: false, statements: { length: 4 } });
});

test('migration-fails: one that fails where it is repeated after it was broken off', async () => {
  expect(
    (
      await replay(
        TABLE,
        indexes(() => []),
      )
    ).findings,
  ).toEqual([
    expect.objectContaining({
      rule: 'migration-fails',
      place: expect.stringMatching(
        /^Indexes1000000000002: broken off after statement 1 and run again, it says: .*idx_t_a.* already exists/,
      ) as string,
    }),
  ]);
});

test('not-repeatable: one that makes something else when it is repeated', async () => {
  const moody = aMigration(
    'Moody1000000000002',
    [
      `DO $$ BEGIN
         IF to_regclass('u') IS NULL THEN CREATE TABLE u (a text); ELSE ALTER TABLE u ADD COLUMN b text; END IF;
       END $$`,
      'SELECT 1',
    ],
    ['DROP TABLE u'],
    { transaction: false },
  );
  expect(rulesOf(await replay(TABLE, moody))).toEqual(['not-repeatable']);
});
