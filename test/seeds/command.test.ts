import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyDatabase, type TestDatabase } from '../databases';
import { seed } from './command';

describe('npm run seed', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await emptyDatabase();
  });

  afterAll(() => database.close());

  it('needs nothing but Node: the first time it makes the database, the second time it finds all done', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seeds-'));
    try {
      const embedded = { DATABASE_DIRECTORY: join(folder, 'data') };
      const first = await seed([], embedded);
      expect(first).toMatchObject({ code: 0, stderr: '' });
      expect(first.stdout).toMatch(
        /│ all +│ +(\d+) │ +\1 │\n[└─┴┘]+\nSeeded in [\d.]+ s\.\nDatabase: postgres:\/\/.*\nNext: "npm run db"/,
      );
      const second = await seed([], embedded);
      expect(second).toMatchObject({ code: 0, stderr: '' });
      expect(second.stdout).toMatch(/^Already seeded with --seed 42 at scale 1: there is nothing to do\.\nDatabase: /);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 180_000);

  it.each<[string, string[], string, NodeJS.ProcessEnv?]>([
    [
      'more names of competitors than there can be',
      ['--rows', 'competitors=1000000'],
      "competitors can't have 1000000 rows: its factory makes at most 77936.",
    ],
    [
      'more metrics than days have',
      ['--rows', 'kpi_metrics=10801'],
      "kpi_metrics can't have 10801 rows: its factory makes at most 10800.",
    ],
    [
      'production',
      [],
      'This is a production database, where demo data does not belong. Give --force to add it anyway.',
      { NODE_ENV: 'production' },
    ],
    ['a flag that it does not know', ['--nosuch'], "error: unknown option '--nosuch'"],
    [
      'a server that does not answer',
      [],
      'No server is listening at postgres://ada:***@127.0.0.1:1/none: start the server, or correct host and port in the connection URL (DATABASE_URL).',
      { DATABASE_URL: 'postgres://ada:secret@127.0.0.1:1/none' },
    ],
  ])('refuses %s in one line', async (_, parameters, line, set = {}) => {
    expect(await seed(parameters, { DATABASE_URL: database.url, ...set })).toEqual({
      code: 1,
      stdout: '',
      stderr: `${line}\n`,
    });
    const { rows } = await (await database.connect()).query(`SELECT FROM pg_tables WHERE schemaname = 'public'`);
    expect(rows).toHaveLength(0);
  });

  it('runs the migrations and fills what is asked for', async () => {
    const { code, stdout, stderr } = await seed(['--only', 'tasks', '--seed', '7'], { DATABASE_URL: database.url });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { rows } = await (await database.connect()).query('SELECT count(*)::integer FROM tasks');
    expect(rows).toEqual([{ count: Number(/│ tasks +│ +(\d+)/.exec(stdout)![1]) }]);
  });
});
