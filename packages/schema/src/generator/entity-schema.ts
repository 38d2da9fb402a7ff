import { DataSource, type DataSourceOptions, QueryFailedError, type QueryRunner } from 'typeorm';
import { UserError } from '../errors';
import { type Catalog, readCatalog } from './catalog';
import type { Rename } from './changes';
import { documentFromSources } from './documentation';
import { declaredEntities, schemaStatements, type SchemaStatement } from './schema-statements';

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
    const statements = await schemaStatements(scratch);
    return await rolledBack(scratch, async (runner) => {
      for (const statement of statements) await run(runner, statement);
      return readCatalog((sql, parameters) => runner.query(sql, parameters) as Promise<Record<string, unknown>[]>);
    });
  } finally {
    await scratch.destroy();
  }
}

/** The renames that the entities declare with `@FormerName`. */
export function declaredRenames(dataSource: DataSource): Rename[] {
  return declaredEntities(dataSource).flatMap(({ metadata, declarations }) =>
    declarations.flatMap((declaration) => {
      if (declaration.kind !== 'former-name') return [];
      const { property, formerName } = declaration;
      if (property === undefined) return [{ table: metadata.tableName, formerName }];
      const column = metadata.findColumnWithPropertyPath(property);
      if (!column) throw new UserError(`${metadata.targetName}.${property}: a former name, but it is not a column.`);
      return [{ table: metadata.tableName, column: column.databaseName, formerName }];
    }),
  );
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

async function run(runner: QueryRunner, { sql, declaredBy }: SchemaStatement): Promise<void> {
  try {
    await runner.query(sql);
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    throw new UserError(`${declaredBy}${placeOf(error as QueryFailedError<Error>, sql)}: ${error.message}`);
  }
}

/** The constraint or column of a CREATE TABLE that PostgreSQL complains of: the last name before the place it points to. */
function placeOf(error: QueryFailedError<Error & { position?: string }>, sql: string): string {
  const { position } = error.driverError;
  const before = position === undefined ? '' : sql.slice(0, Number(position));
  const names = [...before.matchAll(/CONSTRAINT "([^"]+)"/g)];
  const name = names.at(-1)?.[1];
  return name === undefined ? '' : `, ${name}`;
}
