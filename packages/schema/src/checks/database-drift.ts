import { DataSource, type QueryRunner } from 'typeorm';
import { planMigrations } from '../migrations/history';
import { type Catalog, catalogOf } from '../catalog/catalog';
import { openScratch } from '../catalog/scratch';
import { type Difference, differencesBetween } from './comparison';

/**
 * How the connected database differs from what its applied migrations make, as what would mend it: nothing where it does
 * not. Nothing in it is changed.
 *
 * @throws MigrationsRefusedError where code and database disagree about what is applied
 * @throws UserError where a scratch database can't be made
 */
export async function driftOf(dataSource: DataSource): Promise<Difference[]> {
  const { actual, pending } = await stateOf(dataSource);
  const scratch = await openScratch(dataSource);
  try {
    return differencesBetween(actual, await catalogOfMigrations(dataSource, pending, scratch.url));
  } finally {
    await scratch.close();
  }
}

/** The connected database's catalog, and the names of the migrations that it still lacks. */
async function stateOf(dataSource: DataSource): Promise<{ actual: Catalog; pending: Set<string> }> {
  const runner = dataSource.createQueryRunner('master');
  try {
    const { pending } = await planMigrations(dataSource, runner);
    return { actual: await catalogOf(runner), pending: new Set(pending.map(({ migration }) => migration.name)) };
  } finally {
    await runner.release();
  }
}

/**
 * The catalog that the migrations make in an empty database, but for those in `without`. All is rolled back when it has
 * been read: roles and their members belong to the whole cluster, and looking must not change them.
 */
async function catalogOfMigrations(
  dataSource: DataSource,
  without: ReadonlySet<string>,
  url: string,
): Promise<Catalog> {
  const scratch = await new DataSource({ type: 'postgres', url, poolSize: 1 }).initialize();
  const runner = scratch.createQueryRunner();
  try {
    await runner.startTransaction();
    // To an empty database all of them are pending.
    const { pending: all } = await planMigrations(dataSource, runner);
    forgoConcurrency(runner);
    for (const { migration } of all.filter((one) => !without.has(one.migration.name))) {
      await migration.instance!.up(runner);
    }
    return await catalogOf(runner);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
    await scratch.destroy();
  }
}

/** Nothing CONCURRENTLY runs in a transaction, and in a database of one's own nothing has to. */
function forgoConcurrency(runner: QueryRunner): void {
  const query = runner.query.bind(runner) as (sql: string, ...rest: unknown[]) => Promise<unknown>;
  runner.query = ((sql: string, ...rest: unknown[]) =>
    query(sql.replace(/^(\s*(?:CREATE (?:UNIQUE )?|DROP )INDEX) CONCURRENTLY/i, '$1'), ...rest)) as typeof runner.query;
}
