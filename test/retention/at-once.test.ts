import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Client } from 'pg';
import { migratedDatabase, type TestDatabase } from '../databases';
import { describeThroughPooler, type Pooler, startPooler } from '../pooler';
import { archivesIn, type Run, startRetention } from './command';
import { clear } from './rows';

/** The tables at the roots of what is archived. */
const ROOTS = ['posts', 'kpi_metrics', 'audit_logs'] as const;

let database: TestDatabase;
let client: Client;
let folder: string;
let runs: Run[] = [];

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
});

beforeEach(async () => {
  await clear(client);
  folder = await mkdtemp(join(tmpdir(), 'archive-'));
  await client.query(`WITH author AS (INSERT INTO authors (platform, platform_id, handle) VALUES ('REDDIT', 'a', 'a') RETURNING id)
    INSERT INTO posts (platform, platform_post_id, author_id, content, keyword_matches, detected_at)
    SELECT 'REDDIT', n, author.id, 'What helps?', '{help}', now() - interval '200 days' + n * interval '1 minute'
    FROM author, generate_series(1, 2500) n`);
  await client.query(`INSERT INTO kpi_metrics (date, platform, metric_type, metric_name, value)
    SELECT '2020-01-01'::date + n % 120, 'REDDIT', 'REACH', 'reach ' || n, n FROM generate_series(1, 6000) n`);
  await client.query(`INSERT INTO audit_logs (entity_type, entity_id, action, actor, created_at)
    SELECT 'post', gen_random_uuid(), 'seen', 'antone', '2020-01-01'::timestamptz + n * interval '1 second'
    FROM generate_series(1, 16000) n`);
});

afterEach(async () => {
  for (const { child } of runs) child.kill('SIGKILL');
  await Promise.all(runs.map(({ ended }) => ended));
  runs = [];
  await rm(folder, { recursive: true });
});

afterAll(() => database.close());

/** So many runs at once, each with its folder. */
function startAll(url: string, directories: readonly string[]): Run[] {
  runs = directories.map((name) => startRetention(['--directory', join(folder, name)], { DATABASE_URL: url }));
  return runs;
}

/** Each run has archived its share, or has seen that others are at it. */
async function expectPeace(some: readonly Run[]): Promise<void> {
  const ended = await Promise.all(some.map((run) => run.ended));
  for (const { code, errors } of ended) {
    if (code === 3) expect(errors).toMatch(/^Another retention run is in progress/);
    else expect({ code, errors }).toEqual({ code: 0, errors: '' });
  }
}

/** The ids of the rows that an archive holds, which is what its checksum says. */
async function idsIn(path: string, table: string): Promise<string[]> {
  const content = await readFile(path);
  const hash = createHash('sha256').update(content).digest('hex');
  expect(await readFile(`${path}.sha256`, 'utf8')).toContain(hash);
  if (path.endsWith('.csv')) return [...String(content).matchAll(/^[0-9a-f-]{36}(?=,)/gm)].map(([id]) => id);
  const rows = JSON.parse(String(path.endsWith('.gz') ? gunzipSync(content) : content)) as {
    table: string;
    row: { id: string };
  }[];
  return rows.filter((row) => row.table === table).map(({ row }) => row.id);
}

async function idsInDatabase(table: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(`SELECT id FROM ${client.escapeIdentifier(table)}`);
  return rows.map(({ id }) => id);
}

/** Each row in the database or in one file. */
async function places(directories: readonly string[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of ROOTS) {
    found[table] = await idsInDatabase(table);
    for (const directory of new Set(directories)) {
      const files = await archivesIn(join(folder, directory)).catch(() => []);
      for (const file of files.filter((name) => name.startsWith(table))) {
        expect(file).not.toContain('.part');
        found[table].push(...(await idsIn(join(folder, directory, file), table)));
      }
    }
    found[table].sort();
  }
  return found;
}

function testRuns(url: () => string): void {
  it.each([
    ['two in one folder', ['a', 'a'], false],
    ['three in two folders', ['a', 'a', 'b'], false],
    ['three in one folder, one of which is killed', ['a', 'a', 'a'], true],
    ['two in two folders, one of which is killed', ['a', 'b'], true],
  ])(
    '%s: each row stays in one place',
    async (_, directories, killed) => {
      const before = await places([]);
      const [first, ...others] = startAll(url(), directories);
      if (killed) {
        while (!first.printed().includes('Archive:')) await sleep(10);
        await sleep(Math.random() * 800);
        first.child.kill('SIGKILL');
        await first.ended;
        await expectPeace(others);
      } else await expectPeace(runs);
      // What a run that was killed, or said that it would wait for long, has left.
      for (const directory of new Set(directories)) await expectPeace(startAll(url(), [directory]));
      const after = await places(directories);
      expect(after).toEqual(before);
      for (const table of ROOTS) expect(await idsInDatabase(table)).toEqual([]);
    },
    180_000,
  );
}

describe('several runs at once', () => testRuns(() => database.url));

describeThroughPooler('several runs at once through PgBouncer', () => {
  let pooler: Pooler;
  beforeAll(async () => {
    pooler = await startPooler();
  });
  afterAll(() => pooler.close());

  testRuns(() => pooler.through(database.url));

  it('leave nothing in the sessions for others', async () => {
    await expectPeace(startAll(pooler.through(database.url), ['a']));
    const { rows } = await client.query(
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(rows).toEqual([]);
  });
});
