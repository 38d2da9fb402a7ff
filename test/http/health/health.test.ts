import request from 'supertest';
import ormconfig from '../../../ormconfig';
import { readConfiguration } from '../../../src/database/configuration';
import type { EntityDataSource } from '../../../src/database/data-source';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../../databases';
import { describeOnOwnServer, type OwnServer, startServer } from '../../own-server';
import { INNARDS, serve, type Served } from '../served';

const health = (served: Served): request.Test => request(served.application.getHttpServer()).get('/health');

/** The path of some list that a domain serves. */
async function someList(served: Served): Promise<string> {
  const { body } = (await request(served.application.getHttpServer()).get('/docs-json').expect(200)) as {
    body: { paths: Record<string, object> };
  };
  return Object.keys(body.paths).find((path) => 'get' in body.paths[path] && !/^\/health|\{/.test(path))!;
}

describe('GET /health', () => {
  let database: TestDatabase;
  let dataSource: EntityDataSource;
  let served: Served;

  beforeAll(async () => {
    database = await migratedDatabase();
    dataSource = await database.dataSource();
    served = await serve(dataSource);
  });
  afterAll(async () => {
    await served.application.close();
    await database.close();
  });

  it('tells that the database answers, in what time, that no migration is pending, and how the pool is used', async () => {
    const { body } = (await health(served).expect(200)) as { body: object };
    expect(body).toMatchObject({
      status: 'ok',
      details: {
        database: { status: 'up', responseTime: expect.any(Number) as number },
        migrations: { status: 'up', pending: [] },
        pool: { status: 'up', waiting: 0, max: dataSource.configuration.databasePoolSize },
      },
    });
  });

  it('tells what is pending', async () => {
    const [{ name }] = await dataSource.query<{ name: string }[]>(
      'SELECT name FROM migrations ORDER BY id DESC LIMIT 1',
    );
    await dataSource.query('UPDATE migrations SET name = $1 WHERE name = $2', ['Other1', name]);
    const { body } = (await health(served).expect(200)) as { body: object };
    await dataSource.query('UPDATE migrations SET name = $1 WHERE name = $2', [name, 'Other1']);
    expect(body).toMatchObject({
      status: 'degraded',
      details: { migrations: { status: 'degraded', pending: [name] } },
    });
  });

  it('takes a database without a record of migrations for one in which none has run', async () => {
    await dataSource.query('ALTER TABLE migrations RENAME TO others');
    const { body } = (await health(served).expect(200)) as { body: object };
    await dataSource.query('ALTER TABLE others RENAME TO migrations');
    const pending = dataSource.migrations.map(({ constructor }) => constructor.name);
    expect(body).toMatchObject({ details: { migrations: { pending } } });
  });
});

describeOnServer('GET /health of a login that may not read the record of migrations', () => {
  it('says so, and does not fail', async () => {
    const database = await migratedDatabase();
    const admin = await database.connect();
    const name = `reader_${process.pid}`;
    await admin.query(`CREATE ROLE ${name} LOGIN`);
    const url = new URL(database.url);
    url.username = name;
    const served = await serve(
      await ormconfig.withConfiguration(readConfiguration({ DATABASE_URL: url.href })).initialize(),
    );
    try {
      const { body } = (await health(served).expect(200)) as { body: object };
      expect(body).toMatchObject({ details: { migrations: { unknown: expect.stringContaining('SELECT') as string } } });
    } finally {
      await served.application.close();
      await admin.query(`DROP ROLE ${name}`);
      await database.close();
    }
  });
});

describeOnOwnServer('GET /health of a server that stops and starts', () => {
  let server: OwnServer;
  let served: Served;

  beforeAll(async () => {
    server = await startServer();
    const url = `postgres://postgres@localhost:${server.port}/postgres`;
    served = await serve(await ormconfig.withConfiguration(readConfiguration({ DATABASE_URL: url })).initialize());
  });
  afterAll(async () => {
    await served.application.close();
    await server.close();
  });

  it('is 503 with the reason while it is away, and 200 again when it is back', async () => {
    await health(served).expect(200);
    const path = await someList(served);
    await server.stop();
    const { body, text } = (await health(served).expect(503).expect('Retry-After', '5')) as {
      body: object;
      text: string;
    };
    expect(body).toMatchObject({
      status: 'error',
      error: { database: { status: 'down', message: expect.stringMatching(/the database/i) as string } },
    });
    expect(text).not.toMatch(INNARDS);
    expect(text).not.toContain(String(server.port));
    expect(served.takeLog()).toEqual([expect.stringMatching(/^GET \/health → 503: /)]);
    await served.as('3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b').get(path).expect(503).expect('Retry-After', '5');
    expect(served.takeLog()).toHaveLength(1);

    await server.start();
    await health(served).expect(200);
  });
});
