import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import { openMemory } from '../../database/embedded';
import { describeError, UserError } from '../../database/errors';

/** An empty database to build the entities' schema in, for a moment. */
export interface ScratchDatabase {
  url: string;
  close(): Promise<void>;
}

/** A name that says what the database is for, and when it was made: leftovers of killed processes are known by it. */
const PREFIX = 'scratch_of_generator_';
const LEFTOVER_AFTER_MS = 60 * 60 * 1000;

/** A scratch database in memory, for the embedded PostgreSQL. */
export function scratchInMemory(): Promise<ScratchDatabase> {
  return openMemory();
}

/** A scratch database that the user provides (SCRATCH_DATABASE_URL): all that is built in it is rolled back. */
export function scratchAt(url: string): Promise<ScratchDatabase> {
  return Promise.resolve({ url, close: () => Promise.resolve() });
}

/**
 * A scratch database on the server of `url`, dropped by `close`. Those that killed processes left there are dropped first.
 *
 * @throws UserError when the login may not create a database
 */
export async function scratchOnServer(url: string): Promise<ScratchDatabase> {
  const name = `${PREFIX}${Date.now()}_${randomBytes(4).toString('hex')}`;
  await onServer(url, async (client) => {
    await dropLeftovers(client);
    try {
      await client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`);
    } catch (error) {
      throw new UserError(
        `A scratch database can't be made on the server (${describeError(error)}): give the login the right CREATEDB, or name ` +
          'an empty database in SCRATCH_DATABASE_URL.',
      );
    }
  });
  const scratchUrl = new URL(url);
  scratchUrl.pathname = `/${name}`;
  return {
    url: scratchUrl.href,
    close: () =>
      onServer(url, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
      }),
  };
}

async function dropLeftovers(client: Client): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    `SELECT datname FROM pg_database
     WHERE starts_with(datname, $1) AND pg_has_role(current_user, datdba, 'MEMBER')
       AND NOT EXISTS (SELECT FROM pg_stat_activity activity WHERE activity.datname = pg_database.datname)`,
    [PREFIX],
  );
  for (const { datname } of rows) {
    const madeAt = Number(datname.slice(PREFIX.length).split('_')[0]);
    if (Date.now() - madeAt > LEFTOVER_AFTER_MS) await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(datname)}`);
  }
}

async function onServer(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
