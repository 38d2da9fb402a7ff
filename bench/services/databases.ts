import { Client, escapeIdentifier } from 'pg';
import ormconfig from '../../ormconfig';
import { readConfiguration } from '../../src/database/configuration';
import type { EntityDataSource } from '../../src/database/data-source';

const PREFIX = 'bench_services_';

/** A new, empty database on the server of DATABASE_URL, in the place of one of that name; its URL. */
export async function createDatabase(name: string): Promise<string> {
  await dropDatabase(name);
  await onServer(`CREATE DATABASE ${escapeIdentifier(PREFIX + name)} TEMPLATE template0`);
  const url = new URL(process.env.DATABASE_URL!);
  url.pathname = `/${PREFIX}${name}`;
  return url.href;
}

/** A new database in which all migrations have run. */
export async function createMigratedDatabase(name: string, poolSize: number): Promise<EntityDataSource> {
  const configuration = readConfiguration({
    DATABASE_URL: await createDatabase(name),
    DATABASE_POOL_SIZE: String(poolSize),
  });
  const dataSource = await ormconfig.withConfiguration(configuration).initialize();
  await dataSource.runMigrations();
  return dataSource;
}

export function dropDatabase(name: string): Promise<void> {
  return onServer(`DROP DATABASE IF EXISTS ${escapeIdentifier(PREFIX + name)} WITH (FORCE)`);
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
