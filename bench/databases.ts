import { Client, escapeIdentifier } from 'pg';
import ormconfig from '../ormconfig';
import { readConfiguration } from '../src/database/configuration';
import type { EntityDataSource } from '../src/database/data-source';

/** Databases of the benchmarks' own, on the server of DATABASE_URL. What they are called there begins with this. */
const PREFIX = 'bench_';

/**
 * Makes a database in the place of one of that name. Returns its URL.
 *
 * @param template the name of a database that was made before, to be copied. Default: an empty one
 */
export async function createDatabase(name: string, template?: string): Promise<string> {
  await dropDatabase(name);
  const from = template === undefined ? 'template0' : PREFIX + template;
  await query(`CREATE DATABASE ${escapeIdentifier(PREFIX + name)} TEMPLATE ${escapeIdentifier(from)}`);
  // Nobody pays for what was written before.
  await query('CHECKPOINT');
  const url = new URL(process.env.DATABASE_URL!);
  url.pathname = `/${PREFIX}${name}`;
  return url.href;
}

/** Makes a database in which all migrations have run. */
export async function createMigratedDatabase(name: string, poolSize: number): Promise<EntityDataSource> {
  const configuration = readConfiguration({
    DATABASE_URL: await createDatabase(name),
    DATABASE_POOL_SIZE: String(poolSize),
  });
  const dataSource = await ormconfig.withConfiguration(configuration).initialize();
  await dataSource.runMigrations();
  return dataSource;
}

/** Makes a database as `createDatabase` does, for some work alone. */
export async function withDatabase<T>(name: string, work: (url: string) => Promise<T>, template?: string): Promise<T> {
  try {
    return await work(await createDatabase(name, template));
  } finally {
    await dropDatabase(name);
  }
}

export async function dropDatabase(name: string): Promise<void> {
  await query(`DROP DATABASE IF EXISTS ${escapeIdentifier(PREFIX + name)} WITH (FORCE)`);
}

/** Runs a statement on a connection of its own. Default: to the server's database of DATABASE_URL. */
export async function query<R>(sql: string, url = process.env.DATABASE_URL): Promise<R[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as R[];
  } finally {
    await client.end();
  }
}
