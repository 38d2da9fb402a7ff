import { DataSource, type DataSourceOptions, type EntityMetadata, QueryFailedError, type QueryRunner } from 'typeorm';
import { UserError } from '../errors';
import { type Catalog, catalogOf } from './catalog';
import { documentFromSources } from '../language/documentation';
import { meantColumn, sharedColumn, tellNamesApart } from '../language/names';
import { schemaStatements, type SchemaStatement } from '../language/schema-statements';

/**
 * The catalog of the database that the entities describe. It is built in a scratch database, which has to be empty, by the
 * server itself, so that every expression reads as PostgreSQL prints it; and it is rolled back when it has been read.
 *
 * @param options those of the data source whose entities they are
 * @param url the scratch database's
 * @param sources the folder whose doc comments become COMMENTs; none where absent
 * @throws UserError that names the entity, what it declares and the cause, when PostgreSQL refuses a declaration
 */
export async function catalogOfEntities(options: DataSourceOptions, url: string, sources?: string): Promise<Catalog> {
  const { entities, namingStrategy } = options;
  const scratch = await new DataSource({
    type: 'postgres',
    url,
    entities,
    namingStrategy,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    poolSize: 1,
  }).initialize();
  try {
    if (sources !== undefined) documentFromSources(scratch, sources);
    tellNamesApart(scratch);
    const statements = await schemaStatements(scratch);
    return await rolledBack(scratch, async (runner) => {
      for (const statement of statements) await run(runner, statement);
      return catalogOf(runner);
    });
  } finally {
    await scratch.destroy();
  }
}

async function rolledBack<T>(dataSource: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    return await work(runner);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}

async function run(runner: QueryRunner, { sql, declaredBy, metadata }: SchemaStatement): Promise<void> {
  try {
    await runner.query(sql);
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    const place = placeOf(error as QueryFailedError<Error>, sql);
    throw new UserError(`${declaredBy}${place}: ${error.message}${metadata ? hintOf(error.message, metadata) : ''}`);
  }
}

/** What helps where a naming strategy calls a column something else than the entity's author thinks. */
function hintOf(message: string, metadata: EntityMetadata): string {
  const [, missing] = /column "([^"]+)".* does not exist/.exec(message) ?? [];
  if (missing !== undefined) return meantColumn(metadata, missing);
  const [, twice] = /column "([^"]+)" specified more than once/.exec(message) ?? [];
  return twice === undefined ? '' : sharedColumn(metadata, twice);
}

/** The constraint or column of a CREATE TABLE that PostgreSQL complains of: the last name before the place it points to. */
function placeOf(error: QueryFailedError<Error & { position?: string }>, sql: string): string {
  const { position } = error.driverError;
  const before = position === undefined ? '' : sql.slice(0, Number(position));
  const names = [...before.matchAll(/CONSTRAINT "([^"]+)"/g)];
  const name = names.at(-1)?.[1];
  return name === undefined ? '' : `, ${name}`;
}
