import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { appService } from '../../src/entities/access';
import { describeOnServer, type TestDatabase } from '../databases';
import { insert } from '../entities/rows';
import { everything, insertPost, rowsOf } from './rows';
import { ago, eachWithRuns, files, retention, start } from './runs';

let database: TestDatabase;
let client: Client;
let directory: string;

eachWithRuns((archived) => ({ database, client, directory } = archived));

describe('npm run retention', () => {
  it('archives, says what, and restores', async () => {
    await insertPost(client, ago(91));
    await insertPost(client, ago(89));
    await insert(client, 'kpi_metrics', { date: '2020-02-01' });
    const before = await everything(client);
    const { code, output, errors } = await retention();
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(/posts-.*\.json: 1 posts, 1 \w+, 1 \w+/);
    expect(output).toContain('kpi_metrics-2020-Q1.csv: 1 kpi_metrics');
    expect(output).toMatch(/2 files archived in [\d.]+ s/);
    expect((await retention()).output).toContain('No rows have been kept long enough');
    for (const file of await files()) {
      const restored = await retention('--restore', join(directory, file));
      expect(restored).toMatchObject({ code: 0, errors: '' });
      expect(restored.output).toContain('1 row put back');
    }
    expect(await everything(client)).toEqual(before);
  });

  it("keeps what it writes its owner's alone", async () => {
    await insertPost(client, ago(91));
    await retention();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(directory)) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  });

  it('says beforehand what it would do, and does not even make a folder', async () => {
    await insertPost(client, ago(91));
    const { code, output } = await retention('--dry-run');
    expect(code).toBe(0);
    expect(output).toContain('posts: 1 row to be archived and deleted');
    expect(await rowsOf(client, 'posts')).toHaveLength(1);
    await expect(stat(directory)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['a folder that is missing in production', [], { NODE_ENV: 'production' }, /is not a folder. Create it, mount it/],
    ['an empty name of a folder', ['--directory', ''], {}, /--directory is empty. Name the folder/],
    ['a folder that can not be made', ['--directory', '/proc/nope'], {}, /is not a folder. Create it/],
    ['a file that is no archive', ['--restore', 'package.json'], {}, /is not an archive/],
    ['an option that it does not know', ['--everything'], {}, /unknown option/],
    ['a server that is not there', [], { DATABASE_URL: 'postgres://u@127.0.0.1:1/d' }, /No server is listening/],
  ])('refuses %s in one line', async (_, argv, environment, message) => {
    await insertPost(client, ago(91));
    const { code, errors } = await start(['--directory', directory, ...argv], environment).ended;
    expect(code).toBe(1);
    expect(errors).toMatch(message);
    expect(errors.trim().split('\n')).toHaveLength(1);
    expect(await rowsOf(client, 'posts')).toHaveLength(1);
  });

  it('explains itself', async () => {
    const { code, output } = await retention('--help');
    expect(code).toBe(0);
    // As each entity declares it.
    expect(output).toContain(`
How long rows are kept:
  posts        90 days after detected_at, then archived to JSON and deleted, with its decisions and mentions
  kpi_metrics  2 years, then archived to CSV, a file a quarter, and deleted
  audit_logs   3 years, then archived to compressed JSON, a file a year, and deleted
`);
    expect(output).toContain('Exit codes');
  });
});

describeOnServer('npm run retention, on a server', () => {
  it('needs no more memory for 120 MB than for a row', async () => {
    await client.query(`INSERT INTO audit_logs (entity_type, entity_id, action, actor, created_at, details_json)
      SELECT 'post', gen_random_uuid(), 'seen', 'antone', '2020-01-01'::timestamptz + n * interval '1 second',
        jsonb_build_object('text', repeat(n::text, 1000)) FROM generate_series(10001, 34000) n`);
    const digest = 'SELECT count(*), md5(string_agg(md5(rows::text), NULL ORDER BY id)) FROM audit_logs AS rows';
    const before = (await client.query(digest)).rows;
    const limit = { NODE_OPTIONS: `${process.env.NODE_OPTIONS} --max-old-space-size=100` };
    const archived = await start(['--directory', directory], limit).ended;
    expect(archived).toMatchObject({ code: 0, errors: '' });
    const file = join(directory, 'audit_logs-2020.json.gz');
    expect(await start(['--restore', file], limit).ended).toMatchObject({ code: 0, errors: '' });
    expect((await client.query(digest)).rows).toEqual(before);
  }, 180_000);

  it('needs no more rights than those of app_service', async () => {
    await insertPost(client, ago(91));
    await insert(client, 'audit_logs', { created_at: '2020-01-01' });
    const login = `retention_${randomBytes(6).toString('hex')}`;
    await client.query(`CREATE ROLE ${login} LOGIN PASSWORD '${login}' IN ROLE ${appService.name}`);
    try {
      const url = new URL(database.url);
      url.username = url.password = login;
      const { code, errors } = await start(['--directory', directory], { DATABASE_URL: url.href }).ended;
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect(await files()).toHaveLength(2);
    } finally {
      await client.query(`DROP ROLE ${login}`);
    }
  });
});
