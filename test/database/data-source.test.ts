import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Entity, type QueryRunner } from 'typeorm';
import { readConfiguration } from '../../src/database/configuration';
import { EntitySchemaBuilder } from '@entity-backend/schema';
import { settingsOf } from '../../packages/schema/src/settings';
import { EntityDataSource } from '../../src/database/data-source';
import { PROJECT } from '../../src/database/project';
import { ConfigurationError } from '../../packages/schema/src/errors';
import { describeOnServer, emptyDatabase, type TestDatabase } from '../databases';
import { describeOnOwnServer, type OwnServer, startServer } from '../own-server';

function dataSource(environment: NodeJS.ProcessEnv): EntityDataSource {
  return new EntityDataSource(readConfiguration(environment), { entities: [], migrations: [] });
}

/** What `initialize` fails with. */
async function failure(environment: NodeJS.ProcessEnv): Promise<string> {
  const source = dataSource(environment);
  const error: unknown = await source.initialize().then(
    () => source.destroy(),
    (reason: unknown) => reason,
  );
  // A user's mistake, of this package or the embedded one.
  expect(error).toMatchObject({ exitCode: 1 });
  return (error as Error).message;
}

describe('EntityDataSource', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await emptyDatabase();
  });
  afterAll(() => database.close());

  test('connects, lets go, and connects again', async () => {
    const source = dataSource({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' });
    for (let time = 0; time < 2; time++) {
      await source.initialize();
      expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await source.destroy();
    }
    expect(source.url).toBe(database.url);
  });

  test('is refused a second initialize, and stays connected', async () => {
    const source = await dataSource({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' }).initialize();
    await expect(source.initialize()).rejects.toThrow('already connected');
    expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await source.destroy();
  });

  test('has 20 connections by default (004), and one to the embedded database', () => {
    expect(dataSource({ DATABASE_URL: database.url }).options).toMatchObject({ poolSize: 20 });
    expect(dataSource({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '3' }).options).toMatchObject({ poolSize: 3 });
    expect(dataSource({}).options).toMatchObject({ poolSize: 1 });
  });

  test('asks for TLS, verified, by the URL that every client gets', () => {
    const secured = { DATABASE_URL: 'postgres://db/app?options=-c%20jit%3Doff', DATABASE_SSL: 'true' };
    expect(dataSource(secured).url).toBe('postgres://db/app?options=-c+jit%3Doff&sslmode=verify-full');
    expect(dataSource({ ...secured, DATABASE_SSL_CA: 'package.json' }).url).toMatch(/&sslrootcert=%2F.*package\.json$/);
  });

  test('hands entities, migrations and settings on to another database', () => {
    const schema = { entities: 'somewhere' };
    const source = new EntityDataSource(readConfiguration({}), {
      entities: [],
      migrations: ['migrations/*.js'],
      schema,
    });
    const other = source.withConfiguration(readConfiguration({ DATABASE_URL: database.url }));
    expect(other.url).toBe(database.url);
    expect(other.options).toMatchObject({ entities: [], migrations: ['migrations/*.js'] });
    expect(settingsOf(other)).toMatchObject({ entities: 'somewhere', migrations: 'migrations' });
    expect(other.driver.createSchemaBuilder()).toBeInstanceOf(EntitySchemaBuilder);
  });

  test('refuses a wrong secret file without quoting it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'secret-'));
    const file = join(folder, 'secret.json');
    const refused = async (text: string) => {
      await writeFile(file, text);
      expect(() => dataSource({ DATABASE_SECRET_FILE: file })).toThrow(ConfigurationError);
      expect(() => dataSource({ DATABASE_SECRET_FILE: file })).not.toThrow(/hunter2/);
      return failureOf(() => dataSource({ DATABASE_SECRET_FILE: file }));
    };
    const remedy = 'set it to a JSON file with username, password, host, port, dbname.';
    const whole = { username: 'me', password: 'hunter2', host: 'db', port: 5432, dbname: 'app' };
    expect(await refused('hunter2')).toBe(`DATABASE_SECRET_FILE is "${file}", and it is not JSON: ${remedy}`);
    expect(await refused('null')).toContain('it lacks username, password, host, port, dbname');
    expect(await refused(JSON.stringify({ ...whole, port: undefined, host: '' }))).toContain('it lacks host, port:');
    expect(await refused(JSON.stringify({ ...whole, port: 'hunter2' }))).toContain('its host or port is invalid');
    await rm(folder, { recursive: true });
  });
});

describe('EntityDataSource without a server', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'embedded-'));
  });
  // The server ends a moment after its last user.
  afterAll(() => rm(directory, { recursive: true, maxRetries: 50, retryDelay: 100 }));

  test('starts the embedded database, lets go of it, and finds its data again', async () => {
    const source = await dataSource({ DATABASE_DIRECTORY: directory }).initialize();
    await source.query('CREATE TABLE kept AS SELECT 1 AS one');
    expect(source.url).toMatch(/^postgres:/);
    await source.destroy();
    expect(() => source.url).toThrow('no URL');

    await source.initialize();
    expect(await source.query('SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await source.destroy();
  });

  test('lets go of it when the start fails', async () => {
    @Entity()
    class WithoutKey {}
    const configuration = readConfiguration({ DATABASE_DIRECTORY: directory });
    const source = new EntityDataSource(configuration, { entities: [WithoutKey], migrations: [] });
    await expect(source.initialize()).rejects.toThrow('primary column');
    expect(source.isInitialized).toBe(false);
    expect(() => source.url).toThrow('no URL');
  });

  test('refuses a directory that can not be made', async () => {
    expect(await failure({ DATABASE_DIRECTORY: '/dev/null/data' })).toContain('use another one (DATABASE_DIRECTORY)');
  });
});

describeOnServer('EntityDataSource on a server', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await emptyDatabase();
  });
  afterAll(() => database.close());

  test('sets the session up by the configuration', async () => {
    const source = await dataSource({ DATABASE_URL: database.url, DATABASE_STATEMENT_TIMEOUT_MS: '5000' }).initialize();
    const setting = async (name: string) =>
      (await source.query<[{ value: string }]>('SELECT current_setting($1) AS value', [name]))[0].value;
    expect(await setting('statement_timeout')).toBe('5s');
    expect(await setting('idle_in_transaction_session_timeout')).toBe('1min');
    expect(await setting('application_name')).toBe(PROJECT.name);
    await source.destroy();
  });

  test('reads from the replicas, and writes to the primary', async () => {
    const replica = await emptyDatabase();
    const source = await dataSource({ DATABASE_URL: database.url, DATABASE_REPLICA_URLS: replica.url }).initialize();
    const nameAt = async (mode: 'master' | 'slave') => {
      const runner = source.createQueryRunner(mode);
      const [{ name }] = (await runner.query('SELECT current_database() AS name')) as [{ name: string }];
      await runner.release();
      return `/${name}`;
    };
    expect(await nameAt('slave')).toBe(new URL(replica.url).pathname);
    expect(await nameAt('master')).toBe(new URL(database.url).pathname);
    await source.destroy();
    await replica.close();
  });

  test('outlives connections that the server ends', async () => {
    const source = await dataSource({ DATABASE_URL: database.url }).initialize();
    const client = await database.connect();
    await client.query(
      'SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    // The backends have ended by now, and with another round trip this process has heard of it.
    await client.query('SELECT');
    expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await source.destroy();
  });

  test('a replica that does not answer fails the start', async () => {
    const environment = { DATABASE_URL: database.url, DATABASE_REPLICA_URLS: 'postgres://127.0.0.1:1/app' };
    expect(await failure(environment)).toContain('No server is listening at');
  });
});

describeOnOwnServer('EntityDataSource and a server with passwords and TLS', () => {
  let server: OwnServer;
  let folder: string;
  let file: string;

  /** Replaces the secret file in one step, as secret managers do. */
  async function writeSecret(secret: object): Promise<void> {
    await writeFile(
      `${file}.new`,
      JSON.stringify({ host: 'localhost', port: server.port, dbname: 'postgres', ...secret }),
    );
    await rename(`${file}.new`, file);
  }

  beforeAll(async () => {
    server = await startServer();
    await server.run(`CREATE ROLE me LOGIN PASSWORD 'first'`);
    await server.run(`CREATE ROLE successor LOGIN PASSWORD 'second'`);
    await server.run(`CREATE ROLE tls_only LOGIN PASSWORD 'first'`);
    folder = await mkdtemp(join(tmpdir(), 'secret-'));
    file = join(folder, 'secret.json');
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  test('a rotated password, and another user, need no restart', async () => {
    const password = `p@ss/w?rd#%25 :"\\'ü`;
    await writeSecret({ username: 'me', password: 'first' });
    const source = await dataSource({ DATABASE_SECRET_FILE: file }).initialize();
    // Each of these runners holds a connection, so that the next one needs a new one.
    const runners = Array.from({ length: 4 }, () => source.createQueryRunner());
    const userOf = async (runner: QueryRunner) =>
      ((await runner.query('SELECT current_user AS name')) as [{ name: string }])[0].name;
    expect(await userOf(runners[0])).toBe('me');

    await server.run(`ALTER ROLE me PASSWORD '${password.replaceAll("'", "''")}'`);
    await expect(source.query('SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await writeSecret({ username: 'me', password, engine: 'postgres' });
    expect(await userOf(runners[1])).toBe('me');

    await writeSecret({ username: 'successor', password: 'second' });
    expect(await userOf(runners[2])).toBe('successor');

    await writeFile(file, '{"username":');
    expect(await userOf(runners[3])).toBe('successor');

    expect(await userOf(runners[0])).toBe('me');
    for (const runner of runners) await runner.release();
    await source.destroy();
  });

  test('a wrong password, none at all, and a stranger are told apart', async () => {
    const { port } = server;
    expect(await failure({ DATABASE_URL: `postgres://me:wrong@localhost:${port}/postgres` })).toBe(
      `postgres://me:***@localhost:${port}/postgres rejects the login (password authentication failed for user "me"): ` +
        'correct user and password in the connection URL (DATABASE_URL or DATABASE_SECRET_FILE).',
    );
    expect(await failure({ DATABASE_URL: `postgres://me@localhost:${port}/postgres` })).toContain(
      'asks for a password',
    );
    expect(await failure({ DATABASE_URL: `postgres://stranger:x@localhost:${port}/postgres` })).toMatch(
      /rejects the login \(no pg_hba\.conf entry .*\): allow it in the server's pg_hba\.conf/,
    );
  });

  test('TLS is verified: by the right authority, for the right host', async () => {
    const url = `postgres://tls_only:first@localhost:${server.port}/postgres`;
    expect(await failure({ DATABASE_URL: url })).toContain(
      'if the server requires TLS, turn TLS on (DATABASE_SSL=true)',
    );
    expect(await failure({ DATABASE_URL: url, DATABASE_SSL: 'true' })).toMatch(
      /certificate of .* is not trusted .*: give its authority's certificate \(DATABASE_SSL_CA\)\.$/,
    );

    const trusting = { DATABASE_SSL: 'true', DATABASE_SSL_CA: server.authority };
    const source = await dataSource({ ...trusting, DATABASE_URL: url }).initialize();
    expect(await source.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([{ ssl: true }]);
    await source.destroy();

    expect(await failure({ ...trusting, DATABASE_URL: url.replace('localhost', '127.0.0.1') })).toContain(
      'is for another host',
    );
  });

  test('TLS is refused where the server has none, not left out', async () => {
    await server.run('ALTER SYSTEM SET ssl = off');
    await server.run('SELECT pg_reload_conf()');
    while (!isDeepStrictEqual(await server.run('SHOW ssl'), [{ ssl: 'off' }])) await setTimeout(20);
    const environment = { DATABASE_URL: `postgres://me:first@localhost:${server.port}/postgres`, DATABASE_SSL: 'true' };
    expect(await failure(environment)).toContain('does not support TLS: turn it on there');
  });

  test('too many connections', async () => {
    await server.run('ALTER ROLE successor CONNECTION LIMIT 0');
    expect(await failure({ DATABASE_URL: `postgres://successor:second@localhost:${server.port}/postgres` })).toContain(
      'accepts no more connections',
    );
    await server.run('ALTER ROLE successor CONNECTION LIMIT -1');
  });
});

function failureOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
