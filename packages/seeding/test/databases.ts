import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import type { DataSource } from 'typeorm';
import { openMemory } from '@entity-backend/embedded-postgres';
import { migrate } from '@entity-backend/schema';
import { dataSourceAt } from './sample/data-source';

/** The server to run the tests on, by a login that may create databases; undefined: they run on embedded databases. */
export const SERVER = process.env.TEST_DATABASE_URL;

/** `describe` for what only a real server has: sessions side by side, logins. Skipped without TEST_DATABASE_URL. */
export const describeOnServer = SERVER ? describe : describe.skip;

/** A database of the test's own. */
export interface TestDatabase {
  readonly url: string;
  /** A new connection; `close` ends it. */
  connect(): Promise<Client>;
  /** The sample's entities and migrations on this database, one for all calls; `close` ends it. */
  dataSource(): Promise<DataSource>;
  close(): Promise<void>;
}

/** A database without anything in it. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const database = await (SERVER ? createOnServer() : openMemory());
  const { url } = database;
  const clients: Client[] = [];
  let dataSource: Promise<DataSource> | undefined;
  return {
    url,
    async connect() {
      const client = new Client({ connectionString: url });
      clients.push(client);
      await client.connect();
      return client;
    },
    dataSource() {
      return (dataSource ??= anotherDataSource(url));
    },
    async close() {
      await Promise.allSettled([
        ...clients.map((client) => client.end()),
        dataSource?.then((source) => source.destroy()),
      ]);
      await database.close();
    },
  };
}

/** A database in which the sample's migrations have run. */
export async function sampleDatabase(): Promise<TestDatabase> {
  const database = await emptyDatabase();
  await migrate(await database.dataSource());
  return database;
}

/** The sample's entities and migrations on a database, with connections of its own. */
export function anotherDataSource(url: string): Promise<DataSource> {
  // The embedded database has one session.
  return dataSourceAt(url, SERVER ? 5 : 1).initialize();
}

/** The URL of a database for another login. */
export function urlFor(url: string, login: string): string {
  const own = new URL(url);
  own.username = login;
  return own.href;
}

async function createOnServer(): Promise<{ url: string; close(): Promise<void> }> {
  const name = `test_${Date.now()}_seeding_${randomBytes(4).toString('hex')}`;
  await onServer(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`);
  const url = new URL(SERVER!);
  url.pathname = name;
  return { url: url.href, close: () => onServer(`DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE)`) };
}

async function onServer(sql: string): Promise<void> {
  const client = new Client({ connectionString: SERVER });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
