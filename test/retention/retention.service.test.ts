import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Client } from 'pg';
import { ArchiveRefusedError } from '../../src/retention/archive-file';
import { ROWS_A_PART } from '../../src/retention/archives';
import { RetentionService } from '../../src/retention/retention.service';
import { insert, type Row } from '../entities/rows';
import { AWKWARD, DAY, everything, insertPost, references, rowsOf } from './rows';
import { eachWithArchive, metric, names, NOW, run } from './archive-folder';

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

/** 90 days before NOW, and a microsecond later. */
const JUST_DUE = '2026-03-17 12:00:00+00';
const NOT_YET = '2026-03-17 12:00:00.000001+00';

/** A line of a JSON file. */
interface ArchivedRow {
  table: string;
  row: Row;
}

let client: Client;
let retention: RetentionService;
let directory: string;

eachWithArchive((served) => ({ client, retention, directory } = served));

function log(createdAt: string, columns: Row = {}): Promise<Row> {
  return insert(client, 'audit_logs', { created_at: createdAt, ...columns });
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
