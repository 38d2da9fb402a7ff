import { Client } from 'pg';
import { EntityDataSource } from '../src/database/data-source';
import { cloneOfTemplate, configurationAt, type Database, dataSourceAt, emptyOne, SERVER } from './template';

/** A database of the test's own. */
export interface TestDatabase {
  url: string;
  /** A new connection; `close` ends it. */
  connect(): Promise<Client>;
  /** The project's entities and migrations (of `databaseOf`: its entities) on this database, one for all calls; `close` ends it. */
  dataSource(): Promise<EntityDataSource>;
  close(): Promise<void>;
}

/** `describe` for what only a real server has: sessions side by side, logins, TLS. Skipped without TEST_DATABASE_URL. */
export const describeOnServer = SERVER ? describe : describe.skip;

/** A database in which all migrations have run: a clone, so one a test file costs little. */
export async function migratedDatabase(): Promise<TestDatabase> {
  return testDatabase(await cloneOfTemplate());
}

/** A database without anything in it. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return testDatabase(await emptyOne());
}

/**
 * Gives the test file a migrated database of its own, and makes each of its tests a transaction on one connection, undone
 * at its end.
 *
 * @param use takes the connection, before the first test
 */
export function eachInTransaction(use: (client: Client) => void): void {
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await migratedDatabase();
    use((client = await database.connect()));
  });
  afterAll(() => database.close());
  beforeEach(() => client.query('BEGIN'));
  afterEach(() => client.query('ROLLBACK'));
}

/** A database with the tables of these entities alone: for what holds for every entity, whichever a project has. */
export async function databaseOf(...entities: (new () => object)[]): Promise<TestDatabase> {
  const database = testDatabase(
    await emptyOne(),
    (url) => new EntityDataSource(configurationAt(url), { entities, migrations: [] }),
  );
  const dataSource = await database.dataSource();
  await dataSource.synchronize();
  return database;
}

function testDatabase(database: Database, dataSourceOf = dataSourceAt): TestDatabase {
  const clients: Client[] = [];
  let dataSource: Promise<EntityDataSource> | undefined;
  return {
    url: database.url,
    async connect() {
      const client = new Client({ connectionString: database.url });
      clients.push(client);
      await client.connect();
      return client;
    },
    dataSource() {
      return (dataSource ??= dataSourceOf(database.url).initialize());
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
