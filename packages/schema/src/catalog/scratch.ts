import { randomBytes } from 'node:crypto';
import { escapeIdentifier } from 'pg';
import type { DataSource } from 'typeorm';
import { urlOf } from '../database-url';
import { describeError, UserError } from '../errors';
import { settingsOf } from '../settings';

/** An empty database to build the entities' schema in, for a moment. */
export interface ScratchDatabase {
  url: string;
  close(): Promise<void>;
}

/** A name that says what the database is for, and when it was made: leftovers of killed processes are known by it. */
const PREFIX = 'scratch_of_generator_';
const LEFTOVER_AFTER_MS = 60 * 60 * 1000;

/**
 * A scratch database of the same kind as the connected one: that of the setting `scratchUrl` (what is built in it is
 * rolled back), a private one in memory for the embedded PostgreSQL, else a temporary one on the same server.
 */
export async function openScratch(dataSource: DataSource): Promise<ScratchDatabase> {
  const { scratchUrl } = settingsOf(dataSource);
  if (scratchUrl) return { url: scratchUrl, close: () => Promise.resolve() };
  if (!(await isEmbedded(dataSource))) return openOnServer(dataSource);
  const { openMemory } = await import('@entity-backend/embedded-postgres');
  return openMemory();
}

/** Whether the connected PostgreSQL is the embedded one, which has one database; it may have been reached by a URL. */
async function isEmbedded(dataSource: DataSource): Promise<boolean> {
  const [{ version }] = await dataSource.query<[{ version: string }]>('SELECT version()');
  return version.includes('emscripten');
}

/** @throws UserError when the login may not create a database */
async function openOnServer(dataSource: DataSource): Promise<ScratchDatabase> {
  const name = `${PREFIX}${Date.now()}_${randomBytes(4).toString('hex')}`;
  await dropLeftovers(dataSource);
  try {
    await dataSource.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`);
  } catch (error) {
    throw new UserError(
      `Could not create a scratch database on the server (${describeError(error)}): grant CREATEDB to the login, or give the ` +
        'URL of an empty database as the setting scratchUrl.',
    );
  }
  const url = new URL(urlOf(dataSource));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    close: async () => {
      await dataSource.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
    },
  };
}

/** Drops the scratch databases of processes that were killed: old ones that nobody is connected to. */
async function dropLeftovers(dataSource: DataSource): Promise<void> {
  const databases = await dataSource.query<{ datname: string }[]>(
    `SELECT datname FROM pg_database
     WHERE starts_with(datname, $1) AND pg_has_role(current_user, datdba, 'MEMBER')
       AND NOT EXISTS (SELECT FROM pg_stat_activity activity WHERE activity.datname = pg_database.datname)`,
    [PREFIX],
  );
  for (const { datname } of databases) {
    const madeAt = Number(datname.slice(PREFIX.length).split('_')[0]);
    if (Date.now() - madeAt > LEFTOVER_AFTER_MS) {
      await dataSource.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(datname)}`);
    }
  }
}
