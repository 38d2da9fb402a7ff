import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Client } from 'pg';
import { RetentionService } from '../../src/retention/retention.service';
import { describeOnServer, type TestDatabase } from '../databases';
import { type Run } from './command';
import { everything, insertPost, references, rowsOf } from './rows';
import { ago, eachWithRuns, files, retention, start } from './runs';

let database: TestDatabase;
let client: Client;
let directory: string;

eachWithRuns((archived) => ({ database, client, directory } = archived));

const STOP_AT = join(__dirname, 'stop-at.ts');

describeOnServer('npm run retention, killed', () => {
  let before: Record<string, string[]>;
  const holders: Client[] = [];

  // A test that fails keeps no lock from the next one.
  afterEach(() => Promise.all(holders.splice(0).map((holder) => holder.query('ROLLBACK'))));

  /** The database of a file of each kind and more, all of it due. */
  beforeEach(async () => {
    for (let days = 100; days < 104; days++) await insertPost(client, ago(days));
    await client.query(`WITH author AS (INSERT INTO authors (platform, platform_id, handle) VALUES ('REDDIT', 'a', 'a') RETURNING id)
      INSERT INTO posts (platform, platform_post_id, author_id, content, keyword_matches, detected_at)
      SELECT 'REDDIT', n, author.id, 'What helps?', '{help}', now() - interval '200 days' + n * interval '1 minute'
      FROM author, generate_series(1, 1500) n`);
    await client.query(`INSERT INTO kpi_metrics (date, platform, metric_type, metric_name, value)
      SELECT '2020-01-01'::date + n, 'REDDIT', 'REACH', 'reach', random() FROM generate_series(1, 100) n`);
    await client.query(`INSERT INTO audit_logs (entity_type, entity_id, action, actor, created_at)
      SELECT 'post', gen_random_uuid(), 'seen', 'antone', '2020-01-01'::timestamptz + n * interval '1 second 1 microsecond'
      FROM generate_series(1, 12000) n`);
    before = await everything(client);
  });

  /** Until it is so; asks, since nobody tells. */
  async function until(what: () => Promise<boolean>): Promise<void> {
    while (!(await what())) await sleep(20);
  }

  async function waitsForLock(): Promise<boolean> {
    const { rows } = await client.query(
      `SELECT 1 FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  }

  async function kill({ child, ended }: Run): Promise<void> {
    child.kill('SIGKILL');
    await ended;
  }

  /** Runs it until it is about to do that to a file (stop-at.ts), and kills it then. What that was; undefined: it has ended by itself. */
  async function stopped(where: NodeJS.ProcessEnv): Promise<string | undefined> {
    const run = start(['--directory', directory], where, [STOP_AT]);
    const ended = run.ended.then(() => true);
    const operation = (): string | undefined => /^about to (.*)$/m.exec(run.printed())?.[1];
    await until(async () => operation() !== undefined || Promise.race([ended, sleep(1, false)]));
    await kill(run);
    return operation();
  }

  /** Runs it to its end, and looks whether the archive holds each row once, and as it was. */
  async function expectAllArchived(): Promise<void> {
    const { code, errors } = await retention();
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    for (const rows of Object.values(await everything(client))) expect(rows).toEqual([]);
    let [archived, restored] = [0, 0];
    for (const file of await files()) {
      expect(file).not.toMatch(/\.partial$|\.part-/);
      const [rootRows] = (await restore(file)).values();
      restored += rootRows;
      archived += await rootRowsIn(file);
    }
    // Nothing was there already: no row is in two files.
    expect(restored).toBe(archived);
    expect(await everything(client)).toEqual(before);
  }

  async function restore(file: string): Promise<Map<string, number>> {
    return new RetentionService(await database.dataSource()).restore(join(directory, file));
  }

  /** How many rows a file holds, without those that left by cascade. */
  async function rootRowsIn(file: string): Promise<number> {
    const content = await readFile(join(directory, file));
    if (file.endsWith('.csv')) return String(content).trim().split('\n').length - 1;
    const rows = JSON.parse(String(file.endsWith('.gz') ? gunzipSync(content) : content)) as { table: string }[];
    return rows.filter(({ table }) => file.startsWith(table)).length;
  }

  /** A session that has a lock, until it is told to let go. */
  async function holding(statement: string): Promise<{ release: () => Promise<unknown> }> {
    const holder = await database.connect();
    holders.push(holder);
    await holder.query(`BEGIN; ${statement}`);
    return { release: () => holder.query('ROLLBACK') };
  }

  it('while it writes a file', async () => {
    // The posts of the file are read, its decisions can't be.
    const lock = await holding('LOCK TABLE decisions IN ACCESS EXCLUSIVE MODE');
    const run = start(['--directory', directory]);
    await until(waitsForLock);
    expect(await files()).toEqual([expect.stringMatching(/^posts-.*\.partial$/)]);
    await kill(run);
    await lock.release();
    expect((await everything(client)).posts).toEqual(before.posts);
    await expectAllArchived();
  });

  it('while it deletes what it has archived', async () => {
    // The second part of three.
    const lock = await holding(`SELECT FROM audit_logs WHERE created_at > '2020-01-01T02:00:00Z' FOR UPDATE`);
    const run = start(['--directory', directory]);
    await until(waitsForLock);
    expect(await readdir(directory)).toContainEqual(
      expect.stringMatching(/^audit_logs-2020\.part-2\.json\.gz\.sha256\.tx\d+\.partial$/),
    );
    await kill(run);
    const [first, second] = await files();
    expect(first).toBe('audit_logs-2020.part-1.json.gz');
    expect(second).toMatch(/^audit_logs-2020\.part-2\.json\.gz\.tx\d+\.partial$/);
    expect((await everything(client)).audit_logs).toHaveLength(7_000);
    await lock.release();
    await expectAllArchived();
  });

  it.each([
    ['before the file that it has made of parts has its name', '^rename audit_logs-2020.json.gz'],
    ['while it removes the parts of which it has made a file', '^remove audit_logs-2020.part-2.json.gz$'],
  ])('%s', async (_, operation) => {
    expect(await stopped({ STOP_AT: operation })).toMatch(new RegExp(operation));
    await expectAllArchived();
    expect((await files()).filter((name) => name.startsWith('audit_logs'))).toEqual(['audit_logs-2020.json.gz']);
  });

  it('at each of its steps, one after another, and those of setting right what the last one has left', async () => {
    let kills = 0;
    while (await stopped({ STOP_AFTER: String(kills % 12) })) kills++;
    expect(kills).toBeGreaterThan(5);
    await expectAllArchived();
  }, 180_000);

  it('after it has deleted it, before the file has its name', async () => {
    expect(await stopped({})).toMatch(/^rename posts-.*\.sha256$/);
    expect(await files()).toEqual([expect.stringMatching(/^posts-.*\.partial$/)]);
    expect((await everything(client)).posts.length).toBe(before.posts.length - 1000);
    await expectAllArchived();
  });

  it('again and again, whenever another file has come', async () => {
    for (let count = 1; count <= 3; count++) {
      const run = start(['--directory', directory]);
      const ended = run.ended.then(() => true);
      await until(
        async () => (await files().catch(() => [])).length >= count || Promise.race([ended, sleep(1, false)]),
      );
      await kill(run);
    }
    await expectAllArchived();
  });

  it('lets one transaction at a time: a run that would wait for long says so', async () => {
    const lock = await holding('LOCK TABLE decisions IN ACCESS EXCLUSIVE MODE');
    const first = start(['--directory', directory]);
    await until(waitsForLock);
    const second = await retention();
    expect(second.code).toBe(3);
    expect(second.errors).toMatch(/^Another retention run is in progress.*\n$/);
    await lock.release();
    expect((await first.ended).code).toBe(0);
  });

  it('tries again where somebody changes what it archives', async () => {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM posts ORDER BY detected_at LIMIT 1');
    const writer = await database.connect();
    await writer.query('BEGIN');
    await writer.query(`UPDATE posts SET content = 'changed' WHERE id = $1`, [rows[0].id]);
    const run = start(['--directory', directory]);
    await until(waitsForLock);
    await writer.query('COMMIT');
    expect((await run.ended).code).toBe(0);
    for (const file of await files()) await restore(file);
    expect(await rowsOf(client, 'posts', `content = 'changed'`)).toHaveLength(1);
    expect((await everything(client)).posts).toHaveLength(before.posts.length);
    expect(await references(client)).not.toEqual([]);
  });
});
