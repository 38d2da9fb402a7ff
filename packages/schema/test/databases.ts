import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import { openMemory } from '@entity-backend/embedded-postgres';
import { clear } from './schemas';

/** The server to run the tests on, by a login that may create databases; undefined: they run on embedded databases. */
const SERVER = process.env.TEST_DATABASE_URL;

/** A database of the test's own, with nothing in it. */
export interface TestDatabase {
  url: string;
  /** A new connection; `close` ends it. */
  connect(): Promise<Client>;
  close(): Promise<void>;
}

/** `describe` for what only a real server has: sessions side by side, logins. Skipped without TEST_DATABASE_URL. */
export const describeOnServer = SERVER ? describe : describe.skip;

export async function emptyDatabase(): Promise<TestDatabase> {
  const database = await (SERVER ? createOnServer(SERVER) : openMemory());
  const clients: Client[] = [];
  return {
    url: database.url,
    async connect() {
      const client = new Client({ connectionString: database.url });
      clients.push(client);
      await client.connect();
      return client;
    },
    async close() {
      await Promise.allSettled(clients.map((client) => client.end()));
      await database.close();
    },
  };
}

/**
 * A database and a connection to it, for all tests of a file.
 *
 * @param roles those that the tests make: they belong to the whole server, and are dropped in the end
 */
export function databaseOfFile({ roles = [] }: { roles?: string[] } = {}): TestDatabase & { client: Client } {
  const opened = {} as TestDatabase & { client: Client };
  beforeAll(async () => {
    Object.assign(opened, await emptyDatabase());
    opened.client = await opened.connect();
  });
  afterAll(async () => {
    if (roles.length) await clear(opened.client);
    // Another run may use them just now.
    for (const role of roles) await opened.client.query(`DROP ROLE IF EXISTS ${role}`).catch(() => undefined);
    await opened.close();
  });
  return opened;
}

/** Does something in a transaction that is rolled back. */
export async function rolledBack<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    return await work();
  } finally {
    await client.query('ROLLBACK');
  }
}

async function createOnServer(server: string): Promise<{ url: string; close(): Promise<void> }> {
  // A run's own prefix, where there is one: it drops what its tests leave.
  const name = `${process.env.TEST_RUN ?? `test_${Date.now()}_${process.pid}`}_${randomBytes(4).toString('hex')}`;
  const run = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: server });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await run(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`);
  const url = new URL(server);
  url.pathname = name;
  return { url: url.href, close: () => run(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`) };
}
