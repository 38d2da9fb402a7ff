import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrate } from '../../packages/schema/src/migrations/runner';
import { pendingSql } from '../../packages/schema/src/migrations/script';
import {
  Colours,
  columns,
  eachOnEmptyDatabase,
  migration,
  query,
  reportOf,
  Sizes,
  Things,
  withMigrations,
} from './migrations-of-a-test';

eachOnEmptyDatabase();

describe('the SQL beforehand', () => {
  it('changes nothing, and run as it is does what the runner does', async () => {
    const dataSource = await withMigrations(Things, Colours);
    const sql = await pendingSql(dataSource);
    expect(await query(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).toEqual([]);
    await query(sql.replace(/^\\set.*/, ''));
    expect(await columns()).toEqual(['id', 'name', 'colour']);
    expect(await reportOf(dataSource)).toBe('');
    expect(await pendingSql(dataSource)).toMatch(/-- Nothing to migrate.$/);
  });

  it('shows transactions, and that there is none', async () => {
    const Analysis = migration('Analysis1700000000002', ['ANALYZE things;'], { transaction: false });
    await migrate(await withMigrations(Things));
    expect(await pendingSql(await withMigrations(Things, Analysis, Sizes))).toMatch(
      new RegExp(
        [
          '-- Analysis1700000000002, outside a transaction',
          'ANALYZE things;',
          'WITH "applied" AS \\([^;]+;',
          '',
          '-- Sizes1700000000003',
          'START TRANSACTION;',
          'ALTER TABLE things ADD COLUMN size integer;',
          `WITH "applied" AS \\(\\s*INSERT INTO "migrations" \\("timestamp", "name"\\) VALUES \\(1700000000003, 'Sizes1700000000003'\\)[^;]+;`,
          'COMMIT;',
          '',
          '-- Pending migrations: 2.$',
        ].join('\n'),
      ),
    );
  });

  it('stops at the one that is named', async () => {
    const sql = await pendingSql(await withMigrations(Things, Colours), { to: 'Things1700000000001' });
    expect(sql).not.toContain('colour');
  });

  it('shows the parameters of a statement', async () => {
    class Data1700000000002 implements MigrationInterface {
      up = (runner: QueryRunner): Promise<void> =>
        runner.query('INSERT INTO things VALUES ($1, $2)', [7, "it's"]) as Promise<void>;
      down = (): Promise<void> => Promise.resolve();
    }
    expect(await pendingSql(await withMigrations(Things, Data1700000000002))).toContain(
      `-- with $1 = 7, $2 = "it's"\nINSERT INTO things VALUES ($1, $2);`,
    );
  });

  it('says where it depends on what a migration reads', async () => {
    class Reading1700000000002 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        const [{ largest }] = (await runner.query('SELECT max(id) AS largest FROM things')) as [
          { largest: number | null },
        ];
        await runner.query('INSERT INTO things VALUES ($1)', [(largest ?? 0) + 1]);
      }
      down = (): Promise<void> => Promise.resolve();
    }
    const dataSource = await withMigrations(Things, Reading1700000000002);
    expect(await pendingSql(dataSource)).toMatch(
      /SELECT max\(id\) AS largest FROM things;\nDO \$\$BEGIN RAISE EXCEPTION 'This migration reads from the database: /,
    );
    await migrate(dataSource);
    expect(await query('SELECT id FROM things')).toEqual([{ id: 1 }]);
    expect(await migrate(dataSource)).toEqual([]);
  });

  it('never lets a migration reach the database, whichever way it tries', async () => {
    class Roundabout1700000000002 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        await runner.dataSource.query('INSERT INTO things VALUES (1)');
        await runner.dataSource.manager.query('INSERT INTO things VALUES (2)');
        await runner.manager.query('INSERT INTO things VALUES (3)');
        await runner.manager.createQueryBuilder().insert().into('things').values({ id: 4 }).execute();
        await runner.dataSource.transaction((manager) => manager.query('INSERT INTO things VALUES (5)'));
      }
      down = (): Promise<void> => Promise.resolve();
    }
    await migrate(await withMigrations(Things));
    const sql = await pendingSql(await withMigrations(Things, Roundabout1700000000002));
    expect(sql.match(/INSERT INTO "?things/g)).toHaveLength(5);
    expect(await query('SELECT id FROM things')).toEqual([]);
  });
});
