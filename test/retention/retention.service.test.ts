import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { ArchiveRefusedError } from '../../src/retention/archive-file';
import { ROWS_A_PART } from '../../src/retention/archives';
import { RetentionModule } from '../../src/retention/retention.module';
import { RetentionService } from '../../src/retention/retention.service';
import { migratedDatabase, type TestDatabase } from '../databases';
import { insert, type Row } from '../entities/rows';
import { AWKWARD, clear, DAY, everything, insertPost, references, rowsOf } from './rows';
import { moduleOn } from '../module-on';

/** All of jest's but the clock. */
const TIMERS = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

const NOW = new Date('2026-06-15T12:00:00Z');
/** 90 days before NOW, and a microsecond later. */
const JUST_DUE = '2026-03-17 12:00:00+00';
const NOT_YET = '2026-03-17 12:00:00.000001+00';

/** A line of a JSON file. */
interface ArchivedRow {
  table: string;
  row: Row;
}

let database: TestDatabase;
let client: Client;
let app: TestingModule;
let retention: RetentionService;
let directory: string;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
  app = await moduleOn(database, RetentionModule);
  retention = app.get(RetentionService);
});

beforeEach(async () => {
  await clear(client);
  directory = await mkdtemp(join(tmpdir(), 'archive-'));
});

afterEach(() => rm(directory, { recursive: true }));

afterAll(async () => {
  await app.close();
  await database.close();
});

async function run(now = NOW): Promise<string[]> {
  const paths = await retention.run({ directory }, now);
  return paths.map((path) => path.slice(directory.length + 1));
}

function metric(date: string, columns: Row = {}): Promise<Row> {
  return insert(client, 'kpi_metrics', { date, ...columns });
}

function log(createdAt: string, columns: Row = {}): Promise<Row> {
  return insert(client, 'audit_logs', { created_at: createdAt, ...columns });
}

/** The names in the folder, without what marks it as this database's. */
async function names(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => !name.startsWith('.database-')).sort();
}

async function parsed(file: string): Promise<ArchivedRow[]> {
  const content = await readFile(join(directory, file));
  return JSON.parse(String(file.endsWith('.gz') ? gunzipSync(content) : content)) as ArchivedRow[];
}

describe('what leaves, and when', () => {
  it('is a post of 90 days with all that goes with it, and not a microsecond before', async () => {
    const old = await insertPost(client, JUST_DUE);
    const young = await insertPost(client, NOT_YET);
    const [file, ...others] = await run();
    expect(others).toEqual([]);
    expect(file).toBe('posts-20260317T120000.000000Z.json');
    const kinds = (await parsed(file)).map(({ table, row }) => `${table} ${row ? 'row' : 'link'}`);
    expect(kinds[0]).toBe('posts row');
    expect(kinds.sort()).toEqual([
      'competitive_mentions row',
      'decisions row',
      'escalations link',
      'posts row',
      'randomized_experiments link',
      'replies link',
    ]);
    expect((await parsed(file))[0].row).toMatchObject({ id: old.id, content: AWKWARD });
    const { rows } = await client.query(
      'SELECT post_id FROM decisions UNION ALL SELECT post_id FROM competitive_mentions',
    );
    expect(rows).toEqual([{ post_id: young.id }, { post_id: young.id }]);
  });

  it('is a quarter of metrics whose last day is two years ago', async () => {
    await metric('2024-03-31', { metric_name: AWKWARD, value: 0.1 + 0.2, created_at: '2024-03-31 01:02:03.000004+00' });
    await metric('2024-01-01', { value: 'NaN' });
    await metric('2023-12-31');
    await metric('2024-04-01');
    expect(await run(new Date('2026-03-31T23:59:59Z'))).toEqual(['kpi_metrics-2023-Q4.csv']);
    expect(await run(new Date('2026-04-01T00:00:00Z'))).toEqual(['kpi_metrics-2024-Q1.csv']);
    expect(await rowsOf(client, 'kpi_metrics')).toEqual([expect.stringContaining('2024-04-01')]);
    const text = await readFile(join(directory, 'kpi_metrics-2024-Q1.csv'), 'utf8');
    expect(text).toContain('0.30000000000000004,2024-03-31 01:02:03.000004+00');
    expect(text).toMatch(/^id,date,platform,/);
  });

  it('is a year of audit logs whose last moment is three years ago, compressed', async () => {
    await log('2022-12-31 23:59:59.999999+00', { details_json: { text: AWKWARD } });
    await log('2022-01-01 00:00:00+00');
    await log('2021-06-01 00:00:00+00');
    await log('2023-01-01 00:00:00+00');
    expect(await run(new Date('2025-12-31T23:59:59Z'))).toEqual(['audit_logs-2021.json.gz']);
    expect(await run(new Date('2026-01-01T00:00:00Z'))).toEqual(['audit_logs-2022.json.gz']);
    const rows = await parsed('audit_logs-2022.json.gz');
    expect(rows.map(({ row }) => row.created_at)).toEqual([
      '2022-01-01T00:00:00+00:00',
      '2022-12-31T23:59:59.999999+00:00',
    ]);
    expect(rows[1].row).toMatchObject({ details_json: { text: AWKWARD } });
    expect(await rowsOf(client, 'audit_logs')).toHaveLength(1);
  });

  it('is nothing where nothing is due', async () => {
    await insertPost(client, NOT_YET);
    expect(await run()).toEqual([]);
    expect(await names()).toEqual([]);
  });

  it('is counted beforehand', async () => {
    await insertPost(client, JUST_DUE);
    await metric('2024-03-31');
    await log('2024-03-31');
    const before = await everything(client);
    expect(Object.fromEntries(await retention.due(NOW))).toEqual({ posts: 1, kpi_metrics: 1, audit_logs: 0 });
    expect(await everything(client)).toEqual(before);
  });

  it('fills as many files as it takes, oldest first', async () => {
    await client.query(`WITH author AS (INSERT INTO authors (platform, platform_id, handle) VALUES ('REDDIT', 'a', 'a') RETURNING id)
      INSERT INTO posts (platform, platform_post_id, author_id, content, keyword_matches, detected_at)
      SELECT (ARRAY['TWITTER', 'REDDIT', 'THREADS'])[1 + n % 3], n, author.id, 'What helps?', '{help}',
        '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 minute' FROM author, generate_series(1, 2100) n`);
    const files = await run();
    expect(files).toHaveLength(3);
    const counts = await Promise.all(files.map(async (file) => (await parsed(file)).length));
    expect(counts).toEqual([1000, 1000, 100]);
    expect(files).toEqual(files.toSorted());
    expect(await rowsOf(client, 'posts')).toEqual([]);
  });
});

describe('a quarter and a year', () => {
  it('leave in parts, of which one file is made, oldest first', async () => {
    const rows = 2 * ROWS_A_PART + 1;
    await client.query(
      `INSERT INTO audit_logs (entity_type, entity_id, action, actor, created_at)
       SELECT 'post', gen_random_uuid(), $2, n, '2021-01-01T00:00:00Z'::timestamptz + n * interval '1 second'
       FROM generate_series(1, $1::integer) n`,
      [rows, AWKWARD],
    );
    await client.query(
      `INSERT INTO kpi_metrics (date, platform, metric_type, metric_name, value)
       SELECT '2021-01-01', 'REDDIT', 'REACH', $2 || n, n FROM generate_series(1, $1::integer) n`,
      [rows, AWKWARD],
    );
    const before = await everything(client);
    expect(await run()).toEqual(['kpi_metrics-2021-Q1.csv', 'audit_logs-2021.json.gz']);
    expect(await names()).toHaveLength(4);
    const actors = (await parsed('audit_logs-2021.json.gz')).map(({ row }) => Number(row.actor));
    expect(actors).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
    for (const file of ['kpi_metrics-2021-Q1.csv', 'audit_logs-2021.json.gz'])
      await retention.restore(join(directory, file));
    expect(await everything(client)).toEqual(before);
  });
});

describe('a file', () => {
  it('has its checksum beside it, as sha256sum writes it', async () => {
    await metric('2024-03-31');
    const [file] = await run();
    const hash = createHash('sha256')
      .update(await readFile(join(directory, file)))
      .digest('hex');
    expect(await readFile(join(directory, `${file}.sha256`), 'utf8')).toBe(`${hash}  ${file}\n`);
    expect(await names()).toEqual([file, `${file}.sha256`]);
  });

  it("is its owner's alone", async () => {
    await metric('2024-03-31');
    await run();
    for (const name of await readdir(directory)) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  });

  it('is never overwritten', async () => {
    await metric('2024-03-31');
    expect(await run()).toEqual(['kpi_metrics-2024-Q1.csv']);
    await metric('2024-02-01');
    expect(await run()).toEqual(['kpi_metrics-2024-Q1-2.csv']);
  });
});

describe('restoring', () => {
  it('puts rows back to the digit, and the references to them', async () => {
    for (const detectedAt of ['2026-01-01 00:00:00.000001+00', JUST_DUE, NOT_YET]) await insertPost(client, detectedAt);
    await metric('2024-03-31', {
      metric_name: AWKWARD,
      value: 'Infinity',
      created_at: '2024-03-31 01:02:03.000004+00',
    });
    await log('2022-12-31 23:59:59.999999+00', { details_json: { text: AWKWARD }, actor: AWKWARD });
    const [before, links] = [await everything(client), await references(client)];
    const files = await run();
    expect(files).toHaveLength(3);
    expect(await everything(client)).not.toEqual(before);
    expect(await references(client)).not.toEqual(links);
    for (const file of files) await retention.restore(join(directory, file));
    expect(await everything(client)).toEqual(before);
    expect(await references(client)).toEqual(links);
  });

  it('says how many, and does nothing the second time', async () => {
    await insertPost(client, JUST_DUE);
    const [file] = await run();
    const counts = { posts: 1, decisions: 1, competitive_mentions: 1 };
    expect(Object.fromEntries(await retention.restore(join(directory, file)))).toEqual(counts);
    const before = await everything(client);
    const again = await retention.restore(join(directory, file));
    expect([...again.values()]).toEqual([0, 0, 0]);
    expect(await everything(client)).toEqual(before);
  });

  it('leaves a reference that has been given another value since', async () => {
    const post = await insertPost(client, JUST_DUE);
    const other = await insertPost(client, NOT_YET);
    const { rows } = await client.query<Row>('SELECT id FROM escalations WHERE post_id = $1', [post.id]);
    const [file] = await run();
    await client.query('UPDATE escalations SET post_id = $1 WHERE id = $2', [other.id, rows[0].id]);
    await retention.restore(join(directory, file));
    expect(await rowsOf(client, 'escalations', `post_id = '${String(other.id)}'`)).toHaveLength(2);
  });

  it.each([
    ['changed', (path: string) => appendFile(path, ' ')],
    ['cut', async (path: string) => writeFile(path, (await readFile(path)).subarray(0, -5))],
    ['without its checksum', (path: string) => rm(`${path}.sha256`)],
    ['of another name', (path: string) => rename(path, `${path}.old`)],
  ])('refuses a file that is %s, and changes nothing', async (_, tamper) => {
    await log('2022-12-31');
    const [file] = await run();
    await tamper(join(directory, file));
    await expect(retention.restore(join(directory, file))).rejects.toThrow(ArchiveRefusedError);
    expect(await rowsOf(client, 'audit_logs')).toEqual([]);
  });

  it('puts nothing back where one row does not fit any more', async () => {
    await insertPost(client, '2026-01-01 00:00:00+00');
    await insertPost(client, JUST_DUE);
    const [file] = await run();
    await client.query('DELETE FROM authors WHERE id = (SELECT min(id::text)::uuid FROM authors)');
    await expect(retention.restore(join(directory, file))).rejects.toThrow(/nothing was put back: .*authors/);
    expect(await rowsOf(client, 'posts')).toEqual([]);
  });
});

describe('what an earlier run has left', () => {
  async function archivedMetric(): Promise<string> {
    await metric('2024-03-31');
    const [file] = await run();
    return join(directory, file);
  }

  /** What the names of a file and its checksum end with until its transaction is known to have ended so. */
  async function suffix(end: 'COMMIT' | 'ROLLBACK'): Promise<string> {
    await client.query('BEGIN');
    const { rows } = await client.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
    await client.query(end);
    return `.tx${rows[0].id}.partial`;
  }

  async function unfinish(path: string, ending: string, to = path): Promise<void> {
    await rename(path, `${to}${ending}`);
    await rename(`${path}.sha256`, `${to}.sha256${ending}`);
  }

  it('is finished where its transaction was committed', async () => {
    const path = await archivedMetric();
    await unfinish(path, await suffix('COMMIT'));
    expect(await run()).toEqual([]);
    expect(await names()).toEqual(['kpi_metrics-2024-Q1.csv', 'kpi_metrics-2024-Q1.csv.sha256']);
  });

  it('is finished where only its checksum has its name', async () => {
    const path = await archivedMetric();
    await rename(path, `${path}${await suffix('COMMIT')}`);
    expect(await run()).toEqual([]);
    expect(await names()).toEqual(['kpi_metrics-2024-Q1.csv', 'kpi_metrics-2024-Q1.csv.sha256']);
  });

  it('is made anew where its transaction was rolled back', async () => {
    const path = await archivedMetric();
    const before = await readFile(path, 'utf8');
    await retention.restore(path);
    await unfinish(path, await suffix('ROLLBACK'));
    expect(await run()).toEqual(['kpi_metrics-2024-Q1.csv']);
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await names()).toHaveLength(2);
  });

  it('is removed where its transaction was rolled back and the rows have gone another way since', async () => {
    const path = await archivedMetric();
    await unfinish(path, await suffix('ROLLBACK'));
    expect(await run()).toEqual([]);
    expect(await names()).toEqual([]);
  });

  it('is removed where it is not complete', async () => {
    const ending = await suffix('ROLLBACK');
    await writeFile(join(directory, `posts-x.json${ending}`), '[\n{"tab');
    await writeFile(join(directory, `posts-y.json${ending}`), '[\n{"tab');
    await writeFile(join(directory, `posts-y.json.sha256${ending}`), '');
    await writeFile(join(directory, 'notes.partial'), 'of somebody else');
    expect(await run()).toEqual([]);
    expect(await names()).toEqual(['notes.partial']);
  });

  it('is gone on with where it is parts of a file', async () => {
    const path = await archivedMetric();
    const part = path.replace('.csv', '.part-1.csv');
    await unfinish(path, '', part);
    await writeFile(`${path}${await suffix('ROLLBACK')}`, 'begun');
    await metric('2024-03-30');
    expect(await run()).toEqual(['kpi_metrics-2024-Q1.csv']);
    expect(await names()).toEqual(['kpi_metrics-2024-Q1.csv', 'kpi_metrics-2024-Q1.csv.sha256']);
    await retention.restore(path);
    expect(await rowsOf(client, 'kpi_metrics')).toHaveLength(2);
  });

  it('is made a file of where parts have no more rows', async () => {
    const path = await archivedMetric();
    await unfinish(path, '', path.replace('.csv', '.part-1.csv'));
    await metric('2023-03-30');
    expect(await run()).toEqual(['kpi_metrics-2024-Q1.csv', 'kpi_metrics-2023-Q1.csv']);
    expect(await names()).toHaveLength(4);
  });

  it.each([
    ['was changed', (path: string, ending: string) => appendFile(`${path}${ending}`, ' ')],
    ['has lost its checksum', (path: string, ending: string) => rm(`${path}.sha256${ending}`)],
    ['would replace another file', (path: string) => writeFile(path, 'of somebody else')],
  ])('is not touched where it %s', async (_, change) => {
    const path = await archivedMetric();
    const ending = await suffix('COMMIT');
    await unfinish(path, ending);
    await change(path, ending);
    await metric('2024-03-30');
    const before = [await everything(client), await names()];
    await expect(run()).rejects.toThrow(ArchiveRefusedError);
    expect([await everything(client), await names()]).toEqual(before);
  });

  it('is not touched where the database does not know its transaction', async () => {
    const path = await archivedMetric();
    await unfinish(path, '.tx4000000000.partial');
    await metric('2024-03-30');
    const before = [await everything(client), await names()];
    await expect(run()).rejects.toThrow(/does not know its transaction 4000000000\. Check whether/);
    expect([await everything(client), await names()]).toEqual(before);
  });
});

describe('a folder', () => {
  it('of another database is refused, and not touched', async () => {
    await writeFile(join(directory, '.database-1-5'), '');
    await writeFile(join(directory, 'posts-x.json.tx3.partial'), 'of the other one');
    await metric('2024-03-31');
    const before = [await everything(client), await readdir(directory)];
    await expect(run()).rejects.toThrow(/holds the archive of another database\. .* remove \.database-1-5\.$/);
    expect([await everything(client), await readdir(directory)]).toEqual(before);
  });

  it('is refused to a second database', async () => {
    await metric('2024-03-31');
    await run();
    const other = await migratedDatabase();
    try {
      await insert(await other.connect(), 'kpi_metrics', { date: '2024-03-31' });
      const before = await readdir(directory);
      const second = new RetentionService(await other.dataSource());
      await expect(second.run({ directory }, NOW)).rejects.toThrow(/holds the archive of another database/);
      expect(await readdir(directory)).toEqual(before);
      expect(Object.fromEntries(await second.due(NOW))).toMatchObject({ kpi_metrics: 1 });
    } finally {
      await other.close();
    }
  });

  it('is one of several that a database may have', async () => {
    const other = await mkdtemp(join(tmpdir(), 'archive-'));
    await metric('2024-03-31');
    expect(await retention.run({ directory: other }, NOW)).toHaveLength(1);
    await metric('2024-03-30');
    expect(await run()).toEqual(['kpi_metrics-2024-Q1.csv']);
    await rm(other, { recursive: true });
  });
});

describe('the time', () => {
  afterEach(() => jest.useRealTimers());

  it("is the database's", async () => {
    await insert(client, 'posts', { detected_at: new Date(Date.now() - 91 * DAY) });
    await insert(client, 'posts', { detected_at: new Date(Date.now() - 89.5 * DAY) });
    // This machine's clock is a little ahead: less than a day is nobody's mistake.
    jest.useFakeTimers({ now: Date.now() + 0.9 * DAY, doNotFake: [...TIMERS] });
    expect((await retention.due()).get('posts')).toBe(1);
    expect(await retention.run({ directory })).toHaveLength(1);
    expect(await rowsOf(client, 'posts')).toHaveLength(1);
  });

  it.each([10 * 365, -1.1])('is refused where the two clocks are %d days apart', async (days) => {
    await insert(client, 'posts', { detected_at: new Date(Date.now() - 91 * DAY) });
    jest.useFakeTimers({ now: Date.now() + days * DAY, doNotFake: [...TIMERS] });
    const message = /database's clock says \d{4}-.*Z, this machine's \d{4}-.*Z\. Correct/;
    await expect(retention.due()).rejects.toThrow(message);
    await expect(retention.run({ directory })).rejects.toThrow(message);
    expect(await rowsOf(client, 'posts')).toHaveLength(1);
    expect(await names()).toEqual([]);
  });
});
