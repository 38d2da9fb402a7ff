import type { Client } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { RdbmsSchemaBuilder } from 'typeorm/schema-builder/RdbmsSchemaBuilder';
import { SampleNamingStrategy } from './sample/naming-strategy';
import type { EntityClass } from '../src/language/declarations';
import { type Catalog, readCatalog } from '../src/catalog/catalog';
import type { Change } from '../src/changes/change';
import type { Rename } from '../src/plan/renames';
import { catalogOfEntities } from '../src/catalog/entities';
import { declaredRenames } from '../src/plan/stages-to-entities';

export const EMPTY: Catalog = {
  extensions: [],
  roles: [],
  enumTypes: [],
  functions: [],
  sequences: [],
  tables: [],
  views: [],
};

/** Empties a database. */
export async function clear(client: Client): Promise<void> {
  await client.query('DROP EXTENSION IF EXISTS vector CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public');
}

export function catalogOf(client: Client): Promise<Catalog> {
  return readCatalog(async (sql, parameters) => (await client.query(sql, parameters)).rows as unknown[]);
}

/** The catalog without the order of columns, which no change can restore, the validity of indexes, and extensions, which stay. */
export function comparable(catalog: Catalog): Catalog {
  return {
    ...catalog,
    extensions: [],
    tables: catalog.tables.map((table) => ({
      ...table,
      columns: table.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      indexes: table.indexes.map((index) => ({ ...index, valid: true })),
    })),
  };
}

/** Makes changes, in a transaction or each statement on its own. */
export async function apply(client: Client, changes: Change[], { transaction = true } = {}): Promise<void> {
  if (transaction) await client.query('BEGIN');
  try {
    for (const statement of changes.flatMap(({ statements }) => statements)) await client.query(statement);
    if (transaction) await client.query('COMMIT');
  } catch (error) {
    if (transaction) await client.query('ROLLBACK');
    throw error;
  }
}

/** The catalog of entities, by way of the database at `url`, which is empty and stays so. */
export function schemaOf(url: string, entities: EntityClass[]): Promise<Catalog> {
  return catalogOfEntities(optionsOf(url, entities), url);
}

/** The renames that entities declare. */
export async function renamesOf(url: string, entities: EntityClass[]): Promise<Rename[]> {
  const dataSource = await new DataSource(optionsOf(url, entities)).initialize();
  return withDestroyed(dataSource, () => Promise.resolve(declaredRenames(dataSource)));
}

/**
 * What TypeORM's own schema builder makes of a change of entities, in the empty database at `url`: its statements, or its
 * error.
 */
export async function stockChanges(
  url: string,
  before: EntityClass[],
  after: EntityClass[],
  byHand: string,
): Promise<string[] | Error> {
  try {
    const first = await new DataSource(optionsOf(url, before)).initialize();
    await withDestroyed(first, async () => {
      await first.synchronize();
      // What was done by hand to a policy or trigger has nothing to be done to here.
      await first.query(byHand).catch(() => undefined);
    });
    const second = await new DataSource(optionsOf(url, after)).initialize();
    const { upQueries } = await withDestroyed(second, () => new RdbmsSchemaBuilder(second).log());
    return upQueries.map(({ query }) => query);
  } catch (error) {
    return error as Error;
  }
}

function optionsOf(url: string, entities: EntityClass[]): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities,
    namingStrategy: new SampleNamingStrategy(),
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    poolSize: 1,
  };
}

async function withDestroyed<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await dataSource.destroy();
  }
}
