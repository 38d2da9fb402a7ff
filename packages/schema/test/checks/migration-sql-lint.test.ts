import { DataSource, type QueryRunner } from 'typeorm';
import { record, type RecordedMigration } from '../../src/checks/migration-replay';
import { lintMigrationSql } from '../../src/checks/migration-sql-lint';
import { emptyDatabase, type TestDatabase } from '../databases';
import { aMigration, instanceOf } from '../migrations';

let database: TestDatabase;
let dataSource: DataSource;
let runner: QueryRunner;

beforeAll(async () => {
  database = await emptyDatabase();
  dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: 1 }).initialize();
  runner = dataSource.createQueryRunner();
});

afterAll(async () => {
  await runner.release();
  await dataSource.destroy();
  await database.close();
});

const SURROUNDINGS = `
  DROP SCHEMA public CASCADE;
  CREATE SCHEMA public;
  CREATE EXTENSION IF NOT EXISTS plpgsql;
  CREATE TYPE mood AS ENUM ('good');
  CREATE TABLE other (id uuid, CONSTRAINT pk_other PRIMARY KEY (id));
  CREATE TABLE t (id uuid, a varchar(10), n integer, m integer, CONSTRAINT pk_t PRIMARY KEY (id));
  ALTER TABLE t ADD CONSTRAINT chk_t_m CHECK (m IS NOT NULL);
  CREATE INDEX idx_t_a ON t (a);
`;

beforeEach(() => runner.query(SURROUNDINGS));

type More = Parameters<typeof aMigration>[3];

async function recorded(statements: string[], more?: More): Promise<RecordedMigration> {
  return record(runner, instanceOf(aMigration('Change1763847000000', statements, [], more)));
}

async function rulesBrokenBy(statements: string[], more?: More): Promise<string[]> {
  return (await lintMigrationSql([await recorded(statements, more)])).map(({ rule }) => rule);
}

const CONCURRENT = { transaction: false };

/** The rules broken, statements that break them, and the safe ones in their place. */
type Case = [rules: string[], bad: string[], good: string[], more?: More];

const CASES = (
  [
    [['drop-table'], ['DROP TABLE other'], ['COMMENT ON TABLE other IS NULL']],
    [['drop-column'], ['ALTER TABLE t DROP COLUMN a'], ['ALTER TABLE t ALTER COLUMN a DROP NOT NULL']],
    [['drop-type'], ['DROP TYPE mood'], ["ALTER TYPE mood ADD VALUE 'bad'"]],
    [['drop-extension'], ['DROP EXTENSION plpgsql'], ['CREATE EXTENSION IF NOT EXISTS plpgsql']],
    [['rename'], ['ALTER TABLE t RENAME COLUMN a TO b'], ['ALTER TABLE t RENAME CONSTRAINT chk_t_m TO chk_t_n']],
    [['rename'], ['ALTER TABLE t RENAME TO u'], ['ALTER INDEX idx_t_a RENAME TO idx_t_b']],
    [['rewrite'], ['ALTER TABLE t ALTER COLUMN a TYPE varchar(5)'], ['ALTER TABLE t ALTER COLUMN a TYPE varchar(20)']],
    [['rewrite'], ['ALTER TABLE t ALTER COLUMN n TYPE bigint'], ['ALTER TABLE t ALTER COLUMN a TYPE text']],
    [
      ['rewrite'],
      ['ALTER TABLE t ADD COLUMN key uuid NOT NULL DEFAULT gen_random_uuid()'],
      ["ALTER TABLE t ADD COLUMN at timestamptz NOT NULL DEFAULT now(), ADD COLUMN list jsonb NOT NULL DEFAULT '[]'"],
    ],
    [
      ['required-column'],
      ['ALTER TABLE t ADD COLUMN title text NOT NULL'],
      ["ALTER TABLE t ADD COLUMN title text NOT NULL DEFAULT ''"],
    ],
    [
      ['adding-not-nullable-field'],
      ['ALTER TABLE t ALTER COLUMN n SET NOT NULL'],
      // A valid CHECK says so already.
      ['ALTER TABLE t ALTER COLUMN m SET NOT NULL'],
    ],
    [
      ['constraint-missing-not-valid'],
      ['ALTER TABLE t ADD CONSTRAINT chk_t_n CHECK (n > 0)'],
      ['ALTER TABLE t ADD CONSTRAINT chk_t_n CHECK (n > 0) NOT VALID'],
    ],
    [
      ['constraint-missing-not-valid'],
      ['ALTER TABLE t ADD CONSTRAINT chk_t_n CHECK (n > 0) NOT VALID', 'ALTER TABLE t VALIDATE CONSTRAINT chk_t_n'],
      ['ALTER TABLE t VALIDATE CONSTRAINT chk_t_m'],
    ],
    [
      ['constraint-missing-not-valid', 'adding-foreign-key-constraint'],
      ['ALTER TABLE t ADD CONSTRAINT fk_t_id FOREIGN KEY (id) REFERENCES other (id)'],
      ['ALTER TABLE t ADD CONSTRAINT fk_t_id FOREIGN KEY (id) REFERENCES other (id) NOT VALID'],
    ],
    [
      ['constraint-missing-not-valid', 'disallowed-unique-constraint'],
      ['ALTER TABLE t ADD CONSTRAINT uq_t_n UNIQUE (n)'],
      [
        'CREATE UNIQUE INDEX CONCURRENTLY uq_t_n ON t (n)',
        'ALTER TABLE t ADD CONSTRAINT uq_t_n UNIQUE USING INDEX uq_t_n',
      ],
      CONCURRENT,
    ],
    [
      ['require-concurrent-index-creation'],
      ['CREATE INDEX idx_t_n ON t (n DESC)'],
      ['CREATE INDEX CONCURRENTLY idx_t_n ON t (n DESC)'],
      CONCURRENT,
    ],
    [['require-concurrent-index-deletion'], ['DROP INDEX idx_t_a'], ['DROP INDEX CONCURRENTLY idx_t_a'], CONCURRENT],
    [['ban-truncate-cascade'], ['TRUNCATE other CASCADE'], ['TRUNCATE other']],
    [
      ['identifier-too-long'],
      [`CREATE TABLE ${'long_'.repeat(13)} (id uuid)`],
      [`CREATE TABLE ${'a'.repeat(63)} (id uuid)`],
    ],
    [
      ['data-with-schema'],
      ['ALTER TABLE t ADD COLUMN b text', '\n  UPDATE t SET b = a'],
      ['UPDATE t SET a = lower(a)', 'DELETE FROM t WHERE a IS NULL'],
    ],
  ] as Case[]
).map(([rules, bad, good, more = {}]) => ({ rules, bad, good, more }));

test.each(CASES)('$rules: $bad', async ({ rules, bad, more }) => {
  expect(await rulesBrokenBy(bad, more)).toEqual(rules);
});

test.each(CASES)('not $rules: $good', async ({ good, more }) => {
  expect(await rulesBrokenBy(good, more)).toEqual([]);
});

const NEW_TABLE = [
  'CREATE TABLE "new" (id uuid, n integer, a varchar(10))',
  'CREATE INDEX idx_new_n ON "new" (n)',
  'ALTER TABLE "new" ADD CONSTRAINT chk_new_n CHECK (n > 0)',
  'ALTER TABLE "new" ADD CONSTRAINT uq_new_id UNIQUE (id)',
  'ALTER TABLE public."new" ADD CONSTRAINT fk_new_id FOREIGN KEY (id) REFERENCES other (id)',
  'ALTER TABLE ONLY new ALTER COLUMN n SET NOT NULL',
  'ALTER TABLE new ALTER COLUMN a TYPE varchar(5)',
  'ALTER TABLE new DROP COLUMN a',
];

test.each([true, false])(
  'what is done to a table that the migration creates is safe (transaction: %s)',
  async (transaction) => {
    expect(await rulesBrokenBy(NEW_TABLE, { transaction })).toEqual([]);
  },
);

test('what is done to another table is not, though it refers to the new one', async () => {
  const reference = 'ALTER TABLE t ADD CONSTRAINT fk_t_id FOREIGN KEY (id) REFERENCES "new" (id)';
  expect(await rulesBrokenBy([...NEW_TABLE, reference])).toEqual([
    'constraint-missing-not-valid',
    'adding-foreign-key-constraint',
  ]);
});

test('a type that has been replaced may go', async () => {
  const swap = [
    'ALTER TYPE mood RENAME TO mood_former',
    "CREATE TYPE mood AS ENUM ('good', 'bad')",
    'DROP TYPE mood_former',
  ];
  expect(await rulesBrokenBy(swap)).toEqual([]);
});

const NARROW = 'ALTER TABLE t ALTER COLUMN a TYPE varchar(5)';

test.each([
  ['the rule', 'drop-column', 'ALTER TABLE t DROP COLUMN a'],
  ['any of the dangers that the generator calls it', 'narrowing', NARROW],
  ["squawk's own name", 'constraint-missing-not-valid', 'ALTER TABLE t ADD CONSTRAINT chk_t_n CHECK (n > 0)'],
])('a danger is accepted by %s, with a reason', async (_, rule, statement) => {
  expect(await rulesBrokenBy([statement], { acknowledged: { [rule]: 'Nobody has used it since version 3.' } })).toEqual(
    [],
  );
});

test('no danger is accepted without a reason, nor by the name of another', async () => {
  expect(await rulesBrokenBy([NARROW], { acknowledged: { rewrite: ' ', 'drop-column': 'Because.' } })).toEqual([
    'rewrite',
  ]);
});

test('a finding says where it is, what is dangerous, what is safe and how to accept it', async () => {
  const migrations = [
    await recorded(['CREATE TABLE u ()']),
    await recorded(['UPDATE t\nSET a = NULL', 'ALTER TABLE t\nDROP COLUMN a']),
  ];
  migrations[1].statements.shift();
  expect(await lintMigrationSql(migrations)).toEqual([
    {
      rule: 'drop-column',
      place: 'Change1763847000000: ALTER TABLE t DROP COLUMN a',
      danger: 'Dropping a column may break existing clients.',
      safeWay: expect.stringMatching(
        /^keep it.* Or accept it.*acknowledged = \{ 'drop-column': '<why>' \};$/,
      ) as string,
    },
  ]);
});

test('without migrations there is nothing to find', async () => {
  expect(await lintMigrationSql([])).toEqual([]);
});
