import { pipeline } from 'node:stream/promises';
import { type Client, escapeIdentifier } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { DataSource } from 'typeorm';
import type { TablePlan } from '../../src/loading/plan';
import { type OnProgress, seed, type SeedOptions } from '../../src/loading/seeder';
import { defineFactory, type Factory, perParent, perScale } from '../../src/shape/factory';
import { digestsOf } from '../database-state';
import { anotherDataSource, describeOnServer, sampleDatabase, type TestDatabase, urlFor } from '../databases';
import { BASIS, messageOf } from '../metadata';
import { Task, WeightLog } from '../sample/entities';
import { deleteSettings, factories, migrateHint } from '../sample/seeds';

const OPTIONS: SeedOptions = { ...BASIS, scale: 1, deleteSettings, migrateHint };

let database: TestDatabase;
let dataSource: DataSource;
let client: Client;
/** How many rows there are of scale 1. */
let all: number;

beforeAll(async () => {
  database = await sampleDatabase();
  dataSource = await database.dataSource();
  client = await database.connect();
  all = (await run({ dryRun: true })).added;
});

afterAll(() => database.close());

/** The numbers of all tables together. */
interface Sums {
  kept: number;
  removed: number;
  added: number;
}

async function run(options: Partial<SeedOptions> = {}, onProgress?: OnProgress, made = factories): Promise<Sums> {
  const plans = await seed(dataSource, made, { ...OPTIONS, ...options }, onProgress);
  const sum = (what: keyof Sums): number => plans.reduce((total, plan: TablePlan) => total + plan[what], 0);
  return { kept: sum('kept'), removed: sum('removed'), added: sum('added') };
}

function tableNames(): string[] {
  return dataSource.entityMetadatas.map(({ tableName }) => tableName).sort();
}

async function empty(): Promise<void> {
  await client.query(`TRUNCATE ${tableNames().join(', ')}`);
}

/** What tables hold, as text. */
async function contents(table: string, on: Client = client): Promise<string[]> {
  let text = '';
  const rows = copyTo(`COPY (SELECT * FROM ${escapeIdentifier(table)} AS r ORDER BY r::text) TO STDOUT`);
  await pipeline(on.query(rows), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) text += chunk.toString('utf8');
  });
  return text.split('\n').slice(0, -1);
}

async function counts(on: Client = client): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of tableNames()) found[table] = (await contents(table, on)).length;
  return found;
}

it('fills every table', async () => {
  await empty();
  await run({ scale: 5 });
  for (const count of Object.values(await counts())) expect(count).toBeGreaterThan(0);
});

describe('seeding again', () => {
  beforeAll(async () => {
    await empty();
    await run();
  });

  it('changes nothing', async () => {
    const before = await digestsOf(client);
    expect(await run()).toMatchObject({ added: 0, removed: 0 });
    expect(await digestsOf(client)).toEqual(before);
  });

  it('puts back what was deleted, and nothing else', async () => {
    const [before, counted] = [await digestsOf(client), await counts()];
    await client.query(`DELETE FROM users WHERE email = (SELECT min(email) FROM users)`);
    await client.query(`DELETE FROM posts WHERE id IN (SELECT id FROM posts LIMIT 3)`);
    const { added } = await run();
    expect(added).toBeGreaterThan(4);
    // Deleting a post leaves its replies, without their decision: nobody's row is changed.
    const after = await digestsOf(client);
    const { replies, ...others } = after;
    expect(before).toMatchObject(others);
    expect(await counts()).toEqual(counted);
    expect(replies).not.toBe(undefined);
  });

  it('with a larger scale adds the rows that are missing', async () => {
    await run({ reset: true });
    const small: Record<string, string[]> = {};
    for (const table of tableNames()) small[table] = await contents(table);
    const { kept, added } = await run({ scale: 3 });
    expect(kept).toBe(Object.values(small).flat().length);
    expect(added).toBeGreaterThan(kept);
    const grown = await digestsOf(client);
    for (const table of tableNames()) {
      const rows = new Set(await contents(table));
      expect(small[table].filter((row) => !rows.has(row))).toEqual([]);
    }
    expect(await run({ scale: 2 })).toMatchObject({ added: 0 });

    // As if it had had that scale from the start.
    await run({ scale: 3, reset: true });
    expect(await digestsOf(client)).toEqual(grown);
  });

  it('with another seed is refused, unless by --reset', async () => {
    await run({ reset: true });
    const before = await digestsOf(client);
    expect(await messageOf(run({ seed: 7 }))).toBe(
      'The database has the demo data of --seed 42, not 7. Give --reset to replace it, or that seed.',
    );
    expect(await digestsOf(client)).toEqual(before);
    expect(await run({ seed: 7, reset: true })).toEqual({ kept: 0, removed: all, added: all });
    const after = await digestsOf(client);
    expect(tableNames().filter((table) => after[table] === before[table])).toEqual([]);
    await run({ reset: true });
    expect(await digestsOf(client)).toEqual(before);
  });

  it('with another reference date moves all dates', async () => {
    await run({ reset: true, referenceDate: new Date('2024-06-01T00:00:00Z') });
    const { rows } = await client.query<{ latest: Date }>('SELECT max(detected_at) AS latest FROM posts');
    expect(rows[0].latest.getTime()).toBeLessThan(Date.parse('2024-06-01T00:00:00Z'));
    expect(rows[0].latest.getTime()).toBeGreaterThan(Date.parse('2024-05-01T00:00:00Z'));
  });
});

it('makes the same rows for two that seed at once, once', async () => {
  await empty();
  const second = await anotherDataSource(database.url);
  try {
    const [mine, theirs] = await Promise.all([seed(dataSource, factories, OPTIONS), seed(second, factories, OPTIONS)]);
    const added = [...mine, ...theirs].reduce((sum, plan) => sum + plan.added, 0);
    expect(added).toBe(all);
    expect(Object.values(await counts()).reduce((sum, count) => sum + count, 0)).toBe(all);
  } finally {
    await second.destroy();
  }
});

describe('--only', () => {
  beforeEach(empty);

  it('fills the tables and those that they refer to', async () => {
    await run({ only: ['replies', 'tasks'] });
    const filled = Object.entries(await counts()).filter(([, count]) => count > 0);
    expect(filled.map(([table]) => table)).toEqual([
      'authors',
      'decisions',
      'experiments',
      'posts',
      'replies',
      'tasks',
      'users',
    ]);
  });

  it('makes the rows that there are without it', async () => {
    await run({ only: ['decisions'] });
    const some = await digestsOf(client);
    await run();
    const all = await digestsOf(client);
    for (const table of ['authors', 'posts', 'experiments', 'decisions']) expect(all[table]).toBe(some[table]);
  });

  it('refuses a table that does not exist', async () => {
    expect(await messageOf(run({ only: ['tasks', 'nosuch'] }))).toMatch(
      /^There is no table nosuch for --only: choose from authors, competitors, .*, weight_logs\.$/,
    );
  });
});

describe('rows that are no demo data', () => {
  beforeEach(async () => {
    await empty();
    await client.query(`INSERT INTO competitors (name) VALUES ('Acme')`);
    await client.query(`INSERT INTO users (email) VALUES ('ada@example.org')`);
    await client.query(`INSERT INTO tasks (user_id, title) SELECT id, 'Sum up' FROM users`);
  });

  it('are a reason to refuse', async () => {
    const before = await digestsOf(client);
    expect(await messageOf(run())).toBe(
      'The database has rows that are not demo data, in competitors (1), users (1), tasks (1). ' +
        'Seed an empty database, or give --force to add demo rows beside them.',
    );
    expect(await messageOf(run({ only: ['metrics'] }))).toContain('in competitors (1), users (1), tasks (1)');
    expect(await messageOf(run({ reset: true }))).toContain('give --force to replace the demo rows among them');
    expect(await digestsOf(client)).toEqual(before);
  });

  it('stay with --force, and with --reset --force', async () => {
    expect(await run({ force: true })).toEqual({ kept: 3, added: all, removed: 0 });
    expect(await run({ force: true, reset: true, only: ['tasks'] })).toEqual({ kept: 3, added: 38, removed: all });
    const { rows } = await client.query(
      `SELECT title FROM tasks JOIN users ON users.id = user_id WHERE email = 'ada@example.org'`,
    );
    expect(rows).toEqual([{ title: 'Sum up' }]);
  });

  it('lets triggers know what demo rows are deleted for', async () => {
    await run({ force: true });
    const refused = run({ force: true, reset: true, deleteSettings: {} });
    await expect(refused).rejects.toThrow('history stays');
    expect(await run({ force: true, reset: true })).toEqual({ kept: 3, added: all, removed: all });
  });

  it('are not touched when a demo row takes their place', async () => {
    await client.query(`UPDATE competitors SET name = 'Brand 0'`);
    const before = await digestsOf(client);
    expect(await messageOf(run({ force: true }))).toBe(
      'Nothing was changed, because PostgreSQL refused a row: duplicate key value violates unique constraint "uq_competitors_name". ' +
        'Key (name)=(Brand 0) already exists. COPY competitors, line 1. An existing row has this value, ' +
        'which can happen with rows of two seeds. Give the --seed that made it, or --reset to replace the demo rows.',
    );
    expect(await digestsOf(client)).toEqual(before);
  });
});

describe('a failure leaves the database as it was', () => {
  const failing = (log: Parameters<typeof defineFactory<WeightLog>>[2], rows = 8): Factory[] => [
    ...factories.filter(({ entity }) => entity !== WeightLog),
    defineFactory(WeightLog, perScale(rows), { action: 'adjusted', validSegments: 1, totalSegments: 2, ...log }),
  ];

  it('of a factory, after other tables have been filled', async () => {
    await empty();
    const sent: string[] = [];
    // Rows from the first to the last are tried before any is sent, but by far not all.
    const action = ({ index }: { index: number }): string => {
      if (index === 105) throw new Error('out of ideas');
      return 'adjusted';
    };
    const made = failing({ action }, 110);
    const message = await messageOf(run({}, (table) => sent.push(table), made));
    expect(message).toBe('weight_logs.action, row 105: out of ideas.');
    expect(sent).toContain('authors');
    expect(new Set(Object.values(await counts()))).toEqual(new Set([0]));
  });

  it('of a rule of the database', async () => {
    await empty();
    const made = failing({ validSegments: ({ index }) => (index === 105 ? 3 : 1), totalSegments: 2 }, 110);
    expect(await messageOf(run({}, undefined, made))).toMatch(
      /^Nothing was changed, because PostgreSQL refused a row: .*"chk_weight_logs_segments"\. .*COPY weight_logs, line 106/,
    );
    expect(new Set(Object.values(await counts()))).toEqual(new Set([0]));
  });

  it('of a CHECK over several columns, before any row is sent', async () => {
    await empty();
    expect(await messageOf(run({}, undefined, failing({ validSegments: 3, totalSegments: 2 })))).toBe(
      'weight_logs.validSegments, totalSegments, row 0: validSegments 3, totalSegments 2 violate CHECK chk_weight_logs_segments. Change the factory so that its values satisfy it.',
    );
    expect(new Set(Object.values(await counts()))).toEqual(new Set([0]));
  });

  it('with --reset too', async () => {
    await empty();
    await run();
    const before = await digestsOf(client);
    const made = failing({ action: 'a\0' });
    expect(await messageOf(run({ reset: true, scale: 2 }, undefined, made))).toContain('NUL');
    expect(await digestsOf(client)).toEqual(before);
    expect(await run()).toMatchObject({ added: 0 });
  });
});

it('--dry-run tells what would be done and does nothing', async () => {
  await empty();
  expect(await run({ dryRun: true })).toEqual({ kept: 0, added: all, removed: 0 });
  expect(new Set(Object.values(await counts()))).toEqual(new Set([0]));
  await run();
  const before = await digestsOf(client);
  expect(await run({ dryRun: true, seed: 7, reset: true })).toEqual({ kept: 0, added: all, removed: all });
  expect(await digestsOf(client)).toEqual(before);
});

it('refuses production, unless by --force', async () => {
  await empty();
  expect(await messageOf(run({ inProduction: true }))).toBe(
    'This is a production database, where demo data does not belong. Give --force to add it anyway.',
  );
  expect(new Set(Object.values(await counts()))).toEqual(new Set([0]));
  await run({ inProduction: true, force: true });
  expect((await counts()).users).toBe(10);
});

it('refuses a scale at which rows could not be told apart', async () => {
  expect(await messageOf(run({ scale: 1e9, only: ['posts'] }))).toBe(
    'Scale 1000000000 asks for more than 4294967296 rows in authors. Give a smaller number.',
  );
});

it('tells how far it is', async () => {
  await empty();
  const heard: [string, number, number][] = [];
  await run({ only: ['tasks'] }, (...progress) => heard.push(progress));
  expect(heard).toEqual([
    // When it has their rows, and when the server has finished with them.
    ['users', 10, 38],
    ['users', 10, 38],
    ['tasks', 38, 38],
    ['tasks', 38, 38],
  ]);
});

it('says when the database is behind the entities', async () => {
  await empty();
  await client.query('ALTER TABLE tasks RENAME COLUMN completed TO done');
  expect(await messageOf(run())).toBe(
    'The database is behind the entities (column "completed" of relation "tasks" does not exist): ' +
      'run the migrations of the sample.',
  );
  await client.query('ALTER TABLE tasks RENAME COLUMN done TO completed');
  await client.query('ALTER TABLE tasks RENAME TO chores');
  expect(await messageOf(run())).toContain('behind the entities (relation "tasks" does not exist)');
  await client.query('ALTER TABLE chores RENAME TO tasks');
});

describe('a table without a factory', () => {
  it('is filled all the same', async () => {
    await empty();
    const others = factories.filter(({ entity }) => entity !== Task);
    await run({ only: ['tasks'] }, undefined, others);
    expect(await counts()).toMatchObject({ tasks: 10, users: 10 });
    await run({ only: ['tasks'], reset: true }, undefined, [
      ...others,
      defineFactory(Task, perParent('user', [3]), {}),
    ]);
    expect(await counts()).toMatchObject({ tasks: 30, users: 10 });
  });
});

describeOnServer('on a server', () => {
  it('a transaction that has written to a table is not waited for without end', async () => {
    await empty();
    await client.query('BEGIN');
    await client.query(`INSERT INTO competitors (name) VALUES ('Acme')`);
    try {
      expect(await messageOf(run())).toBe('Another transaction is using the tables. Try again when it has ended.');
    } finally {
      await client.query('ROLLBACK');
    }
  });

  it('the owner of tables with forced policies can seed them, and they stay forced', async () => {
    const server = await sampleDatabase();
    const admin = await server.connect();
    const role = `seeds_owner_${process.pid}`;
    const forced = `SELECT array_agg(relname ORDER BY relname) AS tables FROM pg_class WHERE relforcerowsecurity AND relrowsecurity`;
    try {
      const { rows: before } = await admin.query(forced);
      await admin.query(`CREATE ROLE ${role} LOGIN`);
      await admin.query(`GRANT ALL ON SCHEMA public TO ${role}`);
      const { rows } = await admin.query<{ name: string }>(
        `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
      );
      for (const { name } of rows) await admin.query(`ALTER TABLE ${name} OWNER TO ${role}`);
      const owner = await anotherDataSource(urlFor(server.url, role));
      try {
        await seed(owner, factories, OPTIONS);
        expect((await seed(owner, factories, OPTIONS)).every(({ added }) => added === 0)).toBe(true);
      } finally {
        await owner.destroy();
      }
      expect((await admin.query(forced)).rows).toEqual(before);
      expect(Object.values(await counts(admin)).reduce((sum, count) => sum + count, 0)).toBe(all);
    } finally {
      await server.close();
      await client.query(`DROP ROLE IF EXISTS ${role}`);
    }
  });
});
