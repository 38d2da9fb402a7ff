import { type Client } from 'pg';
import { defineFactory, type Factory, perScale } from '../../src/shape/factory';
import { digestsOf } from '../database-state';
import { messageOf } from '../metadata';
import { WeightLog } from '../sample/entities';
import { factories } from '../sample/seeds';
import { counts, empty, onSample, run } from './sample-runs';

let client: Client;
let all: number;

onSample((sample) => ({ client, all } = sample));

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
