import { Client } from 'pg';
import { type MemoryDatabase, openMemory } from '../src';
import { message, query } from '../src/wire';
import { WireClient } from './wire-client';
import { bind, connect, eachWithClients, execute, flush, parse, value } from './clients';

let database: MemoryDatabase;

eachWithClients((own) => (database = own));

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
    const { rows } = await (await connect()).query('SELECT client, count(*)::int FROM parallel GROUP BY 1 ORDER BY 1');
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
  let impatient: MemoryDatabase;

  beforeAll(async () => {
    impatient = await openMemory({ waitLimit: 1500 });
  });

  afterAll(() => impatient.close());

  const connectImpatient = (options: object = {}): Promise<Client> =>
    connect({ connectionString: impatient.url, ...options });

  it.each([
    ['a simple query', undefined],
    ['an extended query', [1]],
  ])('is told who has the session, and since when: %s', async (_, parameters) => {
    const [holder, waiting] = [await connectImpatient({ application_name: 'holder' }), await connectImpatient()];
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
    const [holder, waiting] = [await connectImpatient(), await connectImpatient()];
    await holder.query('SELECT pg_advisory_lock($1)', [1]);
    await expect(waiting.query('SELECT 1')).rejects.toMatchObject({
      code: '55P03',
      message: expect.stringMatching(/ holds an advisory lock \(for \d+ s\)/) as string,
    });
    await holder.query('SELECT pg_advisory_unlock(1)');
    expect(await value(waiting, 'SELECT 1')).toBe(1);
  });

  it('is told that a statement runs, while one runs', async () => {
    const [holder, waiting] = [await connectImpatient(), await connectImpatient()];
    await holder.query('BEGIN');
    const slow = holder.query('SELECT pg_sleep(4); COMMIT');
    await expect(waiting.query('SELECT 1')).rejects.toMatchObject({
      code: '55P03',
      message: expect.stringContaining('is running a statement') as string,
    });
    await slow;
  });

  it('connects in the meantime all the same', async () => {
    const holder = await connectImpatient();
    await holder.query('BEGIN');
    await expect(connectImpatient()).resolves.toBeDefined();
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
