import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { Client, Pool } from 'pg';
import { DataSource } from 'typeorm';
import { type MemoryDatabase } from '../src';
import { message, query, startupMessage, SYNC } from '../src/wire';
import { WireClient } from './wire-client';
import { bind, connect, eachWithClients, execute, parse, value } from './clients';

let database: MemoryDatabase;

eachWithClients((own) => (database = own));

describe('the protocol', () => {
  it.each([
    ['SSLRequest', 80877103],
    ['GSSENCRequest', 80877104],
  ])('refuses encryption and goes on without: %s', async (_, code) => {
    const client = await WireClient.dial(database.url);
    const request = Buffer.alloc(8);
    request.writeInt32BE(8);
    request.writeInt32BE(code, 4);
    client.send(request);
    expect(await client.byte()).toBe('N');
    client.kill();
  });

  it('connects a client that prefers encryption', async () => {
    // libpq and pg with `sslmode=prefer` go on in plain text after the N.
    const client = await WireClient.dial(database.url);
    const request = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
    client.send(request);
    await client.byte();
    client.send(startupMessage({ user: 'postgres', database: 'postgres' }));
    expect(await client.answer()).toContain('S server_encoding UTF8');
    client.kill();
  });

  it('takes a CancelRequest, and the statement goes on', async () => {
    const client = await connect();
    const slow = client.query('SELECT pg_sleep(0.3)');
    const canceller = await WireClient.dial(database.url);
    const request = Buffer.alloc(16);
    request.writeInt32BE(16);
    request.writeInt32BE(80877102, 4);
    canceller.send(request);
    await canceller.closed();
    await expect(slow).resolves.toBeDefined();
  });

  it.each([
    [{ user: 'ada' }, '28000', 'only the login postgres, not "ada"'],
    [{ database: 'shop' }, '3D000', 'only the database postgres, not "shop"'],
  ])('refuses %j, which it does not have', async (options, code, text) => {
    const { port } = new URL(database.url);
    const client = new Client({
      host: '127.0.0.1',
      port: Number(port),
      user: 'postgres',
      database: 'postgres',
      ...options,
    });
    await expect(client.connect()).rejects.toMatchObject({ code, message: expect.stringContaining(text) as string });
  });

  it('ends the connection of a client that breaks it, and only that', async () => {
    const other = await connect();
    const dialled = async (): Promise<WireClient> => WireClient.dial(database.url);
    for (const [client, nonsense] of [
      [await dialled(), Buffer.from('GET / HTTP/1.1\r\n\r\n')],
      [await dialled(), Buffer.from([0, 0, 0, 1])],
      [await WireClient.connect(database.url), message('y', 'what?')],
    ] as const) {
      client.send(nonsense);
      expect(await client.answer('E')).toEqual([expect.stringContaining('FATAL')]);
      await client.closed();
    }
    expect(await value(other, 'SELECT 1')).toBe(1);
  });

  it('answers queries sent at once one by one, in order', async () => {
    const client = await WireClient.connect(database.url);
    const statements = [1, 2, 3].flatMap((n) => [parse(`SELECT ${n}`), bind(), execute, SYNC]);
    client.send(...statements, query('SELECT 4'));
    for (const n of [1, 2, 3, 4])
      expect((await client.answer()).filter((text) => text.startsWith('D'))).toEqual([expect.stringMatching(`${n}$`)]);
    client.kill();
  });

  it('refuses a query that is nested too deeply, and lives on', async () => {
    const client = await connect();
    await expect(client.query(`SELECT ${'1 + '.repeat(50_000)} 1`)).rejects.toMatchObject({ code: '54001' });
    expect(await value(client, 'SELECT 1')).toBe(1);
  });

  it('skips what follows an error in an extended query', async () => {
    const client = await WireClient.connect(database.url);
    const answer = await client.ask(parse('nonsense'), bind(), execute, SYNC);
    expect(answer.map((text) => text[0])).toEqual(['E', 'Z']);
    client.kill();
  });

  it('sends a large result as it is read, and keeps the session until it is', async () => {
    const reader = await WireClient.connect(database.url);
    reader.pause();
    reader.send(query(`SELECT repeat('x', 10000) FROM generate_series(1, 5000)`));
    let answered = false;
    const other = (await connect()).query('SELECT 1').finally(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(answered).toBe(false);
    reader.resume();
    expect((await reader.answer()).filter((text) => text.startsWith('D')).length).toBe(5000);
    await other;
    reader.kill();
  });
});

describe('ordinary clients', () => {
  it('work: a pool of several connections', async () => {
    const pool = new Pool({ connectionString: database.url, max: 5 });
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, n) => pool.query<{ n: number }>('SELECT $1::int AS n', [n])),
    );
    expect(results.map(({ rows }) => rows[0].n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    await pool.end();
  });

  it('work: TypeORM, with transactions side by side', async () => {
    const dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: 4 }).initialize();
    await dataSource.query('CREATE TABLE typeorm (n int)');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) =>
        dataSource.transaction(async (manager) => {
          await manager.query('INSERT INTO typeorm VALUES ($1)', [n]);
          if (n % 2) throw new Error('changed my mind');
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBe(4);
    expect(await dataSource.query('SELECT n FROM typeorm ORDER BY n')).toEqual([0, 2, 4, 6].map((n) => ({ n })));
    await dataSource.destroy();
  });

  const itWithPsql = spawnSync('psql', ['--version']).status === 0 ? it : it.skip;

  // The conversions are libraries that PGlite can't load, and PostgreSQL gives up over one.
  itWithPsql('are refused, in another encoding than UTF8: psql', async () => {
    const refused = promisify(execFile)('psql', [database.url, '-Atc', 'SELECT 1'], {
      env: { ...process.env, PGCLIENTENCODING: 'LATIN1' },
    });
    await expect(refused).rejects.toThrow('supports only UTF8, not LATIN1: set PGCLIENTENCODING=UTF8');
  });
});
