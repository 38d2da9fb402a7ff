import { type DataSource, type Migration, MigrationExecutor, type QueryRunner } from 'typeorm';
import { describeError } from '../errors';
import { type Catalog, catalogOf } from '../catalog/catalog';
import { compare } from './comparison';
import type { Finding } from './finding';

/** A statement that a migration sent, and what PostgreSQL had to do for it. */
export interface RecordedStatement {
  sql: string;
  /** Whether it read or wrote every row of an existing table, which nobody else could use meanwhile. */
  touchesEveryRow: boolean;
}

/** What the `up` of a migration did. */
export interface RecordedMigration {
  name: string;
  /** Whether it runs in a transaction. */
  transaction: boolean;
  /** Why its dangers are acceptable, by the name of the danger. */
  acknowledged: Record<string, string>;
  statements: RecordedStatement[];
}

export interface Replay {
  migrations: RecordedMigration[];
  /** The catalog that they make; null where one of them failed. */
  catalog: Catalog | null;
  findings: Finding[];
}

/**
 * Runs the data source's migrations on its database, which has to be empty: each one up, down and up again. The catalog
 * has to be the same after both, and after down the one before. One without a transaction is also broken off after each
 * of its statements and run again.
 */
export async function replayMigrations(dataSource: DataSource): Promise<Replay> {
  const runner = dataSource.createQueryRunner();
  const migrations: RecordedMigration[] = [];
  const findings: Finding[] = [];
  let catalog: Catalog | null = await catalogOf(runner);
  for (const migration of await new MigrationExecutor(dataSource, runner).getPendingMigrations()) {
    try {
      const recorded = await record(runner, migration);
      migrations.push(recorded);
      catalog = await rehearse(runner, recorded, migration, catalog, findings);
    } catch (error) {
      findings.push(failure(migration, error));
      catalog = null;
      break;
    }
  }
  await runner.release();
  return { migrations, catalog, findings };
}

/**
 * Takes a migration that has just run down and up again, and through its interruptions. Returns the catalog that it makes.
 *
 * @param findings is added to
 */
async function rehearse(
  runner: QueryRunner,
  { transaction, statements }: RecordedMigration,
  migration: Migration,
  before: Catalog,
  findings: Finding[],
): Promise<Catalog> {
  const after = await catalogOf(runner);
  await down(runner, migration);
  findings.push(...compare(await catalogOf(runner), before, leadsElsewhere(migration)));
  if (!transaction) {
    // After the last statement it is not broken off but done.
    for (let count = 1; count < statements.length; count++) {
      findings.push(...(await breakOffAndRepeat(runner, migration, count, after)));
    }
  }
  await up(runner, migration);
  findings.push(...compare(await catalogOf(runner), after, otherTheSecondTime(migration)));
  return after;
}

/** Runs `up`, and writes down what it sends. */
export async function record(runner: QueryRunner, migration: Migration): Promise<RecordedMigration> {
  const { transaction = true, acknowledged = {} } = migration.instance as Partial<RecordedMigration>;
  const statements: RecordedStatement[] = [];
  const connection = (await runner.connect()) as Notifying;
  let touchesEveryRow = false;
  const listen = ({ message = '' }: Notice): void => {
    touchesEveryRow ||= READS_EVERY_ROW.test(message);
  };
  await runner.query('SET client_min_messages = debug1');
  connection.on('notice', listen);
  await up(runner, migration, (sql) => {
    statements.push({ sql, touchesEveryRow });
    touchesEveryRow = false;
  });
  connection.off('notice', listen);
  await runner.query('RESET client_min_messages');
  return { name: migration.name, transaction, acknowledged, statements };
}

/** PostgreSQL's own words, at level DEBUG1 and in every language, where it reads or writes all rows of a table. */
const READS_EVERY_ROW = /^(rewriting|verifying) table /;

interface Notice {
  message?: string;
}

interface Notifying {
  on(event: 'notice', listener: (notice: Notice) => void): void;
  off(event: 'notice', listener: (notice: Notice) => void): void;
}

/** Breaks `up` off after some of its statements, as a lost connection does, and runs it again. Ends with `down`. */
async function breakOffAndRepeat(
  runner: QueryRunner,
  migration: Migration,
  count: number,
  after: Catalog,
): Promise<Finding[]> {
  const brokenOff = new Error('broken off');
  let sent = 0;
  await up(runner, migration, () => {
    if (++sent === count) throw brokenOff;
  }).catch((error) => {
    if (error !== brokenOff) throw error;
  });
  await up(runner, migration).catch((cause: Error) => {
    throw new Error(`broken off after statement ${count} and run again, it says: ${describeError(cause)}`, { cause });
  });
  const found = compare(await catalogOf(runner), after, notRepeatable(migration));
  await down(runner, migration);
  return found;
}

/** @param sent is called after each statement */
async function up(runner: QueryRunner, { instance }: Migration, sent?: (sql: string) => void): Promise<void> {
  const run = (): Promise<void> => (sent ? listening(runner, sent, () => instance!.up(runner)) : instance!.up(runner));
  await (instance!.transaction === false ? run() : inTransaction(runner, run));
}

/** Always in a transaction: `typeorm migration:revert` runs it so, whatever the migration says. */
async function down(runner: QueryRunner, { instance }: Migration): Promise<void> {
  await inTransaction(runner, () => instance!.down(runner));
}

async function inTransaction(runner: QueryRunner, work: () => Promise<void>): Promise<void> {
  await runner.startTransaction();
  try {
    await work();
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
}

async function listening(runner: QueryRunner, sent: (sql: string) => void, work: () => Promise<void>): Promise<void> {
  const query = runner.query.bind(runner) as (sql: string, ...rest: unknown[]) => Promise<unknown>;
  runner.query = (async (sql: string, ...rest: unknown[]) => {
    const result = await query(sql, ...rest);
    sent(sql);
    return result;
  }) as typeof runner.query;
  try {
    await work();
  } finally {
    runner.query = query as typeof runner.query;
  }
}

function leadsElsewhere({ name }: Migration) {
  return {
    rule: 'down-leads-elsewhere',
    danger: `after a rollback of ${name} the database is not the one before it.`,
    safeWay: 'mend down(); the statements say what it leaves undone.',
  };
}

function otherTheSecondTime({ name }: Migration) {
  return {
    rule: 'up-is-another-the-second-time',
    danger: `after up, down and up again ${name} has not made the database that it made at first.`,
    safeWay: 'mend down(): up() found something that it has left behind.',
  };
}

function notRepeatable({ name }: Migration) {
  return {
    rule: 'not-repeatable',
    danger: `${name} runs without a transaction; broken off in the middle and run again, it makes another database.`,
    safeWay: 'DROP … IF EXISTS before each CREATE … CONCURRENTLY.',
  };
}

function failure({ name }: Migration, error: unknown): Finding {
  const { query } = ((error as Error).cause ?? error) as { query?: string };
  return {
    rule: 'migration-fails',
    place: `${name}: ${describeError(error)}`,
    danger: 'no release can be made.',
    safeWay: 'fix the migration: on an empty database it must run up, down and up again.',
    sql: query ? [query] : [],
  };
}
