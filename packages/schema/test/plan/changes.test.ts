import { Migration, PostgreSQL } from '@pgkit/migra';
import * as fc from 'fast-check';
import type { Catalog } from '../../src/catalog/catalog';
import { changesBetween } from '../../src/plan/changes-between';
import type { Rename } from '../../src/plan/renames';
import { stagesBetween } from '../../src/plan/stages';
import { databaseOfFile, describeOnServer } from '../databases';
import { ddlCases, everything } from './ddl-cases';
import { randomSchema } from './random-schemas';
import { apply, catalogOf, clear, comparable } from '../schemas';

const database = databaseOfFile({ roles: ['ddl_reader', 'random_reader'] });

beforeAll(async () => {
  for (const role of ['ddl_reader', 'random_reader']) {
    await database.client.query(`DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$`);
  }
});

test.each([...ddlCases, everything])('$title', async ({ before, after, renames = [], rows = '' }) => {
  const to = await build(after);
  const from = await build(before);
  await database.client.query(rows);
  await goThereAndBackInStages(from, to, renames);
  await goThereAndBackAtOnce(from, to, renames);
});

test('from any schema to any other and back', async () => {
  await fc.assert(
    fc.asyncProperty(randomSchema, randomSchema, async (before, after) => {
      const to = await build(after);
      const from = await build(before);
      await goThereAndBackInStages(from, to);
      await goThereAndBackAtOnce(from, to);
    }),
    { seed: 1, numRuns: 25 },
  );
}, 300_000);

test('a rename of long ago does not spoil the way back of a new one', async () => {
  const to = await build('CREATE TABLE t (a integer)');
  const from = await build('CREATE TABLE t (b integer)');
  const renames = [
    { table: 't', formerName: 'called_so_long_ago' },
    { table: 't', column: 'a', formerName: 'b' },
  ];
  const [{ up, down }] = stagesBetween(from, to, { renames });
  expect(up.map(({ statements }) => statements)).toEqual([['ALTER TABLE t RENAME COLUMN b TO a']]);
  expect(down.map(({ statements }) => statements)).toEqual([['ALTER TABLE t RENAME COLUMN a TO b']]);
});

test('indexes that could not be built are built when it is begun again', async () => {
  const before = 'CREATE TABLE t (a integer, b integer); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1, 1), (1, 1)';
  const to = await build(
    'CREATE TABLE t (a integer, b integer); CREATE UNIQUE INDEX i ON t (a); CREATE UNIQUE INDEX j ON t (b)',
  );
  const from = await build(before);
  const [{ up }] = stagesBetween(from, to);

  await expect(apply(database.client, up, { transaction: false })).rejects.toThrow(/could not create unique index/);
  await database.client.query('UPDATE t SET b = 2 WHERE ctid = (SELECT min(ctid) FROM t)');
  await expect(apply(database.client, up, { transaction: false })).rejects.toThrow(
    /could not create unique index "i_new"/,
  );
  expect((await catalogOf(database.client)).tables[0].indexes).toContainEqual(from.tables[0].indexes[0]);
  await database.client.query('UPDATE t SET a = 2 WHERE ctid = (SELECT min(ctid) FROM t)');
  await apply(database.client, up, { transaction: false });
  await apply(database.client, up, { transaction: false });
  expect(await catalogOf(database.client)).toEqual(to);
});

test('migra, which reads the catalog in its own way, sees no difference either', async () => {
  const { before, after } = everything;
  const wanted = await build(after);
  const inspectedWanted = await inspect();
  const from = await build(before);
  const inspectedFrom = await inspect();
  expect(await statementsOfMigra(inspectedFrom, inspectedWanted)).not.toBe('');

  await takeStages(from, wanted);
  expect(await statementsOfMigra(await inspect(), inspectedWanted)).toBe('');
  await apply(database.client, changesBetween(wanted, from));
  expect(await statementsOfMigra(await inspect(), inspectedFrom)).toBe('');
}, 120_000);

describeOnServer('on a server', () => {
  test('several databases make the same role at the same time', async () => {
    const to = await build('CREATE TABLE t (a integer); GRANT SELECT ON t TO ddl_reader');
    const role = { name: 'ddl_contended', comment: 'Contended.', grantedToOwner: true };
    const making = changesBetween({ ...to, roles: [] }, { ...to, roles: [role] });
    const clients = await Promise.all(Array.from({ length: 4 }, () => database.connect()));
    for (let round = 0; round < 5; round++) {
      await database.client.query('DROP ROLE IF EXISTS ddl_contended');
      await Promise.all(clients.map((one) => apply(one, making)));
    }
    const { rows } = await database.client.query(
      `SELECT shobj_description('ddl_contended'::regrole, 'pg_authid') AS comment, count(*)::integer AS members
       FROM pg_auth_members WHERE roleid = 'ddl_contended'::regrole`,
    );
    expect(rows).toEqual([{ comment: 'Contended.', members: 1 }]);
    await database.client.query('DROP ROLE ddl_contended');
  });
});

async function build(ddl: string): Promise<Catalog> {
  await clear(database.client);
  await database.client.query(ddl);
  return catalogOf(database.client);
}

/** Takes all stages, and those back; each leads where it should. */
async function goThereAndBackInStages(from: Catalog, to: Catalog, renames: Rename[] = []): Promise<void> {
  expect(stagesBetween(to, to)).toEqual([]);
  const stages = stagesBetween(from, to, { renames });
  const catalogs = await takeStages(from, to, renames);
  expect(catalogs.at(-1)).toEqual(comparable(to));
  for (const { down } of stages.toReversed()) {
    await apply(database.client, down);
    catalogs.pop();
    expect(comparable(await catalogOf(database.client))).toEqual(catalogs.at(-1));
  }
}

/** The catalogs before and behind each stage. */
async function takeStages(from: Catalog, to: Catalog, renames: Rename[] = []): Promise<Catalog[]> {
  const catalogs = [comparable(from)];
  for (const { phase, up } of stagesBetween(from, to, { renames })) {
    await apply(database.client, up, { transaction: phase !== 'concurrent' });
    catalogs.push(comparable(await catalogOf(database.client)));
  }
  return catalogs;
}

async function goThereAndBackAtOnce(from: Catalog, to: Catalog, renames: Rename[] = []): Promise<void> {
  await apply(database.client, changesBetween(from, to, { renames }));
  expect(comparable(await catalogOf(database.client))).toEqual(comparable(to));
  const back = renames.map(({ table, column, formerName }) =>
    column ? { table, column: formerName, formerName: column } : { table: formerName, formerName: table },
  );
  await apply(database.client, changesBetween(to, from, { renames: back }));
  expect(comparable(await catalogOf(database.client))).toEqual(comparable(from));
}

/** What migra sees of the database. */
function inspect(): Promise<PostgreSQL> {
  const any = async ({ sql }: { sql: string }) => (await database.client.query<Record<string, unknown>>(sql)).rows;
  const queryable = { any, oneFirst: async (query: { sql: string }) => Object.values((await any(query))[0])[0] };
  return PostgreSQL.create(queryable as unknown as Parameters<typeof PostgreSQL.create>[0]);
}

/** What migra would do to make the one like the other, but for comments and FORCE ROW LEVEL SECURITY, which it can't see. */
async function statementsOfMigra(from: PostgreSQL, to: PostgreSQL): Promise<string> {
  const migration = await Migration.create(from, to, {});
  migration.set_safety(false);
  migration.add_all_changes(true);
  return migration.sql;
}
