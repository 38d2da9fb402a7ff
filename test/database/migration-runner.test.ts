import { type EventEmitter, once } from 'node:events';
import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { readConfiguration } from '../../src/database/configuration';
import { EntityDataSource } from '../../src/database/data-source';
import { UserError } from '../../packages/schema/src/errors';
import { MigrationsRefusedError } from '../../packages/schema/src/migrations/history';
import { migrate } from '../../packages/schema/src/migrations/runner';
import { pendingSql } from '../../packages/schema/src/migrations/script';
import { describeOnServer, type TestDatabase } from '../databases';
import {
  all,
  Colours,
  columns,
  eachOnEmptyDatabase,
  migration,
  type MigrationClass,
  opened,
  query,
  reportOf,
  Sizes,
  Things,
  withMigrations,
} from './migrations-of-a-test';

let database: TestDatabase;

eachOnEmptyDatabase((own) => (database = own));

describe('running', () => {
  it('runs what is pending, in order, and then has nothing to do', async () => {
    const dataSource = await withMigrations(Sizes, Things, Colours);
    expect(await migrate(dataSource)).toEqual(all);
    expect(await query('SELECT name FROM migrations ORDER BY id')).toEqual(all.map((name) => ({ name })));
    expect(await query('SELECT id, name, colour, size FROM things')).toEqual([
      { id: 1, name: 'ball', colour: 'red', size: null },
    ]);
    expect(await migrate(dataSource)).toEqual([]);
  });

  it('reports each migration with its time', async () => {
    const report = await reportOf(await withMigrations(Things, Colours));
    expect(report).toMatch(
      /^1\/2 Things1700000000001 …\n +done in [\d.]+ m?s\n2\/2 Colours1700000000002 …\n +done in [\d.]+ m?s$/,
    );
  });

  it('stops at the one that is named', async () => {
    const dataSource = await withMigrations(Things, Colours, Sizes);
    expect(await migrate(dataSource, { to: 'Colours1700000000002' })).toEqual(all.slice(0, 2));
    expect(await migrate(dataSource, { to: 'Things1700000000001' })).toEqual([]);
    expect(await migrate(dataSource)).toEqual(['Sizes1700000000003']);
  });

  it('knows no migration of another name', async () => {
    const dataSource = await withMigrations(Things);
    await expect(migrate(dataSource, { to: 'Thing' })).rejects.toThrow(/^No migration is named Thing: use /);
    expect(await query(`SELECT to_regclass('things') AS made`)).toEqual([{ made: null }]);
  });

  it('is not subject to the time limits of the application', async () => {
    const Slow = migration('Slow1700000000001', ['SELECT pg_sleep(0.3)']);
    const configuration = readConfiguration({ DATABASE_URL: database.url, DATABASE_STATEMENT_TIMEOUT_MS: '100' });
    const dataSource = new EntityDataSource(configuration, { entities: [], migrations: [Slow] });
    opened.push(await dataSource.initialize());
    expect(await migrate(dataSource)).toEqual(['Slow1700000000001']);
  });

  it('leaves the pool no connection with its settings or its lock', async () => {
    const dataSource = await withMigrations(Things);
    const settings = `SELECT name, setting FROM pg_settings WHERE name ~ 'timeout|client_connection' ORDER BY name`;
    const before: unknown = await dataSource.query(settings);
    await migrate(dataSource);
    expect(await dataSource.query(settings)).toEqual(before);
    expect(await query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 724310551`)).toEqual([]);
  });
});

describe('a migration that fails', () => {
  const Broken = migration('Broken1700000000002', [
    'ALTER TABLE things ADD COLUMN half text',
    'ALTER TABLE nosuch ADD COLUMN x text',
  ]);
  const Mended = migration('Broken1700000000002', ['ALTER TABLE things ADD COLUMN half text']);

  it('leaves nothing of it, keeps those before it, and says which one, why and where', async () => {
    const failure = migrate(await withMigrations(Things, Broken, Sizes));
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(
      'Broken1700000000002 failed: relation "nosuch" does not exist. It was applied completely or not at all: ' +
        'fix the cause and run it again. The statement: ALTER TABLE nosuch ADD COLUMN x text',
    );
    expect(await columns()).toEqual(['id', 'name']);
    expect(await query('SELECT name FROM migrations')).toEqual([{ name: 'Things1700000000001' }]);
  });

  it('may be mended, and the next run finishes', async () => {
    await expect(migrate(await withMigrations(Things, Broken, Sizes))).rejects.toThrow();
    expect(await migrate(await withMigrations(Things, Mended, Sizes))).toEqual([
      'Broken1700000000002',
      'Sizes1700000000003',
    ]);
    expect(await columns()).toEqual(['id', 'name', 'half', 'size']);
  });
});

describeOnServer('a connection that breaks while nothing is asked of it', () => {
  it('fails the migration as one that breaks in a statement does', async () => {
    const client = await database.connect();
    class Thinking1700000000002 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        const sessions = (await runner.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
        // Not so where the SQL is only written down.
        for (const { pid } of sessions) {
          const ended = once((await runner.connect()) as EventEmitter, 'end');
          await client.query('SELECT pg_terminate_backend($1)', [pid]);
          await ended;
        }
        await runner.query('ALTER TABLE things ADD COLUMN half text');
      }
      down = (): Promise<void> => Promise.resolve();
    }
    const dataSource = await withMigrations(Things, Thinking1700000000002);
    await expect(migrate(dataSource)).rejects.toThrow(
      /^Thinking1700000000002 failed: The connection to the database was lost /,
    );
    expect(await columns()).toEqual(['id', 'name']);
  });
});

describe('a migration outside a transaction', () => {
  const Twice = migration('Twice1700000000002', [`INSERT INTO things VALUES (1, 'ball'), (2, 'ball')`]);
  const UniqueNames = migration(
    'UniqueNames1700000000003',
    [
      'DROP INDEX CONCURRENTLY IF EXISTS idx_things_name',
      'CREATE UNIQUE INDEX CONCURRENTLY idx_things_name ON things (name)',
    ],
    { transaction: false },
  );
  const indexes = `SELECT indisvalid FROM pg_index WHERE indrelid = 'things'::regclass AND NOT indisprimary`;

  it('builds an index concurrently', async () => {
    expect(await migrate(await withMigrations(Things, UniqueNames))).toHaveLength(2);
    expect(await query(indexes)).toEqual([{ indisvalid: true }]);
  });

  it('may leave a part behind, says so, and can be repeated', async () => {
    const dataSource = await withMigrations(Things, Twice, UniqueNames);
    await expect(migrate(dataSource)).rejects.toThrow(
      /^UniqueNames1700000000003 failed: .*\. It runs outside a transaction, so part of it may have been applied/,
    );
    expect(await query(indexes)).toEqual([{ indisvalid: false }]);
    await query('DELETE FROM things WHERE id = 2');
    expect(await migrate(dataSource)).toEqual(['UniqueNames1700000000003']);
    expect(await query(indexes)).toEqual([{ indisvalid: true }]);
  });
});

describe('refusing', () => {
  async function expectRefusal(dataSource: EntityDataSource, message: RegExp): Promise<void> {
    const before = await query('SELECT name FROM migrations ORDER BY id');
    for (const attempt of [migrate(dataSource), pendingSql(dataSource)]) {
      await expect(attempt).rejects.toThrow(MigrationsRefusedError);
      await expect(attempt).rejects.toThrow(message);
    }
    expect(await query('SELECT name FROM migrations ORDER BY id')).toEqual(before);
  }

  it('an applied migration that has been edited', async () => {
    await migrate(await withMigrations(Things));
    const Edited = migration('Things1700000000001', ['CREATE TABLE things (id bigint PRIMARY KEY, name text)']);
    await expectRefusal(
      await withMigrations(Edited, Sizes),
      /^Things1700000000001: edited since it was applied: restore the original/,
    );
  });

  it('an applied migration whose parameters have been edited', async () => {
    const withParameter = (value: string): MigrationClass =>
      Object.defineProperty(
        class implements MigrationInterface {
          up = (runner: QueryRunner): Promise<void> =>
            runner.query('INSERT INTO things VALUES (2, $1)', [value]) as Promise<void>;
          down = (): Promise<void> => Promise.resolve();
        },
        'name',
        { value: 'Data1700000000002' },
      );
    await migrate(await withMigrations(Things, withParameter('ball')));
    await expectRefusal(await withMigrations(Things, withParameter('bat')), /^Data1700000000002: edited/);
  });

  it('not the same SQL from another class', async () => {
    await migrate(await withMigrations(Things));
    const Again = migration('Things1700000000001', ['CREATE TABLE things (id integer PRIMARY KEY, name text)']);
    expect(await migrate(await withMigrations(Again))).toEqual([]);
  });

  it('an applied migration that the code lacks', async () => {
    await migrate(await withMigrations(Things, Colours, Sizes));
    await expectRefusal(
      await withMigrations(Things),
      /^Colours1700000000002, Sizes1700000000003: applied to this database but missing from this version of the code/,
    );
  });

  it('a pending migration that is older than an applied one', async () => {
    await migrate(await withMigrations(Things, Sizes));
    await expectRefusal(
      await withMigrations(Things, Colours, Sizes),
      /^Colours1700000000002: older than the newest applied migration/,
    );
    expect(await columns()).toEqual(['id', 'name', 'size']);
  });
});

describe('beside the stock commands', () => {
  it('adopts what migration:run has applied, says so once, and guards it from then on', async () => {
    const dataSource = await withMigrations(Things, Colours);
    await dataSource.runMigrations();
    expect(await reportOf(dataSource)).toBe(
      'Applied outside this runner (e.g. by migration:run); their checksums are now recorded: Things1700000000001, Colours1700000000002.',
    );
    expect(await reportOf(dataSource)).toBe('');
    const Edited = migration('Colours1700000000002', ['SELECT 1']);
    await expect(migrate(await withMigrations(Things, Edited))).rejects.toThrow(/^Colours1700000000002: edited/);
  });

  it('leaves to migration:run only what is pending', async () => {
    await migrate(await withMigrations(Things));
    const dataSource = await withMigrations(Things, Colours);
    expect((await dataSource.runMigrations()).map(({ name }) => name)).toEqual(['Colours1700000000002']);
  });

  it.each(['the runner', 'migration:run'])(
    'lets a migration be reverted, edited and applied again by %s',
    async (by) => {
      const dataSource = await withMigrations(Things, Colours);
      await migrate(dataSource);
      await dataSource.undoLastMigration();
      expect(await columns()).toEqual(['id', 'name']);

      const Edited = migration('Colours1700000000002', ['ALTER TABLE things ADD COLUMN color text']);
      const edited = await withMigrations(Things, Edited);
      if (by === 'the runner') expect(await migrate(edited)).toEqual(['Colours1700000000002']);
      else await edited.runMigrations();
      expect(await columns()).toEqual(['id', 'name', 'color']);
      expect(await migrate(edited)).toEqual([]);
      await expect(migrate(dataSource)).rejects.toThrow(/^Colours1700000000002: edited/);
    },
  );
});
