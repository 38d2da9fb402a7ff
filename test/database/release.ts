import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client } from 'pg';
import { emptyDatabase, type TestDatabase } from '../databases';

const FIXTURE = join(__dirname, 'release.fixture.ts');
const TYPEORM = require.resolve('typeorm/cli.js');

let folder: string;
let database: TestDatabase;
let client: Client;

/**
 * Gives each test of the file an empty database, and an empty folder for its migrations.
 *
 * @param use takes the database and a connection to it, before the first test
 */
export function eachWithRelease(use: (database: TestDatabase, client: Client) => void): void {
  beforeAll(async () => {
    database = await emptyDatabase();
    client = await database.connect();
    use(database, client);
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
}

/** A command line that runs. */
export interface Process {
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
export function migrate(...flags: string[]): Process {
  return start('packages/schema/bin/entity-schema.js', 'migrate', '-d', FIXTURE, ...flags);
}

/** The stock command line as a process. */
export function typeorm(command: string): Process {
  return start(TYPEORM, command, '-d', FIXTURE);
}

/** A file of a migration that sends these statements. */
export async function write(
  name: string,
  up: string[],
  { down = [] as string[], transaction = true } = {},
): Promise<void> {
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

export const writeThings = (): Promise<void> =>
  write('Things1700000000001', ['CREATE TABLE things (id serial PRIMARY KEY, name text)'], {
    down: ['DROP TABLE things'],
  });
export const writeRow = (): Promise<void> =>
  // It takes its time, so that replicas that are not kept apart are all at it at once.
  write('Row1700000000002', ['SELECT pg_sleep(1)', `INSERT INTO things (name) VALUES ('ball')`], {
    down: ['TRUNCATE things'],
  });
export const writeIndex = (): Promise<void> =>
  write(
    'Index1700000000003',
    ['DROP INDEX CONCURRENTLY IF EXISTS idx_things_name', 'CREATE INDEX CONCURRENTLY idx_things_name ON things (name)'],
    { down: ['DROP INDEX idx_things_name'], transaction: false },
  );
/** A migration that is at work until the advisory lock 1, which the test holds, is free. */
export const writeWaiting = (): Promise<void> =>
  write('Waiting1700000000004', [
    'ALTER TABLE things ADD COLUMN half text',
    'SET LOCAL lock_timeout = 0',
    'SELECT pg_advisory_xact_lock(1)',
  ]);

export async function rows(sql: string): Promise<unknown[]> {
  return (await client.query<Record<string, unknown>>(sql)).rows;
}

/** Waits until something is so. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await sleep(50);
}

/** Waits for the session that waits for the advisory lock 1, and returns its process id. */
export async function sessionInWaitingMigration(): Promise<number> {
  let found: unknown[] = [];
  await until(async () => {
    found = await rows(`SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted`);
    return found.length > 0;
  });
  return (found[0] as { pid: number }).pid;
}
