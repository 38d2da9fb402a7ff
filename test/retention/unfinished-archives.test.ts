import { appendFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { ArchiveRefusedError } from '../../src/retention/archive-file';
import { RetentionService } from '../../src/retention/retention.service';
import { migratedDatabase } from '../databases';
import { insert } from '../entities/rows';
import { everything, rowsOf } from './rows';
import { eachWithArchive, metric, names, NOW, run } from './archive-folder';

let client: Client;
let retention: RetentionService;
let directory: string;

eachWithArchive((served) => ({ client, retention, directory } = served));

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
