import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { openEmbedded } from '@entity-backend/embedded-postgres';
import { describeOnServer, emptyDatabase, type TestDatabase } from '../databases';
import { describeThroughPooler, type Pooler, startPooler } from '../pooler';
import { freePort } from '../start';
import { environment, ROOT } from '../seeds/command';

/** Commands that migrate, as processes, started at once on a database that has nothing in it. */

const MIGRATE = ['packages/schema/bin/entity-schema.js', 'migrate', '-d', 'test/database/release.fixture.ts'];
const SEED = ['packages/seeding/bin/entity-seed.js', '-d', 'ormconfig.ts', '--seeds', 'seeds/index.ts'];
const START = ['src/main.ts'];

interface Process {
  pid: number;
  /** `printed` is what it has printed to both outputs, for whoever looks why it failed. */
  ended: Promise<{ code: number | null; printed: string }>;
  /** Waits until it has printed that. */
  says(what: string): Promise<void>;
}

// A new embedded database takes seconds of computing.
jest.setTimeout(180_000);

const running = new Set<number>();
/** That `npm start` listens on. */
let port: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runners-'));
  port = String(await freePort());
  await write('Things1700000000001', ['CREATE TABLE things (name text)', 'SELECT pg_sleep(0.3)']);
  await write('Row1700000000002', [`INSERT INTO things VALUES ('row')`, 'SELECT pg_sleep(0.3)']);
  await write(
    'Slow1700000000003',
    ['SELECT pg_sleep(0.3)', `INSERT INTO things VALUES ('slow')`, 'SELECT pg_sleep(0.3)'],
    'transaction = false;',
  );
  await write('Index1700000000004', ['CREATE INDEX CONCURRENTLY idx_things ON things (name)'], 'transaction = false;');
});

afterEach(() => {
  for (const pid of running) process.kill(pid, 'SIGKILL');
});

afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, up: string[], transaction = ''): Promise<void> {
  const body = up.map((sql) => `await q.query(${JSON.stringify(sql)});`).join('\n');
  await writeFile(
    join(folder, `${name}.js`),
    `exports.${name} = class ${name} { ${transaction} async up(q) { ${body} } async down() {} };`,
  );
}

/** The migrations in transactions alone. */
const inTransactions = { MIGRATIONS: '{Things,Row}*.js' };

/** Starts a command; the server of `npm start` is ended when it listens. */
function start(program: readonly string[], { MIGRATIONS = '*.js', ...set }: NodeJS.ProcessEnv): Process {
  const child = spawn(process.execPath, [...program], {
    cwd: ROOT,
    env: environment({ MIGRATIONS: join(folder, MIGRATIONS), PORT: port, ...set }),
  });
  let printed = '';
  running.add(child.pid!);
  for (const output of [child.stdout, child.stderr])
    output.on('data', (chunk) => {
      printed += String(chunk);
      if (program === START && /^Next: /m.test(printed)) child.kill('SIGTERM');
    });
  return {
    pid: child.pid!,
    ended: new Promise((resolve) => {
      child.on('close', (code) => {
        running.delete(child.pid!);
        resolve({ code, printed });
      });
    }),
    async says(what) {
      while (!printed.includes(what)) {
        if (!running.has(child.pid!)) throw new Error(`It has ended without "${what}": ${printed}`);
        await sleep(20);
      }
    },
  };
}

async function expectSuccess(...processes: Process[]): Promise<void> {
  const ends = await Promise.all(processes.map(({ ended }) => ended));
  expect(ends.filter(({ code }) => code !== 0)).toEqual([]);
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' }).finally(() => client.end());
  return rows.flat();
}

async function expectEachOnce(url: string, names = ['Things', 'Row', 'Slow', 'Index']): Promise<void> {
  const recorded = names.map((name) => `${name}170000000000${['Things', 'Row', 'Slow', 'Index'].indexOf(name) + 1}`);
  expect(await ask(url, 'SELECT name FROM migrations ORDER BY id')).toEqual(recorded);
  expect(await ask(url, 'SELECT count(*)::int FROM migration_checksums')).toEqual([names.length]);
  const things = names.filter((name) => name === 'Row' || name === 'Slow').map((name) => name.toLowerCase());
  expect(await ask(url, 'SELECT name FROM things ORDER BY name')).toEqual(things);
}

/** What two `seed` leave, or one: rows and migrations, none of them twice. */
async function expectSeeded(url: string): Promise<void> {
  const [migrations, distinct] = await ask(url, 'SELECT count(*)::int, count(DISTINCT name)::int FROM migrations');
  expect(migrations).toBe(distinct);
  expect(migrations).toBe(readdirSync(join(ROOT, 'src/migrations')).filter((name) => /^\d/.test(name)).length);
  expect(await ask(url, 'SELECT count(*)::int FROM users')).toEqual([10]);
}

describe('commands at once on a new embedded database', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'runners-data-'));
  });

  afterEach(async () => {
    while (existsSync(directory) && readdirSync(directory).some((name) => name.endsWith('.lock'))) await sleep(50);
    await rm(directory, { recursive: true });
  });

  async function onEmbedded(expectation: (url: string) => Promise<void>): Promise<void> {
    const database = await openEmbedded({ directory, port: 0 });
    await expectation(database.url).finally(() => database.close());
  }

  it('run each migration once, those outside a transaction too', async () => {
    const set = { DATABASE_DIRECTORY: directory };
    await expectSuccess(start(MIGRATE, set), start(MIGRATE, set));
    await onEmbedded(expectEachOnce);
  });

  it('finish what one of them was killed at', async () => {
    const set = { DATABASE_DIRECTORY: directory };
    const [killed, other] = [start(MIGRATE, set), start(MIGRATE, set)];
    const first = await Promise.race([killed, other].map((one) => one.says('2/4').then(() => one)));
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    await expectSuccess(first === killed ? other : killed);
    await onEmbedded(expectEachOnce);
  });

  it.each([
    ['two seeds', [SEED, SEED]],
    ['a seed and the application', [SEED, START]],
  ])('%s find one database', async (_, programs) => {
    await expectSuccess(...programs.map((program) => start(program, { DATABASE_DIRECTORY: directory })));
    await onEmbedded(expectSeeded);
  });
});

let database: TestDatabase;

function onNewDatabase(): void {
  beforeEach(async () => {
    database = await emptyDatabase();
  });

  afterEach(() => database.close());
}

describeOnServer('commands at once on a new database of a server', () => {
  onNewDatabase();

  it('run each migration once, those outside a transaction too', async () => {
    const set = { DATABASE_URL: database.url };
    await expectSuccess(start(MIGRATE, set), start(MIGRATE, set));
    await expectEachOnce(database.url);
  });

  it.each([
    ['two seeds', [SEED, SEED]],
    ['a seed and the application', [SEED, START]],
  ])('%s find one database', async (_, programs) => {
    await expectSuccess(...programs.map((program) => start(program, { DATABASE_URL: database.url })));
    await expectSeeded(database.url);
  });
});

describeThroughPooler('runners through a pooler', () => {
  onNewDatabase();
  let pooler: Pooler;
  let url: string;

  beforeEach(async () => {
    pooler = await startPooler();
    url = pooler.through(database.url);
  });

  afterEach(() => pooler.close());

  it.each([
    ['two', () => [url, url]],
    ['one of them, and another beside it', () => [url, database.url]],
  ])('run each migration once, and leave nothing in the sessions: %s', async (_, urls) => {
    await expectSuccess(...urls().map((one) => start(MIGRATE, { DATABASE_URL: one, ...inTransactions })));
    await expectEachOnce(database.url, ['Things', 'Row']);
    expect(
      await ask(
        database.url,
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      ),
    ).toEqual([]);
    const settings =
      "SELECT string_agg(name || setting, ' ' ORDER BY name) FROM pg_settings WHERE name ~ 'timeout|check_interval'";
    expect(await ask(url, settings)).toEqual(await ask(database.url, settings));
  });

  it('refuse what takes a session of its own, before anything is run, and say what helps', async () => {
    expect(await start(MIGRATE, { DATABASE_URL: url }).ended).toMatchObject({
      code: 2,
      printed: expect.stringMatching(
        /\nSlow1700000000003, Index1700000000004: runs outside a transaction.* the URL of the server itself\. Nothing was run\.\n$/,
      ) as string,
    });
    expect(await ask(database.url, `SELECT to_regclass('things')::text`)).toEqual([null]);
    await expectSuccess(start(MIGRATE, { DATABASE_URL: database.url }));
    await expectSuccess(start(MIGRATE, { DATABASE_URL: url }));
    await expectEachOnce(database.url);
  });

  it('finish what one of them was killed at', async () => {
    const set = { DATABASE_URL: url, ...inTransactions };
    const killed = start(MIGRATE, set);
    await killed.says('2/2');
    process.kill(killed.pid, 'SIGKILL');
    await expectSuccess(start(MIGRATE, set));
    await expectEachOnce(database.url, ['Things', 'Row']);
  });
});
