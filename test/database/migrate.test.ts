import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client } from 'pg';
import { describeOnServer, emptyDatabase, type TestDatabase } from '../databases';

const FIXTURE = join(__dirname, 'release.fixture.ts');
const TYPEORM = require.resolve('typeorm/cli.js');

let folder: string;
let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await emptyDatabase();
  client = await database.connect();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
  await client.query('DISCARD ALL');
  await client.query('DROP SCHEMA public CASCADE');
  await client.query('CREATE SCHEMA public');
});

afterAll(() => database.close());

interface Process {
  pid: number;
  /** What it has printed so far, to both outputs. */
  printed: () => string;
  ended: Promise<{ code: number | null; output: string; errors: string }>;
}

function start(...argv: string[]): Process {
  const child = spawn(process.execPath, ['-r', './typescript.js', ...argv], {
    env: { ...process.env, DATABASE_URL: database.url, MIGRATIONS: join(folder, '*.js'), NODE_ENV: 'development' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  return {
    pid: child.pid!,
    printed: () => output + errors,
    ended: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output, errors }));
    }),
  };
}

/** The release runner as a process. */
function migrate(...flags: string[]): Process {
  return start('packages/schema/bin/entity-schema.js', 'migrate', '-d', FIXTURE, ...flags);
}

/** The stock command line as a process. */
function typeorm(command: string): Process {
  return start(TYPEORM, command, '-d', FIXTURE);
}

/** A file of a migration that sends these statements. */
async function write(name: string, up: string[], { down = [] as string[], transaction = true } = {}): Promise<void> {
  const body = (statements: string[]): string =>
    statements.map((sql) => `await q.query(${JSON.stringify(sql)});`).join('\n');
  await writeFile(
    join(folder, `${name.slice(-13)}-${name.slice(0, -13)}.js`),
    `exports.${name} = class ${name} {
  ${transaction ? '' : 'transaction = false;'}
  async up(q) { ${body(up)} }
  async down(q) { ${body(down)} }
};`,
  );
}

const writeThings = (): Promise<void> =>
  write('Things1700000000001', ['CREATE TABLE things (id serial PRIMARY KEY, name text)'], {
    down: ['DROP TABLE things'],
  });
const writeRow = (): Promise<void> =>
  // It takes its time, so that replicas that are not kept apart are all at it at once.
  write('Row1700000000002', ['SELECT pg_sleep(1)', `INSERT INTO things (name) VALUES ('ball')`], {
    down: ['TRUNCATE things'],
  });
const writeIndex = (): Promise<void> =>
  write(
    'Index1700000000003',
    ['DROP INDEX CONCURRENTLY IF EXISTS idx_things_name', 'CREATE INDEX CONCURRENTLY idx_things_name ON things (name)'],
    { down: ['DROP INDEX idx_things_name'], transaction: false },
  );
/** A migration that is at work until the advisory lock 1, which the test holds, is free. */
const writeWaiting = (): Promise<void> =>
  write('Waiting1700000000004', [
    'ALTER TABLE things ADD COLUMN half text',
    'SET LOCAL lock_timeout = 0',
    'SELECT pg_advisory_xact_lock(1)',
  ]);

async function rows(sql: string): Promise<unknown[]> {
  return (await client.query<Record<string, unknown>>(sql)).rows;
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await sleep(50);
}

/** Waits for the session that waits for the advisory lock 1, and returns its process id. */
async function sessionInWaitingMigration(): Promise<number> {
  let found: unknown[] = [];
  await until(async () => {
    found = await rows(`SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted`);
    return found.length > 0;
  });
  return (found[0] as { pid: number }).pid;
}

describe('the command', () => {
  it('explains itself, exit codes included', async () => {
    const { code, output } = await migrate('--help').ended;
    expect(code).toBe(0);
    for (const word of ['--to <name>', '--dry-run', '--lock-timeout', '--attempts', '--wait', 'Exit codes'])
      expect(output).toContain(word);
  });

  it.each([
    [['--nosuch'], /unknown option '--nosuch'/],
    [['--wait', 'x'], /Give seconds, from 0 to 86400/],
    [['--lock-timeout', '0'], /Give seconds, from 0.001 to 86400/],
    [['--attempts', '1.5'], /Give a whole number of at least 1/],
    [['--to', 'Nosuch'], /^No migration is named Nosuch: [^\n]+\n$/],
  ])('refuses %j', async (flags, message) => {
    await writeThings();
    const { code, errors } = await migrate(...flags).ended;
    expect(errors).toMatch(message);
    expect(code).toBe(1);
  });

  it('says what it does, and then that there is nothing to do', async () => {
    await writeThings();
    await writeRow();
    const first = await migrate().ended;
    expect(first).toMatchObject({ code: 0, errors: '' });
    expect(first.output).toMatch(
      /^Migrating postgres:\/\/[^\n]+\n1\/2 Things1700000000001 …\n +done in .+\n2\/2 Row1700000000002 …\n +done in .+\n2 migrations applied in [\d.]+ s\.\n$/,
    );
    const second = await migrate().ended;
    expect(second).toMatchObject({ code: 0, errors: '' });
    expect(second.output).toMatch(/Nothing to migrate\.\n$/);
  });

  it('exits with 1 and one line when a migration fails', async () => {
    await writeThings();
    await write('Broken1700000000002', ['SELECT 1/0']);
    const { code, errors } = await migrate().ended;
    expect(code).toBe(1);
    expect(errors).toMatch(/^Broken1700000000002 failed: division by zero\. [^\n]+ The statement: SELECT 1\/0\n$/);
  });

  it('exits with 2 and one line when it refuses', async () => {
    await writeThings();
    await migrate().ended;
    await write('Things1700000000001', ['CREATE TABLE other (id integer)']);
    for (const flags of [[], ['--dry-run']]) {
      const { code, errors } = await migrate(...flags).ended;
      expect(code).toBe(2);
      expect(errors).toMatch(/^Things1700000000001: edited since it was applied: [^\n]+\n$/);
    }
  });

  it('prints the SQL with --dry-run, and nothing but SQL', async () => {
    await writeThings();
    process.env.DATABASE_LOG = 'true';
    const { code, output, errors } = await migrate('--dry-run').ended.finally(() => delete process.env.DATABASE_LOG);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(/^\\set ON_ERROR_STOP on\n/);
    expect(output).toContain('CREATE TABLE things (id serial PRIMARY KEY, name text);');
    expect(await rows(`SELECT 1 FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
  });

  it('gets on with the stock commands', async () => {
    await writeThings();
    await writeRow();
    expect(await typeorm('migration:run').ended).toMatchObject({ code: 0 });
    expect((await migrate().ended).output).toMatch(
      /their checksums are now recorded: Things1700000000001, Row1700000000002\.\nNothing to migrate/,
    );
    expect(await typeorm('migration:revert').ended).toMatchObject({ code: 0 });
    expect((await migrate().ended).output).toContain('1/1 Row1700000000002');
    expect((await typeorm('migration:show').ended).output).toMatch(
      /\[X\] 1 Things1700000000001\n.*\[X\] 3 Row1700000000002/,
    );
    expect(await rows('SELECT name FROM things')).toEqual([{ name: 'ball' }]);
  });
});

describeOnServer('several replicas', () => {
  beforeEach(async () => {
    await writeThings();
    await writeRow();
    await writeIndex();
  });

  async function expectEachOnce(): Promise<void> {
    expect(await rows('SELECT name FROM migrations ORDER BY id')).toEqual([
      { name: 'Things1700000000001' },
      { name: 'Row1700000000002' },
      { name: 'Index1700000000003' },
    ]);
    expect(await rows('SELECT name FROM things')).toEqual([{ name: 'ball' }]);
    expect(await rows(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_things_name'::regclass`)).toEqual([
      { indisvalid: true },
    ]);
  }

  it('started at once on a fresh database run each migration once', async () => {
    const ends = await Promise.all([migrate(), migrate(), migrate()].map(({ ended }) => ended));
    expect(ends.map(({ code, errors }) => ({ code, errors }))).toEqual(Array(3).fill({ code: 0, errors: '' }));
    const last = ends.map(({ output }) =>
      output
        .trim()
        .split('\n')
        .at(-1)!
        .replace(/ in .*/, ''),
    );
    expect(last.sort()).toEqual(['3 migrations applied', 'Nothing to migrate.', 'Nothing to migrate.']);
    await expectEachOnce();
  });

  it('finish what one of them was killed at', async () => {
    await writeWaiting();
    await client.query('SELECT pg_advisory_lock(1)');
    const replicas = [migrate(), migrate(), migrate()];
    await sessionInWaitingMigration();
    const working = replicas.find(({ printed }) => printed().includes('4/4'))!;
    process.kill(working.pid, 'SIGKILL');
    await working.ended;
    await client.query('SELECT pg_advisory_unlock(1)');
    const others = await Promise.all(replicas.filter((one) => one !== working).map(({ ended }) => ended));
    expect(others.map(({ code }) => code)).toEqual([0, 0]);
    expect(await rows('SELECT count(*)::int AS n FROM migrations')).toEqual([{ n: 4 }]);
    expect(await rows('SELECT name, half FROM things')).toEqual([{ name: 'ball', half: null }]);
  });

  it('give up with 3 when another runner does not finish in time', async () => {
    await writeWaiting();
    await client.query('SELECT pg_advisory_lock(1)');
    const working = migrate();
    await sessionInWaitingMigration();
    const { code, errors } = await migrate('--wait', '0.1').ended;
    expect(code).toBe(3);
    expect(errors).toMatch(/^Another runner has been migrating this database for more than 100 ms: [^\n]+\n$/);
    await client.query('SELECT pg_advisory_unlock(1)');
    expect(await working.ended).toMatchObject({ code: 0 });
  });
});

describeOnServer('a connection lost in the middle of a migration', () => {
  beforeEach(async () => {
    await writeThings();
    await writeWaiting();
    await client.query('SELECT pg_advisory_lock(1)');
  });

  async function expectAsBeforeAndThenFinished(): Promise<void> {
    expect(await rows('SELECT name FROM migrations')).toEqual([{ name: 'Things1700000000001' }]);
    expect(await rows(`SELECT 1 FROM pg_attribute WHERE attrelid = 'things'::regclass AND attname = 'half'`)).toEqual(
      [],
    );
    await client.query('SELECT pg_advisory_unlock_all()');
    expect(await migrate().ended).toMatchObject({ code: 0, errors: '' });
    expect(await rows('SELECT half FROM things')).toEqual([]);
  }

  it('because the server ended it: the database is as before, the runner says so, and the next one finishes', async () => {
    const runner = migrate();
    await client.query('SELECT pg_terminate_backend($1)', [await sessionInWaitingMigration()]);
    const { code, errors } = await runner.ended;
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^Waiting1700000000004 failed: The connection to the database was lost \([^\n]+\): [^\n]+ The statement: SELECT pg_advisory_xact_lock\(1\)\n$/,
    );
    await expectAsBeforeAndThenFinished();
  });

  it('because the runner was killed: the server notices, rolls back, and the next one finishes', async () => {
    const runner = migrate();
    const session = await sessionInWaitingMigration();
    process.kill(runner.pid, 'SIGKILL');
    expect(await runner.ended).toMatchObject({ code: null });
    // The test still holds what the session waits for: it ends because it has lost its client, not because it has finished.
    await until(async () => (await rows(`SELECT 1 FROM pg_stat_activity WHERE pid = ${session}`)).length === 0);
    await expectAsBeforeAndThenFinished();
  });
});

describeOnServer('a long transaction that holds a lock on a table', () => {
  let holder: Client;

  beforeEach(async () => {
    await writeThings();
    expect(await migrate().ended).toMatchObject({ code: 0 });
    holder = await database.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT * FROM things');
  });

  afterEach(() => holder.end());

  it('holds up the release and nobody else, and the release finishes after it', async () => {
    await write('Column1700000000002', ['ALTER TABLE things ADD COLUMN size integer']);
    const runner = migrate('--lock-timeout', '0.2', '--attempts', '100');
    await client.query(`SET lock_timeout = '10s'`);
    await until(async () => {
      // It would wait for as long as the holder's transaction lasts, were the runner's statement queueing before it.
      await client.query('SELECT * FROM things');
      return /attempt 3 of 100/.test(runner.printed());
    });
    await holder.query('COMMIT');
    const { code, output } = await runner.ended;
    expect(code).toBe(0);
    expect(output).toMatch(
      /a table is locked by another session \(oldest transactions: pid \d+ for .+\); attempt 2 of 100 in 200 ms/,
    );
    expect(await rows('SELECT size FROM things')).toEqual([]);
  });

  it('ends the release with 3 when it does not end, and says which session it is', async () => {
    await write('Column1700000000002', ['ALTER TABLE things ADD COLUMN size integer']);
    const { code, errors } = await migrate('--lock-timeout', '0.1', '--attempts', '2').ended;
    expect(code).toBe(3);
    const [{ pid }] = (await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
    expect(errors).toMatch(/^Column1700000000002 did not get a lock it needs in 2 attempts of 100 ms: [^\n]+\n$/);
    expect(errors).toContain(`pid ${pid} for `);
    expect(await rows('SELECT name FROM migrations')).toEqual([{ name: 'Things1700000000001' }]);
  });

  it('is simply waited for by CREATE INDEX CONCURRENTLY, which blocks nobody', async () => {
    await writeIndex();
    await holder.query(`INSERT INTO things (name) VALUES ('bat')`);
    const runner = migrate('--lock-timeout', '0.05', '--attempts', '1');
    await until(
      async () =>
        (await rows(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX%'`))
          .length > 0,
    );
    await sleep(200);
    await holder.query('COMMIT');
    expect(await runner.ended).toMatchObject({ code: 0, errors: '' });
    expect(await rows(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_things_name'::regclass`)).toEqual([
      { indisvalid: true },
    ]);
  });

  it('is not waited for by other statements outside a transaction', async () => {
    await write('Column1700000000002', ['ALTER TABLE things ADD COLUMN IF NOT EXISTS size integer'], {
      transaction: false,
    });
    const { code } = await migrate('--lock-timeout', '0.1', '--attempts', '1').ended;
    expect(code).toBe(3);
  });
});
