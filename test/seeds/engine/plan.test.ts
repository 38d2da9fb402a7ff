import type { Client } from 'pg';
import { entities } from '../../../src/entities';
import type { EntityDataSource } from '../../../src/database/data-source';
import { UserError } from '../../../packages/schema/src/errors';
import { RowSet } from '../../../packages/seeding/src/inventory';
import { seed, type SeedOptions } from '../../../packages/seeding/src/seeder';
import { compileTables, type Table } from '../../../packages/seeding/src/tables';
import { factories } from '../../../seeds/factories';
import { migratedDatabase, type TestDatabase } from '../../databases';
import { metadataOf } from '../metadata';

const OPTIONS: SeedOptions = { seed: 42, scale: 1, referenceDate: new Date('2026-01-01T12:00:00Z') };

let database: TestDatabase;
let dataSource: EntityDataSource;
let client: Client;
let tables: Table[];

beforeAll(async () => {
  database = await migratedDatabase();
  dataSource = await database.dataSource();
  client = await database.connect();
  tables = compileTables(await metadataOf(entities), factories, OPTIONS);
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

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).not.toContain('\n');
  return (error as UserError).message;
}

describe('--rows', () => {
  beforeEach(empty);

  it('fills a table with exactly so many rows, and what they need', async () => {
    const added = await run({ only: ['tasks'], rows: { tasks: 100 } });
    expect(added).toEqual({ users: table('tasks').placement!.parentOf(99) + 1, tasks: 100 });
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
    const rows = { users: 7, posts: 33, kpi_metrics: 5 };
    expect(await run({ rows })).toMatchObject(rows);
    const { rows: lonely } = await client.query(
      'SELECT FROM users WHERE NOT EXISTS (SELECT FROM user_engagement_states WHERE user_id = users.id)',
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
    const parents = table('tasks').placement!.parentOf(before + 4) + 1;
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
    await client.query(`INSERT INTO users (email, sso_provider, sso_id) VALUES ('ada@example.org', 'saml', 'ada')`);
    await run({ append: true, only: ['tasks'], seed: 7 });
    const tasks = await count('tasks');
    expect(await run({ append: true, only: ['tasks'] })).toEqual({ users: 10, tasks });
    expect(await count('users')).toBe(21);
    expect(await messageOf(run({ only: ['tasks'] }))).toContain('rows that are no demo data');
  });

  it('is refused where another seed has taken a value that is unique, and says what to do', async () => {
    await run({ only: ['competitors'], seed: 7 });
    const before = await count('competitors');
    expect(await messageOf(run({ append: true, only: ['competitors'] }))).toMatch(
      /^Nothing has been changed, since a row is refused: duplicate key .*"uq_competitors_name"\. Key \(name\)=.* give the --seed that made it, or --reset to replace the demo rows\.$/,
    );
    expect(await run({ append: true, only: ['competitors'], seed: 7 })).toMatchObject({ competitors: before });
    expect(await run({ reset: true, only: ['competitors'] })).toEqual({ competitors: before });
    expect(await count('competitors')).toBe(before);
  });

  it('is refused where a table can’t have as many, and adds what it can where a scale is asked for', async () => {
    const most = table('kpi_metrics').rows(1e6);
    await run({ only: ['kpi_metrics'], rows: { kpi_metrics: most - 10 } });
    expect(await messageOf(run({ append: true, scale: 0, rows: { kpi_metrics: 11 } }))).toBe(
      `kpi_metrics can't have ${most + 1} rows: its factory makes ${most} and no more.`,
    );
    expect(await run({ append: true, only: ['kpi_metrics'] })).toEqual({ kpi_metrics: 10 });
    expect(await run({ append: true, only: ['kpi_metrics'] })).toEqual({});
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
