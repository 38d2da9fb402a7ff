import { type Client } from 'pg';
import type { DataSource } from 'typeorm';
import { seed } from '../../src/loading/seeder';
import { defineFactory, perParent } from '../../src/shape/factory';
import { digestsOf } from '../database-state';
import { anotherDataSource, describeOnServer, sampleDatabase, type TestDatabase, urlFor } from '../databases';
import { messageOf } from '../metadata';
import { Task } from '../sample/entities';
import { factories } from '../sample/seeds';
import { contents, counts, empty, onSample, OPTIONS, run, tableNames } from './sample-runs';

let database: TestDatabase;
let dataSource: DataSource;
let client: Client;
/** How many rows there are of scale 1. */
let all: number;

onSample((sample) => ({ database, client, all } = sample));
beforeAll(async () => {
  dataSource = await database.dataSource();
});

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

it('--dry-run tells what would be done and does nothing', async () => {
  await empty();
  expect(await run({ dryRun: true })).toEqual({ kept: 0, added: all, removed: 0 });
  expect(new Set(Object.values(await counts()))).toEqual(new Set([0]));
  await run();
  const before = await digestsOf(client);
  expect(await run({ dryRun: true, seed: 7, reset: true })).toEqual({ kept: 0, added: all, removed: all });
  expect(await digestsOf(client)).toEqual(before);
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
