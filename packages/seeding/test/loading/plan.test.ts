import type { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { RowSet } from '../../src/loading/inventory';
import { seed, type SeedOptions } from '../../src/loading/seeder';
import type { Table } from '../../src/rows/table';
import { sampleDatabase, type TestDatabase } from '../databases';
import { BASIS, messageOf, sampleTables } from '../metadata';
import { factories } from '../sample/seeds';

const OPTIONS: SeedOptions = { ...BASIS, scale: 1 };

let database: TestDatabase;
let dataSource: DataSource;
let client: Client;
let tables: Table[];

beforeAll(async () => {
  database = await sampleDatabase();
  dataSource = await database.dataSource();
  client = await database.connect();
  tables = await sampleTables();
});

afterAll(() => database.close());

async function empty(): Promise<void> {
  await client.query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
}

function table(name: string): Table {
  return tables.find((one) => one.name === name)!;
}

/** How many rows have been added to each table. */
async function run(options: Partial<SeedOptions>): Promise<Record<string, number>> {
  const plans = await seed(dataSource, factories, { ...OPTIONS, ...options });
  return Object.fromEntries(plans.filter(({ added }) => added > 0).map((plan) => [plan.table.name, plan.added]));
}

async function count(name: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(`SELECT count(*)::integer FROM ${name}`);
  return rows[0].count;
}

describe('--rows', () => {
  beforeEach(empty);

  it('fills a table with exactly so many rows, and what they need', async () => {
    const added = await run({ only: ['tasks'], rows: { tasks: 100 } });
    expect(added).toEqual({ users: table('tasks').shape.placement!.parentOf(99) + 1, tasks: 100 });
    expect(await count('tasks')).toBe(100);
  });

  it('counts the rows that are there', async () => {
    await run({ only: ['tasks'] });
    const before = await count('tasks');
    expect(await run({ only: ['tasks'], rows: { tasks: before + 5 } })).toMatchObject({ tasks: 5 });
    expect(await run({ only: ['tasks'], rows: { tasks: 3 } })).toEqual({});
    expect(await count('tasks')).toBe(before + 5);
  });

  it('fills all tables when a half scale of some is asked for', async () => {
    const rows = { users: 7, posts: 33, metrics: 5 };
    expect(await run({ rows })).toMatchObject(rows);
    const { rows: lonely } = await client.query(
      'SELECT FROM users WHERE NOT EXISTS (SELECT FROM settings WHERE user_id = users.id)',
    );
    expect(lonely).toHaveLength(0);
  });
});

describe('--append', () => {
  beforeEach(empty);

  it('adds a scale more each time', async () => {
    const only = ['tasks', 'decisions'];
    const first = await run({ append: true, only });
    expect(first).toEqual(await run({ dryRun: true, reset: true, only }));
    const { users, posts } = first;
    expect(await run({ append: true, only })).toMatchObject({ users, posts });
    expect(await run({ append: true, only, scale: 2 })).toMatchObject({ users: 2 * users, posts: 2 * posts });
    expect(await count('posts')).toBe(4 * posts);
    // They are the rows of scale 4, as if it had been asked for from the start.
    expect(await run({ scale: 4, only: ['posts', 'tasks'] })).toEqual({});
  });

  it('adds exactly so many rows of a table, and what they need', async () => {
    await run({ only: ['tasks'] });
    const before = await count('tasks');
    const added = await run({ append: true, scale: 0, rows: { tasks: 5 }, only: ['tasks'] });
    const parents = table('tasks').shape.placement!.parentOf(before + 4) + 1;
    expect(added).toEqual({ users: parents - 10, tasks: 5 });
    expect(await count('tasks')).toBe(before + 5);
  });

  it('fills gaps first, so that no row refers to one that is gone', async () => {
    await run({ only: ['posts'] });
    await client.query('DELETE FROM posts WHERE id = $1', [table('posts').key(3)]);
    const before = await count('posts');
    expect(await run({ append: true, scale: 0, rows: { posts: 2 }, only: ['posts'] })).toMatchObject({ posts: 2 });
    const { rows } = await client.query('SELECT FROM posts WHERE id = $1', [table('posts').key(3)]);
    expect(rows).toHaveLength(1);
    expect(await count('posts')).toBe(before + 2);
  });

  it('keeps rows that no seeder made, and those of other seeds', async () => {
    await client.query(`INSERT INTO users (email) VALUES ('ada@example.org')`);
    await run({ append: true, only: ['tasks'], seed: 7 });
    const tasks = await count('tasks');
    expect(await run({ append: true, only: ['tasks'] })).toEqual({ users: 10, tasks });
    expect(await count('users')).toBe(21);
    expect(await messageOf(run({ only: ['tasks'] }))).toContain('rows that are not demo data');
  });

  it('is refused where another seed has taken a value that is unique, and says what to do', async () => {
    await run({ only: ['competitors'], seed: 7 });
    const before = await count('competitors');
    expect(await messageOf(run({ append: true, only: ['competitors'] }))).toMatch(
      /^Nothing was changed, because PostgreSQL refused a row: duplicate key .*"uq_competitors_name"\. Key \(name\)=.* Give the --seed that made it, or --reset to replace the demo rows\.$/,
    );
    expect(await run({ append: true, only: ['competitors'], seed: 7 })).toMatchObject({ competitors: before });
    expect(await run({ reset: true, only: ['competitors'] })).toEqual({ competitors: before });
    expect(await count('competitors')).toBe(before);
  });

  it('is refused where a table can’t have as many, and adds what it can where a scale is asked for', async () => {
    const most = table('metrics').rows(1e6);
    await run({ only: ['metrics'], rows: { metrics: most - 6 } });
    expect(await messageOf(run({ append: true, scale: 0, rows: { metrics: 7 } }))).toBe(
      `metrics can't have ${most + 1} rows: its factory makes at most ${most}.`,
    );
    expect(await run({ append: true, only: ['metrics'] })).toEqual({ metrics: 6 });
    expect(await run({ append: true, only: ['metrics'] })).toEqual({});
  });
});

describe('the largest limit below which so many rows are missing', () => {
  it.each([
    [[], 0, 0],
    [[], 3, 3],
    [[0, 1, 2], 0, 3],
    [[0, 1, 2], 2, 5],
    [[0, 2, 3], 0, 1],
    [[0, 2, 3], 1, 4],
    [[0, 2, 3], 2, 5],
  ])('of %j, %i missing, is %i', (rows, missing, limit) => {
    const set = new RowSet();
    for (const row of rows) set.add(row);
    expect(set.limitOf(missing)).toBe(limit);
  });
});
