import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { Client, Pool } from 'pg';
import { DataSource } from 'typeorm';
import { type MemoryDatabase, openMemory } from '../src';
import { message, query, startupMessage, SYNC } from '../src/wire';
import { WireClient } from './wire-client';

let database: MemoryDatabase;
let clients: Client[];

beforeAll(async () => {
  database = await openMemory();
});

afterAll(() => database.close());

beforeEach(() => {
  clients = [];
});

afterEach(() => Promise.all(clients.map((client) => client.end())));

async function connect(options: ConstructorParameters<typeof Client>[0] & object = {}): Promise<Client> {
  const client = new Client({ connectionString: database.url, ...options });
  await client.connect();
  clients.push(client);
  return client;
}

async function value(client: Client, sql: string): Promise<unknown> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
  return rows[0][0];
}

const parse = (sql: string, name = ''): Buffer => message('P', name, sql, Buffer.alloc(2));
const bind = (name = ''): Buffer => message('B', '', name, Buffer.alloc(6));
const execute = message('E', '', Buffer.alloc(4));
const describePortal = message('D', Buffer.from('P'), '');
const flush = message('H');

describe('clients at once', () => {
  it('lose and misplace no row, with statements larger than a TCP chunk', async () => {
    const numbers = [0, 1, 2, 3, 4, 5];
    const admin = await connect();
    for (const i of numbers) await admin.query(`CREATE TABLE load_${i} (client int, n int, filler text)`);
    await Promise.all(
      numbers.map(async (i) => {
        const client = await connect();
        for (let batch = 0; batch < 4; batch++) {
          const filler = String(i).repeat(200);
          const rows = Array.from({ length: 1000 }, (_, n) => `(${i}, ${batch * 1000 + n}, '${filler}')`);
          if (batch % 2) await client.query(`INSERT INTO load_${i} VALUES ${rows.join()}`);
          else await client.query(`INSERT INTO load_${i} VALUES ${rows.join()}, ($1, $2, $3)`, [i, -1 - batch, filler]);
        }
      }),
    );
    for (const i of numbers) {
      const { rows } = await admin.query(
        `SELECT count(*)::int, count(DISTINCT n)::int AS distinct, bool_and(client = ${i} AND filler = repeat('${i}', 200)) AS own
         FROM load_${i}`,
      );
      expect(rows).toEqual([{ count: 4002, distinct: 4002, own: true }]);
    }
  });

  it('have transactions of their own, ten in parallel, some of which roll back', async () => {
    await (await connect()).query('CREATE TABLE parallel (client int, step int)');
    await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        const client = await connect();
        await client.query('BEGIN');
        for (let step = 0; step < 5; step++) await client.query('INSERT INTO parallel VALUES ($1, $2)', [i, step]);
        await client.query(i % 3 === 0 ? 'ROLLBACK' : 'COMMIT');
      }),
    );
    const { rows } = await clients[0].query('SELECT client, count(*)::int FROM parallel GROUP BY 1 ORDER BY 1');
    expect(rows).toEqual([1, 2, 4, 5, 7, 8].map((client) => ({ client, count: 5 })));
  });

  it('see nothing of a transaction that another one is in: they wait', async () => {
    const [writer, reader] = [await connect(), await connect()];
    await writer.query('CREATE TABLE waiting (n int)');
    await writer.query('BEGIN');
    await writer.query('INSERT INTO waiting VALUES (1)');
    let answered = false;
    const count = value(reader, 'SELECT count(*)::int FROM waiting').finally(() => (answered = true));
    await writer.query('INSERT INTO waiting VALUES (2)');
    expect(answered).toBe(false);
    await writer.query('COMMIT');
    expect(await count).toBe(2);
  });

  it('are served by turns, though one sends query after query without waiting for the answers', async () => {
    const hasty = await WireClient.connect(database.url);
    const other = await connect();
    hasty.send(...Array.from({ length: 500 }, () => query('SELECT 1')));
    await other.query('SELECT 1');
    expect(await hasty.answer()).toContain('C SELECT 1');
    hasty.kill();
  });
});

describe('a client that waits too long', () => {
  let patient: MemoryDatabase;

  beforeAll(async () => {
    patient = database;
    database = await openMemory({ waitLimit: 1500 });
  });

  afterAll(async () => {
    await database.close();
    database = patient;
  });

  it.each([
    ['a simple query', undefined],
    ['an extended query', [1]],
  ])('is told who has the session, and since when: %s', async (_, parameters) => {
    const [holder, waiting] = [await connect({ application_name: 'holder' }), await connect()];
    await holder.query('BEGIN');
    const waited = waiting.query(parameters ? 'SELECT $1::int' : 'SELECT 1', parameters);
    await expect(waited).rejects.toMatchObject({
      severity: 'ERROR',
      code: '55P03',
      message: expect.stringMatching(
        /^waited 2 s for .*: "holder" on port \d+ is idle in a transaction \(for \d+ s\); end that, or close that client$/,
      ) as string,
    });
    await holder.query('COMMIT');
    await expect(waiting.query('SELECT $1::int AS n', [7])).resolves.toMatchObject({ rows: [{ n: 7 }] });
  });

  it('is told that another one holds an advisory lock', async () => {
    const [holder, waiting] = [await connect(), await connect()];
    await holder.query('SELECT pg_advisory_lock($1)', [1]);
    await expect(waiting.query('SELECT 1')).rejects.toMatchObject({
      code: '55P03',
      message: expect.stringMatching(/ holds an advisory lock \(for \d+ s\)/) as string,
    });
    await holder.query('SELECT pg_advisory_unlock(1)');
    expect(await value(waiting, 'SELECT 1')).toBe(1);
  });

  it('is told that a statement runs, while one runs', async () => {
    const [holder, waiting] = [await connect(), await connect()];
    await holder.query('BEGIN');
    const slow = holder.query('SELECT pg_sleep(4); COMMIT');
    await expect(waiting.query('SELECT 1')).rejects.toMatchObject({
      code: '55P03',
      message: expect.stringContaining('is running a statement') as string,
    });
    await slow;
  });

  it('connects in the meantime all the same', async () => {
    const holder = await connect();
    await holder.query('BEGIN');
    await expect(connect()).resolves.toBeDefined();
    await holder.query('COMMIT');
  });
});

describe('a client that is gone', () => {
  beforeAll(async () => {
    const client = new Client(database.url);
    await client.connect();
    await client.query('CREATE TABLE unfinished (n int)');
    await client.end();
  });

  it.each([
    ['in a transaction', [query('BEGIN'), query('INSERT INTO unfinished VALUES (1)')], 'C INSERT'],
    ['in a failed transaction', [query('BEGIN; INSERT INTO unfinished VALUES (1)'), query('nonsense')], 'E'],
    ['in an extended query', [parse('INSERT INTO unfinished VALUES (1)'), bind(), execute, flush], 'C INSERT'],
    ['after an error in an extended query', [parse('nonsense'), flush], 'E'],
    ['in a COPY', [query('COPY unfinished FROM STDIN'), message('d', Buffer.from('1\n'))], 'G'],
    [
      'in a COPY of an extended query',
      [parse('COPY unfinished FROM STDIN'), bind(), execute, flush, message('d', Buffer.from('1\n'))],
      'G',
    ],
  ])('leaves nothing behind: %s', async (_, messages, until) => {
    const killed = await WireClient.connect(database.url);
    killed.send(...messages);
    await killed.answer(until);
    killed.kill();
    const client = await connect();
    expect(await value(client, 'SELECT count(*)::int FROM unfinished')).toBe(0);
    await expect(client.query('BEGIN; COMMIT')).resolves.toBeDefined();
  });

  it('leaves no temporary table, lock or setting to those who come after the last', async () => {
    const first = new Client(database.url);
    await first.connect();
    await first.query('CREATE TEMP TABLE leftover (); SELECT pg_advisory_lock(1)');
    await first.query("SET search_path TO pg_catalog; SET app.user_id = 'ada'");
    await first.end();
    const second = await connect();
    expect(await value(second, `SELECT to_regclass('pg_temp.leftover')`)).toBeNull();
    expect(await value(second, `SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory'`)).toBe(0);
    expect(await value(second, 'SHOW search_path')).toBe('"$user", public');
    expect(await value(second, `SELECT nullif(current_setting('app.user_id', true), '')`)).toBeNull();
  });

  it('gives its place in the queue up', async () => {
    const holder = await connect();
    await holder.query('BEGIN');
    const waiting = await WireClient.connect(database.url);
    waiting.send(query('INSERT INTO unfinished VALUES (1)'));
    waiting.kill();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await holder.query('COMMIT');
    expect(await value(await connect(), 'SELECT count(*)::int FROM unfinished')).toBe(0);
  });
});

describe('an advisory lock', () => {
  /** Whether another client gets it at once. It is asked, and awaited, while the first one has it. */
  async function other(): Promise<{ obtained: Promise<unknown>; answered: () => boolean }> {
    let answered = false;
    const client = await connect();
    const obtained = value(client, 'SELECT pg_try_advisory_lock(7)').finally(() => (answered = true));
    return { obtained, answered: () => answered };
  }

  it.each([
    ['in a simple query', (client: Client) => client.query('SELECT pg_advisory_lock(7)')],
    [
      'by a prepared statement',
      (client: Client) => client.query({ name: 'take', text: 'SELECT pg_try_advisory_lock($1)', values: [7] }),
    ],
    [
      'in a transaction that goes on after it',
      (client: Client) => client.query('BEGIN; SELECT pg_advisory_lock(7); COMMIT'),
    ],
    [
      'taken twice, given back once',
      (client: Client) => client.query('SELECT pg_advisory_lock(7), pg_advisory_lock(7); SELECT pg_advisory_unlock(7)'),
    ],
  ])('keeps other clients out until it is given back: %s', async (_, take) => {
    const holder = await connect();
    await take(holder);
    const { obtained, answered } = await other();
    for (let query = 0; query < 20; query++) await holder.query('SELECT 1');
    expect(answered()).toBe(false);
    await holder.query('SELECT pg_advisory_unlock_all()');
    expect(await obtained).toBe(true);
  });

  it('keeps them out until its client is gone', async () => {
    const holder = new Client(database.url);
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(7)');
    const { obtained, answered } = await other();
    expect(answered()).toBe(false);
    await holder.end();
    expect(await obtained).toBe(true);
  });

  it('of a transaction ends with it', async () => {
    await (await connect()).query('SELECT pg_advisory_xact_lock(7)');
    expect(await (await other()).obtained).toBe(true);
  });
});

describe('what is a client’s own', () => {
  it('are its settings and its role', async () => {
    const [one, other] = [await connect(), await connect()];
    await one.query(`SET TIME ZONE 'Europe/Berlin'; SET ROLE pg_monitor; SET work_mem = '5MB'`);
    await one.query(`SELECT set_config('app.user_id', 'ada', false)`);
    const settings = `SELECT concat_ws(' ', current_user, current_setting('TimeZone'), current_setting('work_mem'))`;
    expect(await value(other, settings)).toBe('postgres UTC 4MB');
    expect(await value(other, `SELECT nullif(current_setting('app.user_id', true), '')`)).toBeNull();
    expect(await value(one, settings)).toBe('pg_monitor Europe/Berlin 5MB');
    await one.query('RESET ROLE; RESET ALL');
    expect(await value(other, settings)).toBe('postgres UTC 4MB');
    expect(await value(one, settings)).toBe('postgres UTC 4MB');
  });

  it('are the settings that it connects with, but those that are wrong', async () => {
    const one = await connect({ application_name: 'one', options: '-c search_path=pg_catalog -c nonsense=1' });
    const other = await connect({ application_name: 'two' });
    const settings = `SELECT concat_ws(' ', current_setting('application_name'), current_setting('search_path'))`;
    expect(await value(one, settings)).toBe('one pg_catalog');
    expect(await value(other, settings)).toBe('two "$user", public');
    expect(await value(one, settings)).toBe('one pg_catalog');
  });

  it('are its prepared statements, whatever they are called', async () => {
    const [one, other] = [await connect(), await connect()];
    for (let turn = 0; turn < 2; turn++) {
      for (const [client, n] of [
        [one, 1],
        [other, 2],
      ] as const)
        expect((await client.query({ name: 'S_1', text: `SELECT ${n} AS n` })).rows).toEqual([{ n }]);
    }
    await other.end();
    clients.pop();
    expect((await one.query({ name: 'S_1', text: 'SELECT 1 AS n' })).rows).toEqual([{ n: 1 }]);
  });

  it('is the unnamed statement, too', async () => {
    const [one, other] = [await WireClient.connect(database.url), await connect()];
    await one.ask(parse("SELECT 'mine'"), SYNC);
    await other.query('SELECT $1::text', ['another']);
    expect(await one.ask(bind(), describePortal, execute, SYNC)).toContainEqual(expect.stringMatching(/^D .*mine$/));
    one.kill();
  });

  it('is a statement closed and prepared anew', async () => {
    const client = await WireClient.connect(database.url);
    const close = message('C', Buffer.from('S'), 'S_1');
    for (const text of ['one', 'two'])
      expect(await client.ask(parse(`SELECT '${text}'`, 'S_1'), bind('S_1'), execute, close, SYNC)).toEqual([
        '1',
        '2',
        expect.stringMatching(new RegExp(`^D .*${text}$`)),
        'C SELECT 1',
        '3',
        'Z I',
      ]);
    client.kill();
  });
});

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
