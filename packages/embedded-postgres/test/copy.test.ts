import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { type MemoryDatabase, openMemory } from '../src';
import { message, query } from '../src/wire';
import { WireClient } from './wire-client';

let database: MemoryDatabase;
let client: Client;

beforeAll(async () => {
  database = await openMemory({ waitLimit: 5000 });
  client = new Client(database.url);
  await client.connect();
  await client.query('CREATE TABLE items (n int PRIMARY KEY, filler text)');
});

afterAll(async () => {
  await client.end();
  await database.close();
});

beforeEach(() => client.query('TRUNCATE items'));

async function count(): Promise<number> {
  const { rows } = await client.query<{ count: number }>('SELECT count(*)::int FROM items');
  return rows[0].count;
}

/** Rows of about a kilobyte in COPY's text format. */
function* rows(amount: number): Generator<string> {
  const filler = 'x'.repeat(1000);
  for (let n = 0; n < amount; n++) yield `${n}\t${filler}\n`;
}

const data = (text: string): Buffer => message('d', Buffer.from(text));
const done = message('c');

describe('COPY FROM STDIN', () => {
  it('takes more than is ever held in memory at once, and gives it back', async () => {
    await pipeline(Readable.from(rows(30_000)), client.query(copyFrom('COPY items FROM STDIN')));
    expect(await count()).toBe(30_000);
    let size = 0;
    const sink = new Writable({
      write(chunk: Buffer, _, callback) {
        size += chunk.length;
        setImmediate(callback);
      },
    });
    await pipeline(client.query(copyTo('COPY items TO STDOUT')), sink);
    expect(size).toBe([...rows(30_000)].reduce((sum, row) => sum + row.length, 0));
  });

  it('holds a client up that sends faster than PostgreSQL takes it in', async () => {
    const fast = await WireClient.connect(database.url);
    const holder = new Client(database.url);
    await holder.connect();
    await holder.query('BEGIN');
    fast.send(query('COPY items FROM STDIN'), data([...rows(20_000)].join('')), done);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(fast.unsent).toBeGreaterThan(1_000_000);
    await holder.query('COMMIT');
    await holder.end();
    expect(await fast.answer()).toContain('C COPY 20000');
    fast.kill();
  });

  it('takes a row that is larger than any buffer', async () => {
    const row = `1\t${'x'.repeat(20_000_000)}\n`;
    await pipeline(Readable.from([row]), client.query(copyFrom('COPY items FROM STDIN')));
    const result = await client.query('SELECT length(filler) FROM items');
    expect(result.rows).toEqual([{ length: 20_000_000 }]);
  });

  it.each([
    ['a bad row', 'one\tx\n', '22P02'],
    ['a row twice', '1\tx\n1\tx\n', '23505'],
    ['too few columns', '1\n', '22P04'],
  ])('refuses %s, takes no row, and goes on with the next command', async (_, bad, code) => {
    const copy = pipeline(
      Readable.from([...rows(1), bad, ...rows(3000)]),
      client.query(copyFrom('COPY items FROM STDIN')),
    );
    await expect(copy).rejects.toMatchObject({ code });
    expect(await count()).toBe(0);
  });

  it('refuses a COPY that can’t begin', async () => {
    const copy = pipeline(Readable.from(rows(10)), client.query(copyFrom('COPY nowhere FROM STDIN')));
    await expect(copy).rejects.toMatchObject({ code: '42P01' });
    expect(await count()).toBe(0);
  });

  it('ignores what a client still sends that has not heard of the error yet', async () => {
    const late = await WireClient.connect(database.url);
    late.send(query('COPY nowhere FROM STDIN'), data('1\tx\n'), data('2\tx\n'), done, query('SELECT 1'));
    expect((await late.answer())[0]).toMatch(/^E/);
    expect(await late.answer()).toContain('C SELECT 1');
    late.send(query('COPY items FROM STDIN'), data('one\tx\n'), data('2\tx\n'), done, query('SELECT 2'));
    expect((await late.answer()).at(-2)).toMatch(/^E.*22P02/);
    expect(await late.answer()).toContain('C SELECT 1');
    late.kill();
  });

  it('is undone where the client fails it (CopyFail)', async () => {
    const failing = await WireClient.connect(database.url);
    const answer = await failing.ask(query('COPY items FROM STDIN'), data('1\tx\n'), message('f', 'no more'));
    expect(answer.at(-2)).toMatch(/57014.*COPY from stdin failed: no more/);
    expect(await count()).toBe(0);
    failing.kill();
  });

  it('is a part of the transaction that it is in', async () => {
    await client.query('BEGIN');
    await pipeline(Readable.from(rows(10)), client.query(copyFrom('COPY items FROM STDIN')));
    await client.query('ROLLBACK');
    expect(await count()).toBe(0);
  });

  it('is not interleaved with those of others', async () => {
    const tables = ['left_items', 'right_items'];
    for (const table of tables) await client.query(`CREATE TABLE ${table} (LIKE items)`);
    await Promise.all(
      tables.map(async (table) => {
        const other = new Client(database.url);
        await other.connect();
        await pipeline(Readable.from(rows(5000)), other.query(copyFrom(`COPY ${table} FROM STDIN`)));
        await other.end();
      }),
    );
    for (const table of tables)
      expect(
        (await client.query(`SELECT count(*)::int, count(DISTINCT n)::int AS distinct FROM ${table}`)).rows,
      ).toEqual([{ count: 5000, distinct: 5000 }]);
  });

  it('is undone when the client is killed in the middle of it', async () => {
    const killed = await WireClient.connect(database.url);
    killed.send(
      query('BEGIN; INSERT INTO items VALUES (-1)'),
      query('COPY items FROM STDIN'),
      ...[...rows(2000)].map(data),
    );
    await killed.answer('G');
    killed.kill();
    expect(await count()).toBe(0);
  });
});

describe('COPY TO STDOUT', () => {
  it('answers an error in the middle of the data', async () => {
    const copy = pipeline(
      client.query(copyTo('COPY (SELECT 1 / (500 - n) FROM generate_series(1, 1000) AS n) TO STDOUT')),
      new Writable({ write: (_chunk, _encoding, callback) => callback() }),
    );
    await expect(copy).rejects.toMatchObject({ code: '22012' });
    expect(await count()).toBe(0);
  });

  it('frees the session when the client is killed in the middle of it', async () => {
    const killed = await WireClient.connect(database.url);
    killed.send(query(`COPY (SELECT repeat('x', 10000) FROM generate_series(1, 5000)) TO STDOUT`));
    await killed.answer('d');
    killed.kill();
    expect(await count()).toBe(0);
  });
});
