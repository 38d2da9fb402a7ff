import { DataSource, type QueryRunner } from 'typeorm';
import { record, type RecordedMigration } from '../../src/checks/migration-replay';
import { lintMigrationSql } from '../../src/checks/migration-sql-lint';
import { changesBetween } from '../../src/plan/changes-between';
import { type Stage, stagesBetween } from '../../src/plan/stages';
import { databaseOfFile } from '../databases';
import type { SchemaCase } from '../changes/case';
import { cases } from '../changes/cases';
import { ourIndex } from '../entities';
import { apply, catalogOf, clear, EMPTY, renamesOf, schemaOf } from '../schemas';
import { aMigration, instanceOf } from '../migrations';

const database = databaseOfFile({ roles: ['case_reader', 'case_writer'] });
let dataSource: DataSource;
let runner: QueryRunner;

beforeEach(async () => {
  await clear(database.client);
  dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: 1 }).initialize();
  runner = dataSource.createQueryRunner();
});

afterEach(async () => {
  await runner.release();
  await dataSource.destroy();
});

/** The changes that are dangerous, or that the generator divides among several migrations. */
const delicate = cases.filter(({ hazards, up }) => hazards ?? up.concurrent ?? up.validate);

test.each(delicate)('what is generated is safe but for what it acknowledges: $title', async (change) => {
  const migrations: RecordedMigration[] = [];
  for (const stage of await stagesOf(change)) migrations.push(await recorded(stage));
  expect(await rulesBrokenBy(migrations)).toEqual([]);

  const silent = migrations.map((migration) => ({ ...migration, acknowledged: {} }));
  const destructive = change.hazards?.filter((kind) => /^(drop-|rename|required)/.test(kind)) ?? [];
  expect(await rulesBrokenBy(silent)).toEqual(expect.arrayContaining(destructive));
});

/** The migrations that the generator writes for a change; the database is as it is before them. */
async function stagesOf({ before, after, rows = '', byHand = '' }: SchemaCase): Promise<Stage[]> {
  const [from, to] = [await schemaOf(database.url, before(ourIndex)), await schemaOf(database.url, after(ourIndex))];
  const renames = await renamesOf(database.url, after(ourIndex));
  await apply(database.client, changesBetween(EMPTY, from));
  await database.client.query(rows);
  await database.client.query(byHand);
  return stagesBetween(await catalogOf(database.client), to, { renames });
}

/** Runs a migration, with what it has to acknowledge. */
function recorded({ phase, up }: Stage): Promise<RecordedMigration> {
  const statements = up.flatMap((change) => change.statements);
  const known = up.flatMap(({ hazard }) => hazard?.kind ?? []);
  // The generator takes a computed column for harmless, though the table is written anew: whoever adds one accepts it by hand.
  const byHand = statements.some((sql) => sql.includes('GENERATED ALWAYS AS (')) ? ['drop-column', 'rewrite'] : [];
  const acknowledged = Object.fromEntries([...known, ...byHand].map((kind) => [kind, 'It is known.']));
  const more = { acknowledged, transaction: phase !== 'concurrent' };
  return record(runner, instanceOf(aMigration('Generated1000000000001', statements, [], more)));
}

async function rulesBrokenBy(migrations: RecordedMigration[]): Promise<string[]> {
  return (await lintMigrationSql(migrations)).map(({ rule }) => rule);
}
