import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import ormconfig from '../ormconfig';
import { readConfiguration } from '../src/database/configuration';
import type { EntityDataSource } from '../src/database/data-source';
import { openMemory } from '../packages/embedded-postgres/src';

/** The server to run the tests on, by a login that may create databases; undefined: they run on embedded databases. */
export const SERVER = process.env.TEST_DATABASE_URL;

export interface Database {
  url: string;
  close(): Promise<void>;
}

/** A new database in which all migrations have run. */
export function cloneOfTemplate(): Promise<Database> {
  return SERVER ? createOnServer(unusedName(), migratedName()) : openMemory({ template: migratedTar() });
}

/** A new database without anything in it. */
export function emptyOne(): Promise<Database> {
  return SERVER ? createOnServer(unusedName(), 'template0') : openMemory();
}

/** The project's entities and migrations on a database; not initialized yet. */
export function dataSourceAt(url: string): EntityDataSource {
  // The embedded database has one session.
  return ormconfig.withConfiguration(readConfiguration({ DATABASE_URL: url, DATABASE_POOL_SIZE: SERVER ? '5' : '1' }));
}

/** jest's globalSetup: makes the template that the migrated databases are clones of. */
export async function makeTemplate(): Promise<void> {
  process.env.TEST_RUN = SERVER ? `test_${Date.now()}_${process.pid}` : await mkdtemp(join(tmpdir(), 'test-'));
  try {
    await (SERVER ? makeTemplateOnServer() : makeTemplateInMemory());
  } catch (error) {
    // After a setup that failed jest runs no teardown.
    await removeTemplate();
    throw error;
  }
}

async function makeTemplateOnServer(): Promise<void> {
  await dropLeftovers();
  await migrate((await createOnServer(migratedName(), 'template0')).url);
}

async function makeTemplateInMemory(): Promise<void> {
  const database = await openMemory();
  await migrate(database.url);
  await database.dump(migratedTar());
  await database.close();
}

async function migrate(url: string): Promise<void> {
  const dataSource = await dataSourceAt(url).initialize();
  await dataSource.runMigrations().finally(() => dataSource.destroy());
}

/** jest's globalTeardown: removes the template, and what tests that failed have left. */
export async function removeTemplate(): Promise<void> {
  if (SERVER) await dropOnServer((name) => name.startsWith(run()));
  else await rm(run(), { recursive: true });
}

/** The name of this run of jest, as its workers inherit it: a prefix of databases' names, or a folder. */
function run(): string {
  return process.env.TEST_RUN!;
}

function migratedName(): string {
  return `${run()}_migrated`;
}

function migratedTar(): string {
  return join(run(), 'migrated.tar');
}

function unusedName(): string {
  return `${run()}_${randomBytes(4).toString('hex')}`;
}

async function createOnServer(name: string, template: string): Promise<Database> {
  await onServer((client) =>
    client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`),
  );
  const url = new URL(SERVER!);
  url.pathname = name;
  return { url: url.href, close: () => dropOnServer((other) => other === name) };
}

/** Ctrl-C ends jest without its teardown. */
function dropLeftovers(): Promise<void> {
  const yesterday = Date.now() - 24 * 60 * 60 * 1000;
  return dropOnServer((name) => Number(/^test_(\d{13})_/.exec(name)?.[1]) < yesterday);
}

function dropOnServer(which: (name: string) => boolean): Promise<void> {
  return onServer(async (client) => {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
    for (const { datname } of rows.filter((row) => which(row.datname))) {
      await client.query(`DROP DATABASE ${escapeIdentifier(datname)} WITH (FORCE)`);
    }
  });
}

async function onServer<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: SERVER });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
