import { Client } from 'pg';
import { type MemoryDatabase, openMemory } from '../src';
import { message } from '../src/wire';

let database: MemoryDatabase;
let clients: Client[];

/**
 * Gives the test file a database in memory, and ends the clients of each test after it.
 *
 * @param use takes the database, before the first test
 */
export function eachWithClients(use: (database: MemoryDatabase) => void): void {
  beforeAll(async () => {
    use((database = await openMemory()));
  });

  afterAll(() => database.close());

  beforeEach(() => {
    clients = [];
  });

  afterEach(() => Promise.all(clients.map((client) => client.end())));
}

/** Connects a client that is ended after the test. */
export async function connect(options: ConstructorParameters<typeof Client>[0] & object = {}): Promise<Client> {
  const client = new Client({ connectionString: database.url, ...options });
  await client.connect();
  clients.push(client);
  return client;
}

/** The first value of the first row. */
export async function value(client: Client, sql: string): Promise<unknown> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
  return rows[0][0];
}

export const parse = (sql: string, name = ''): Buffer => message('P', name, sql, Buffer.alloc(2));
export const bind = (name = ''): Buffer => message('B', '', name, Buffer.alloc(6));
export const execute = message('E', '', Buffer.alloc(4));
export const describePortal = message('D', Buffer.from('P'), '');
export const flush = message('H');
