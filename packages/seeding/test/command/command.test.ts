import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withoutPassword } from '@entity-backend/schema';
import { seedCommand } from '../../src/command/options';
import { emptyDatabase, type TestDatabase } from '../databases';
import { entitySeed, start } from './command';

const NOBODY_LISTENS = 'postgres://ada:secret@127.0.0.1:1/none';

describe('entity-seed', () => {
  it('explains itself', async () => {
    const { code, stdout, stderr } = await entitySeed(['--help'], { DATABASE_URL: NOBODY_LISTENS });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { long } of seedCommand().options) expect(stdout).toContain(`${long} `);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it.each([
    ['a flag that it does not know', ['--nosuch'], /^error: unknown option '--nosuch'\n$/],
    ['a server that does not answer', [], /^[^\n]*start the server[^\n]*\n$/],
  ])('refuses %s in one line', async (_, parameters, line) => {
    const { code, stdout, stderr } = await entitySeed(parameters, { DATABASE_URL: NOBODY_LISTENS });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(line);
    expect(stderr).not.toContain('secret');
  });

  describe('into files, without a database', () => {
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'seeds-'));
    });

    afterAll(() => rm(folder, { recursive: true }));

    it('writes a script to the standard output, and all else beside it', async () => {
      const { code, stdout, stderr } = await entitySeed(['--to-sql', '-', '--only', 'tasks'], {
        DATABASE_URL: NOBODY_LISTENS,
      });
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^-- Demo data.*\n\nBEGIN;[^]*COPY "tasks" \("id", [^]*\n\\\.\n[^]*COMMIT;\nANALYZE "users", "tasks";\n$/,
      );
      expect(stderr).toMatch(/│ tasks +│[^]*\nWritten in [\d.]+ s\.\nFile: standard output\nNext: psql/);
    });

    it('makes the same files each time, and reports in JSON', async () => {
      const [one, two] = [join(folder, 'one'), join(folder, 'two')];
      const only = ['--only', 'replies', '--scale', '100'];
      const { code, stdout } = await entitySeed(['--to-csv', one, ...only], { DATABASE_URL: NOBODY_LISTENS });
      expect(code).toBe(0);
      expect(stdout).toContain(`Folder: ${one}\nNext: in psql`);
      const { stdout: report } = await entitySeed(['--to-csv', two, ...only, '--json'], {
        DATABASE_URL: NOBODY_LISTENS,
      });
      const { tables } = JSON.parse(report) as { tables: { name: string }[] };
      expect(await readdir(two)).toEqual(tables.map(({ name }) => `${name}.csv`).sort());
      for (const name of await readdir(one)) {
        expect(await readFile(join(two, name), 'utf8')).toBe(await readFile(join(one, name), 'utf8'));
      }
    });

    it.each([
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const)('leaves nothing half done after %s', async (signal, code) => {
      const own = await mkdtemp(join(folder, 'stopped-'));
      const { child, ended } = start(['--profile', 'load', '--to-sql', join(own, 'load.sql')], {
        DATABASE_URL: NOBODY_LISTENS,
      });
      while ((await readdir(own)).length === 0 && child.exitCode === null) await sleep(5);
      child.kill(signal);
      expect(await ended).toEqual({ code, stdout: '', stderr: 'Stopped: no files have been written.\n' });
      expect(await readdir(own)).toEqual([]);
    });

    it('refuses a folder that does not exist in one line', async () => {
      const path = join(folder, 'no/such.sql');
      expect(await entitySeed(['--to-sql', path], { DATABASE_URL: NOBODY_LISTENS })).toEqual({
        code: 1,
        stdout: '',
        stderr: `${path} can't be written: no such file or directory.\n`,
      });
    });
  });

  describe('on a database', () => {
    let database: TestDatabase;

    beforeAll(async () => {
      database = await emptyDatabase();
    });

    afterAll(() => database.close());

    it('shows what a dry run would do, before there are tables', async () => {
      const { code, stdout } = await entitySeed(['--dry-run', '--only', 'tasks'], { DATABASE_URL: database.url });
      expect(code).toBe(0);
      expect(stdout).toContain('to be added');
      expect(stdout).toMatch(/│ all +│ +(\d+) │ +\1 │/);
      expect(stdout).toContain('Dry run: nothing was changed.');
      const { rows } = await (await database.connect()).query(`SELECT FROM pg_tables WHERE schemaname = 'public'`);
      expect(rows).toHaveLength(0);
    });

    it('refuses a table that does not exist and production in one line', async () => {
      const unknown = await entitySeed(['--only', 'nosuch'], { DATABASE_URL: database.url });
      expect(unknown).toMatchObject({ code: 1, stdout: '' });
      expect(unknown.stderr).toMatch(/^There is no table nosuch for --only: choose from .*\.\n$/);
      expect(await entitySeed([], { DATABASE_URL: database.url, NODE_ENV: 'production' })).toEqual({
        code: 1,
        stdout: '',
        stderr: 'This is a production database, where demo data does not belong. Give --force to add it anyway.\n',
      });
    });

    it.each([
      [
        'more names of competitors than there can be',
        ['--rows', 'competitors=1000000'],
        "competitors can't have 1000000 rows: its factory makes at most 78.",
      ],
      [
        'more metrics than days have',
        ['--rows', 'metrics=1081'],
        "metrics can't have 1081 rows: its factory makes at most 1080.",
      ],
      [
        'too few rows for those that refer to them',
        ['--rows', 'posts=4000,authors=20'],
        '--rows authors=20 is too few: 4000 rows of posts need 2000. Ask for more authors, or for fewer posts.',
      ],
      [
        'a negative number of rows',
        ['--rows', 'posts=-1'],
        "error: option '--rows <table=n>' argument 'posts=-1' is invalid. Give a whole number from 0 to 4294967296.",
      ],
      [
        'a negative scale',
        ['--scale', '-1'],
        "error: option '--scale <n>' argument '-1' is invalid. Give a whole number from 1 to 1000000.",
      ],
    ])('refuses %s in one line', async (_, parameters, line) => {
      expect(await entitySeed(parameters, { DATABASE_URL: database.url })).toEqual({
        code: 1,
        stdout: '',
        stderr: `${line}\n`,
      });
      const { rows } = await (await database.connect()).query(`SELECT FROM pg_tables WHERE schemaname = 'public'`);
      expect(rows).toHaveLength(0);
    });

    it('refuses what can’t be with --json as without: a line, and no document', async () => {
      expect(await entitySeed(['--json', '--rows', 'post=3'], { DATABASE_URL: database.url })).toEqual({
        code: 1,
        stdout: '',
        stderr: 'There is no table post for --rows: did you mean posts?\n',
      });
    });

    it('runs the migrations and fills what is asked for, without a progress bar in a file', async () => {
      const { code, stdout, stderr } = await entitySeed(['--only', 'tasks', '--seed', '7'], {
        DATABASE_URL: database.url,
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).not.toContain('\u001b');
      expect(stdout).toMatch(/│ users +│ +10 │ +10 │\n│ tasks +│ +(\d+) │ +\1 │\n│ all/);
      const { rows } = await (await database.connect()).query('SELECT count(*)::integer FROM tasks');
      expect(rows).toEqual([{ count: Number(/│ tasks +│ +(\d+)/.exec(stdout)![1]) }]);
    });

    it('reports in JSON, one document', async () => {
      const parameters = ['--json', '--append', '--only', 'tasks', '--rows', 'tasks=5', '--seed', '7'];
      const set = { DATABASE_URL: database.url, DATABASE_LOG: 'true' };
      const { code, stdout, stderr } = await entitySeed(parameters, set);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const report = JSON.parse(stdout) as { tables: object[] };
      expect(report).toMatchObject({ database: withoutPassword(database.url), seed: 7, scale: 0, dryRun: false });
      expect(report.tables).toContainEqual({
        name: 'tasks',
        rows: expect.any(Number) as number,
        added: 5,
        removed: 0,
        seconds: expect.any(Number) as number,
      });
    });

    it('refuses a database that holds rows of somebody else in one line', async () => {
      const client = await database.connect();
      await client.query(`INSERT INTO competitors (name) VALUES ('Acme')`);
      expect(await entitySeed(['--only', 'competitors', '--seed', '7'], { DATABASE_URL: database.url })).toEqual({
        code: 1,
        stdout: '',
        stderr:
          'The database has rows that are not demo data, in competitors (1). Seed an empty database, or give --force to add demo rows beside them.\n',
      });
      expect((await client.query('SELECT name FROM competitors')).rows).toEqual([{ name: 'Acme' }]);
    });
  });
});
