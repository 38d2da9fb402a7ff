import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { readConfiguration } from '../../src/database/configuration';
import { EntityDataSource } from '../../src/database/data-source';
import { migrate, type MigrateOptions } from '../../packages/schema/src/migrations/runner';
import { emptyDatabase, type TestDatabase } from '../databases';

export type MigrationClass = new () => MigrationInterface;

/** A migration class of this name that sends these statements. */
export function migration(
  name: string,
  up: string[],
  { down = [] as string[], transaction }: { down?: string[]; transaction?: boolean } = {},
): MigrationClass {
  const type = class implements MigrationInterface {
    transaction = transaction;
    async up(queryRunner: QueryRunner): Promise<void> {
      for (const sql of up) await queryRunner.query(sql);
    }
    async down(queryRunner: QueryRunner): Promise<void> {
      for (const sql of down) await queryRunner.query(sql);
    }
  };
  return Object.defineProperty(type, 'name', { value: name });
}

export const Things = migration('Things1700000000001', ['CREATE TABLE things (id integer PRIMARY KEY, name text)'], {
  down: ['DROP TABLE things'],
});
export const Colours = migration(
  'Colours1700000000002',
  ['ALTER TABLE things ADD COLUMN colour text', `INSERT INTO things VALUES (1, 'ball', 'red')`],
  {
    down: ['ALTER TABLE things DROP COLUMN colour'],
  },
);
export const Sizes = migration('Sizes1700000000003', ['ALTER TABLE things ADD COLUMN size integer'], {
  down: ['ALTER TABLE things DROP COLUMN size'],
});
/** The names of these three. */
export const all = ['Things1700000000001', 'Colours1700000000002', 'Sizes1700000000003'];

let database: TestDatabase;
/** They are closed after the test. */
export const opened: EntityDataSource[] = [];

/** A new connection to the database, with these migrations. */
export async function withMigrations(...migrations: MigrationClass[]): Promise<EntityDataSource> {
  const dataSource = new EntityDataSource(readConfiguration({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' }), {
    entities: [],
    migrations: migrations,
  });
  opened.push(dataSource);
  return dataSource.initialize();
}

/** What the runner reports. */
export async function reportOf(dataSource: EntityDataSource, options: MigrateOptions = {}): Promise<string> {
  const lines: string[] = [];
  await migrate(dataSource, { ...options, report: (line) => lines.push(line) });
  return lines.join('\n');
}

export async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = await database.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The columns of things. */
export async function columns(): Promise<string[]> {
  const rows = await query(
    `SELECT attname FROM pg_attribute WHERE attrelid = 'things'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  return rows.map(({ attname }) => String(attname));
}

/**
 * Gives each test of the file an empty database.
 *
 * @param use takes it, before the first test
 */
export function eachOnEmptyDatabase(use: (database: TestDatabase) => void = () => undefined): void {
  beforeAll(async () => {
    use((database = await emptyDatabase()));
  });

  afterEach(async () => {
    for (const dataSource of opened.splice(0)) await dataSource.destroy();
    await query('DROP SCHEMA public CASCADE');
    await query('CREATE SCHEMA public');
  });

  afterAll(() => database.close());
}
