import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import ormconfig from '../ormconfig';
import { type Configuration, readConfiguration } from '../src/database/configuration';
import type { EntityDataSource } from '../src/database/data-source';
import { openMemory } from '../packages/embedded-postgres/src';

/** The server to run the tests on, by a login that may create databases; undefined: they run on embedded databases. */
export const SERVER = process.env.TEST_DATABASE_URL;

const ROOT = join(__dirname, '..');

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
  return ormconfig.withConfiguration(configurationAt(url));
}

export function configurationAt(url: string): Configuration {
  // The embedded database has one session.
  return readConfiguration({ DATABASE_URL: url, DATABASE_POOL_SIZE: SERVER ? '5' : '1' });
}

/** Makes the template that the migrated databases are clones of, unless an earlier run with the same migrations has. */
export async function makeTemplate(): Promise<void> {
  if (SERVER) await makeTemplateOnServer();
  else if (!existsSync(migratedTar())) await makeTemplateInMemory();
}

async function makeTemplateOnServer(): Promise<void> {
  if ((await databasesOnServer()).includes(migratedName())) return;
  const unfinished = unusedName();
  await createOnServer(unfinished, 'template0').then(({ url }) => migrate(url));
  await onServer(async (client) => {
    // Another run may have been faster.
    await client
      .query(`ALTER DATABASE ${escapeIdentifier(unfinished)} RENAME TO ${escapeIdentifier(migratedName())}`)
      .catch(() => dropOnServer((name) => name === unfinished));
  });
}

async function makeTemplateInMemory(): Promise<void> {
  await mkdir(dirname(migratedTar()), { recursive: true });
  const database = await openMemory();
  await migrate(database.url);
  await database.dump(migratedTar());
  await database.close();
}

async function migrate(url: string): Promise<void> {
  const dataSource = await dataSourceAt(url).initialize();
  await dataSource.runMigrations().finally(() => dataSource.destroy());
}

function migratedName(): string {
  return `test_migrated_${hashOfMigrations()}`;
}

function migratedTar(): string {
  return join(ROOT, 'node_modules/.cache/test-databases', `${hashOfMigrations()}.tar`);
}

/** What the template depends on: the migrations, and the PostgreSQL that has run them. */
function hashOfMigrations(): string {
  const folder = join(ROOT, 'src/migrations');
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'packages/embedded-postgres/package.json')));
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

function unusedName(): string {
  return `${process.env.TEST_RUN}_${randomBytes(4).toString('hex')}`;
}

async function createOnServer(name: string, template: string): Promise<Database> {
  await onServer((client) =>
    client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`),
  );
  const url = new URL(SERVER!);
  url.pathname = name;
  return { url: url.href, close: () => dropOnServer((other) => other === name) };
}

/** Drops what this run has left, and what others have that were ended without their teardown. */
export async function dropLeftovers(): Promise<void> {
  if (!SERVER) return;
  const yesterday = Date.now() - 24 * 60 * 60 * 1000;
  await dropOnServer(
    (name) => name.startsWith(process.env.TEST_RUN!) || Number(/^test_(\d{13})_/.exec(name)?.[1]) < yesterday,
  );
}

async function dropOnServer(which: (name: string) => boolean): Promise<void> {
  const names = (await databasesOnServer()).filter(which);
  await onServer(async (client) => {
    for (const name of names) await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
  });
}

async function databasesOnServer(): Promise<string[]> {
  return onServer(async (client) => {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
    return rows.map(({ datname }) => datname);
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
