import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Client } from 'pg';
import { DataSource } from 'typeorm';
import { retentionOf } from '@entity-backend/schema';
import { appService } from '../../src/entities/access';
import { archivesOf, ROWS_A_PART } from '../../src/retention/archives';
import { RetentionService } from '../../src/retention/retention.service';
import { migratedDatabase, type TestDatabase } from '../databases';
import { Complaint, Label, Line, Note, Order, Reading, ReadingInJson } from './own-tables';

const NOW = new Date('2026-06-15T12:00:00Z');
const READINGS = '"Machine, readings"';

let database: TestDatabase;
let client: Client;
let dataSource: DataSource;
let directory: string;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
  await client.query(`SET TimeZone = 'UTC'`);
  dataSource = new DataSource({
    type: 'postgres',
    url: database.url,
    poolSize: 1,
    entities: [Reading, Order, Line, Note, Label, Complaint],
  });
  await client.query('CREATE SCHEMA shop');
  await dataSource.initialize();
  await dataSource.synchronize();
  await client.query(`GRANT USAGE ON SCHEMA shop TO ${appService.name};
    GRANT ALL ON ALL TABLES IN SCHEMA shop TO ${appService.name}; GRANT ALL ON ${READINGS} TO ${appService.name}`);
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archive-'));
  await client.query(
    `DELETE FROM ${READINGS}; DELETE FROM shop.orders; DELETE FROM shop.labels; DELETE FROM shop.complaints`,
  );
});

afterEach(() => rm(directory, { recursive: true }));

afterAll(async () => {
  await dataSource.destroy();
  await database.close();
});

async function run(now = NOW): Promise<string[]> {
  const paths = await new RetentionService(dataSource).run({ directory }, now);
  return paths.map((path) => path.slice(directory.length + 1));
}

/** All rows of the tables, as text. */
async function everything(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of [
    READINGS,
    'shop.orders',
    'shop.order_labels',
    'shop.lines',
    'shop.line_notes',
    'shop.complaints',
  ]) {
    const { rows } = await client.query<{ row: string }>(`SELECT rows::text AS row FROM ${table} AS rows ORDER BY 1`);
    found[table] = rows.map(({ row }) => row);
  }
  return found;
}

async function restoreAll(files: readonly string[]): Promise<void> {
  for (const file of files) await new RetentionService(dataSource).restore(join(directory, file));
}

describe('a month of CSV', () => {
  beforeEach(() =>
    client.query(`INSERT INTO ${READINGS} ("Day", value) VALUES
      ('2024-10-31', 1), ('2024-11-01', 0.1), ('2024-11-30', 'NaN'), ('2024-12-01', 4)`),
  );

  it('leaves when its last day was kept for 18 months, not before', async () => {
    expect(await run(new Date('2026-05-31T23:59:59Z'))).toEqual(['Machine, readings-2024-10.csv']);
    expect(await run(new Date('2026-06-01T00:00:00Z'))).toEqual(['Machine, readings-2024-11.csv']);
    const text = await readFile(join(directory, 'Machine, readings-2024-11.csv'), 'utf8');
    expect(text).toMatch(/^"no, 1",Day,value,doubled\n\d+,2024-11-01,0\.1,0\.2\n\d+,2024-11-30,NaN,NaN\n$/);
    expect((await everything())[READINGS]).toEqual([expect.stringContaining('2024-12-01')]);
  });

  it('is restored with its keys, and with what is generated', async () => {
    const before = await everything();
    await restoreAll(await run());
    expect(await everything()).toEqual(before);
  });

  it('is made of parts', async () => {
    await client.query(
      `INSERT INTO ${READINGS} ("Day", value) SELECT '2024-11-15', n FROM generate_series(1, ${ROWS_A_PART}) n`,
    );
    const before = await everything();
    const files = await run();
    expect(files).toEqual(['Machine, readings-2024-10.csv', 'Machine, readings-2024-11.csv']);
    expect((await readdir(directory)).filter((name) => name.includes('part'))).toEqual([]);
    await restoreAll(files);
    expect(await everything()).toEqual(before);
  });
});

describe('a month of JSON with children and their children', () => {
  beforeEach(() =>
    client.query(`
      INSERT INTO shop.labels VALUES ('fragile');
      INSERT INTO shop.orders VALUES ('it''s', '2025-05-31 23:59:59.999999'), ('young', '2025-06-01'), ('open', NULL);
      INSERT INTO shop.order_labels SELECT code, 'fragile' FROM shop.orders;
      INSERT INTO shop.lines SELECT code, place FROM shop.orders, generate_series(1, 2) AS place;
      INSERT INTO shop.line_notes SELECT row_number() OVER (ORDER BY order_code, place), order_code, place FROM shop.lines;
      INSERT INTO shop.complaints SELECT 'late', row_number() OVER (ORDER BY order_code, place), order_code, place FROM shop.lines`),
  );

  it('goes to one file, and comes back as it was', async () => {
    const before = await everything();
    const files = await run();
    expect(files).toEqual(['shop.orders-2025-05.json.gz']);
    const rows = JSON.parse(String(gunzipSync(await readFile(join(directory, files[0]))))) as { table: string }[];
    const tables = rows.map(({ table }) => table);
    const times = (table: string): number => tables.filter((each) => each === table).length;
    expect(tables[0]).toBe('shop.orders');
    expect(tables.lastIndexOf('shop.lines')).toBeLessThan(tables.indexOf('shop.line_notes'));
    expect(['lines', 'line_notes', 'order_labels', 'complaints'].map((name) => times(`shop.${name}`))).toEqual([
      2, 2, 1, 2,
    ]);
    const after = await everything();
    expect(after['shop.orders']).toHaveLength(2);
    expect(after['shop.lines']).toHaveLength(4);
    expect(after['shop.complaints'].filter((row) => row.endsWith(',,)'))).toHaveLength(2);
    await restoreAll(files);
    expect(await everything()).toEqual(before);
  });

  it('never takes a row whose time is not set', async () => {
    await run(new Date('2036-01-01T00:00:00Z'));
    expect((await everything())['shop.orders']).toEqual(['(open,)']);
  });
});

describe('a declaration that was changed', () => {
  it('leaves files in their format, those that are not finished too', async () => {
    const insert = (day: string): Promise<unknown> =>
      client.query(`INSERT INTO ${READINGS} ("Day", value) VALUES ($1, 1)`, [day]);
    await insert('2024-10-31');
    await insert('2024-11-01');
    await run();
    const path = join(directory, 'Machine, readings-2024-11.csv');
    // As a run leaves it that was interrupted before the month was complete.
    for (const end of ['', '.sha256']) await rename(`${path}${end}`, `${path.replace('.csv', '.part-1.csv')}${end}`);
    await insert('2024-11-01');
    const changed = new DataSource({ type: 'postgres', url: database.url, poolSize: 1, entities: [ReadingInJson] });
    await changed.initialize();
    const retention = new RetentionService(changed);
    try {
      const files = await retention.run({ directory }, NOW);
      expect(files).toEqual([path, join(directory, 'Machine, readings-20241101T000000.000000Z.json')]);
      for (const file of [path.replace('-11', '-10'), ...files])
        expect([...(await retention.restore(file)).values()]).toEqual([1]);
    } finally {
      await changed.destroy();
    }
  });
});

it("the skeleton's entities agree with the doc comments of what leaves with them", async () => {
  const skeleton = await database.dataSource();
  for (const metadata of skeleton.entityMetadatas) {
    const retention = retentionOf(metadata);
    for (const child of retention?.with ?? []) {
      const { rows } = await client.query<{ comment: string }>(`SELECT obj_description($1::regclass) AS comment`, [
        skeleton.getMetadata(child()).tableName,
      ]);
      expect(rows[0].comment).toMatch(new RegExp(`Retention: .*${retention!.keep}.* archived to JSON`));
    }
  }
});

it('the oldest rows of posts are found by their index', async () => {
  const [posts] = archivesOf(await database.dataSource());
  await client.query(`WITH author AS (INSERT INTO authors (platform, platform_id, handle) VALUES ('REDDIT', 'a', 'a') RETURNING id)
    INSERT INTO posts (platform, platform_post_id, author_id, content, keyword_matches, detected_at)
    SELECT (ARRAY['TWITTER', 'REDDIT', 'THREADS'])[1 + n % 3], n, author.id, 'What helps?', '{help}',
      '2026-01-01'::timestamptz + n * interval '1 minute' FROM author, generate_series(1, 20000) n; ANALYZE posts`);
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN ${posts.next.replaceAll('$1', `'2026-06-15'`)}`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('idx_posts_platform_detected_at');
  expect(plan).not.toContain('Seq Scan on posts');
});
