import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { openEmbedded, openMemory } from '../src';
import { findHolder } from '../src/lock';
import { UserError } from '../src';
import { ask, connect, eachInDirectory, ended, locks, newDirectory, open, start, until } from './directory';

let directory: string;

eachInDirectory((own) => (directory = own));

const SOURCES = join(__dirname, '../src');

/** Starts another process that uses the directory, and waits for the URL that it prints. */
async function startProcess(): Promise<{ process: ChildProcess; url: string }> {
  const process = start([join(__dirname, 'user-process.ts'), directory]);
  const [url] = (await once(createInterface(process.stdout!), 'line')) as [string];
  return { process, url };
}

async function serverPid(): Promise<number> {
  return (await findHolder(directory))!.pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function killServer(): Promise<void> {
  const pid = await serverPid();
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid));
}

describe('the server of a data directory', () => {
  it('is one for all processes, started together, and ends with the last of them', async () => {
    rmSync(join(directory, 'postgres'), { recursive: true });
    const started = await Promise.all([startProcess(), startProcess(), startProcess()]);
    const database = await open();
    expect(new Set(started.map(({ url }) => url))).toEqual(new Set([database.url]));
    expect(locks().length).toBe(1);
    const pid = await serverPid();

    await database.close();
    started[0].process.stdin!.end();
    started[1].process.kill('SIGKILL');
    await once(started[0].process, 'exit');
    await sleep(3000);
    expect(isAlive(pid)).toBe(true);

    started[2].process.kill('SIGKILL');
    await until(() => !isAlive(pid));
    expect(locks()).toEqual([]);
  });

  it('keeps what was written when it ends, and starts again', async () => {
    const database = await open();
    await ask(database, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await database.close();
    await ended(directory);
    expect(await ask(await open(), 'SELECT * FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('stays while a client is connected that nobody has opened the database for, psql for one', async () => {
    const database = await open();
    const client = await connect(database);
    await database.close();
    await sleep(3000);
    expect((await client.query('SELECT 1')).rowCount).toBe(1);
    await client.end();
  });

  it('does not keep a program running that has forgotten to close it', async () => {
    const forgetful = start(['-e', `void require('${SOURCES}').openEmbedded({ directory: '${directory}', port: 0 })`]);
    expect(await once(forgetful, 'exit')).toEqual([0, null]);
  });

  it('takes another port where its own is taken', async () => {
    const first = await open();
    const { port } = new URL(first.url);
    const elsewhere = newDirectory();
    const second = await openEmbedded({ directory: elsewhere, port: Number(port) });
    expect(second.url).not.toBe(first.url);
    expect(await ask(second, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.close();
    await ended(elsewhere);
  });

  it('tells its clients, and loses nothing, when it is told to end', async () => {
    const database = await open();
    const client = await connect(database);
    await client.query('CREATE TABLE told (n int)');
    await client.query('BEGIN; INSERT INTO told VALUES (1)');
    const error = once(client, 'error');
    process.kill(await serverPid(), 'SIGTERM');
    expect(await error).toMatchObject([{ code: '57P01' }]);
    await database.ended();
    await ended(directory);
    expect(await ask(await open(), 'SELECT * FROM told')).toEqual([]);
  });
});

it('what PostgreSQL has committed is there after it has given up', async () => {
  const client = await connect(await open());
  await client.query('CREATE TABLE committed AS SELECT 1 AS n');
  await client.query('BEGIN; INSERT INTO committed VALUES (2)');
  // PGlite has no programs to run, and throws.
  await expect(client.query(`COPY (SELECT 1) TO PROGRAM 'cat'`)).rejects.toMatchObject({ code: '57P02' });
  expect(await ask(await open(), 'SELECT * FROM committed')).toEqual([{ n: 1 }]);
});

describe('after kill -9 in mid-load', () => {
  it.each([1, 2])('every acknowledged row is there, and no half transaction (%i)', async (run) => {
    const database = await open();
    await ask(database, 'CREATE TABLE load (batch int, n int, filler text)');
    let acknowledged = 0;
    const load = async (): Promise<void> => {
      const client = await connect(database);
      for (;;) {
        const batch = acknowledged + 1;
        await client.query('BEGIN');
        for (let part = 0; part < 2; part++)
          await client.query(`INSERT INTO load SELECT ${batch}, n, repeat('x', 500) FROM generate_series(1, 50) AS n`);
        await client.query('COMMIT');
        acknowledged = batch;
      }
    };
    const loading = load();
    await until(() => acknowledged >= run * 10);
    await Promise.all([killServer(), expect(loading).rejects.toThrow()]);

    const batches = await ask<{ batch: number; rows: number }>(
      await open(),
      'SELECT batch, count(*)::int AS rows FROM load GROUP BY batch ORDER BY batch',
    );
    expect(batches.length).toBeGreaterThanOrEqual(acknowledged);
    expect(batches.length).toBeLessThanOrEqual(acknowledged + 1);
    expect(batches).toEqual(batches.map((_, i) => ({ batch: i + 1, rows: 100 })));
  });

  it('a COPY into a table that its transaction has emptied is undone', async () => {
    const database = await open();
    await ask(database, 'CREATE TABLE copied AS SELECT n FROM generate_series(1, 1000) AS n');
    const client = await connect(database);
    await client.query('BEGIN; TRUNCATE copied');
    let sent = 0;
    function* rows(): Generator<string> {
      for (;;) yield `${sent++}\n`.repeat(1000);
    }
    const copying = pipeline(Readable.from(rows()), client.query(copyFrom('COPY copied FROM STDIN')));
    await until(() => sent > 1000);
    await Promise.all([killServer(), expect(copying).rejects.toThrow()]);
    expect(await ask(await open(), 'SELECT count(*)::int FROM copied')).toEqual([{ count: 1000 }]);
  });
});

describe('a lock that stayed behind', () => {
  function writeLock(holder: object): string {
    const file = join(directory, 'server-1-00000000.lock');
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname(), began: '', ...holder }));
    return file;
  }

  it.each([
    ['of a process that has ended', { pid: 2 ** 22 + 1 }],
    ['of a process whose pid another one has by now', { began: 'another boot 1' }],
  ])('is removed: %s', async (_, holder) => {
    const file = writeLock({ url: 'postgres://postgres@127.0.0.1:1/postgres', ...holder });
    await expect(open()).resolves.toBeDefined();
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['of another machine', { host: 'elsewhere' }],
    ['of a process that runs and does not answer', { url: 'postgres://postgres@127.0.0.1:1/postgres' }],
  ])('is not, where it is in doubt: %s', async (_, holder) => {
    const file = writeLock(holder);
    await expect(open()).rejects.toThrow(
      new RegExp(
        `^${directory} is locked by process ${process.pid} on .*, which does not answer: .*delete ${file}\\.$`,
      ),
    );
    expect(existsSync(file)).toBe(true);
    rmSync(file);
  });

  it('is not taken for that of another server which answers at its URL', async () => {
    const other = await openMemory();
    writeLock({ url: other.url });
    await expect(open()).rejects.toThrow(UserError);
    await other.close();
    rmSync(join(directory, locks()[0]));
  });
});

describe('a data directory that can’t be opened', () => {
  it.each([
    [
      'of another version',
      'PG_VERSION',
      (file: string) => writeFileSync(file, '17\n'),
      'it was created by PostgreSQL 17',
    ],
    ['without its version', 'PG_VERSION', rmSync, 'PG_VERSION'],
    ['without its control file', 'global/pg_control', rmSync, 'pg_control'],
    ['with a cut control file', 'global/pg_control', (file: string) => truncateSync(file, 100), 'pg_control'],
    ['without a system table', 'base/5/1259', rmSync, 'base/5/1259'],
  ])('is explained in one line, and nothing is deleted: %s', async (_, file, damage, reason) => {
    damage(join(directory, 'postgres', file));
    const before = readdirSync(join(directory, 'postgres'));
    const error = await open().catch((caught: unknown) => caught as Error);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(
      /^The database in \S+ can't be opened \(.*\): move that folder away to start with a new database\.$/,
    );
    expect((error as Error).message).toContain(reason);
    expect(readdirSync(join(directory, 'postgres'))).toEqual(expect.arrayContaining(before));
    expect(locks()).toEqual([]);
  });

  it('is explained where it is a file', async () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    await expect(openEmbedded({ directory: file })).rejects.toThrow(`${file} is not a folder`);
  });
});

it('a cluster that was left unfinished is made anew', async () => {
  rmSync(join(directory, 'postgres', 'PG_VERSION'));
  writeFileSync(join(directory, 'postgres.unfinished'), '');
  expect(await ask(await open(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(readdirSync(directory)).not.toContain('postgres.unfinished');
});
