import { type DatabaseError, escapeIdentifier, type PoolClient } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { isUpToDate, migrate, UserError } from '@entity-backend/schema';
import { type Basis, compileTables, type Table } from '../rows/table';
import { checkTables } from '../rows/trial';
import type { Factory } from '../shape/factory';
import { type MakeIndexes, tablesToLock, withoutIndexes } from './bulk-load';
import { binaryChunks } from './chunks';
import { deleteSeeded } from './inventory';
import { makePlan, type Plan, type PlanOptions, type TablePlan } from './plan';
import { Prefetch } from './prefetch';
import { copyRows } from './writer';

/** What `seed` is to do; `scale` and `rows` say how much, `seed` and `referenceDate` which rows. */
export interface SeedOptions extends PlanOptions, Basis {
  /** Whether to say what would be done and do nothing. Default: false. */
  dryRun?: boolean;
  /** Whether the database is one that people use, which is refused without `force`. Default: false. */
  inProduction?: boolean;
  /**
   * Settings of PostgreSQL that the transaction has in which demo rows are deleted one table after the other, by their
   * names: what triggers ask for that refuse a DELETE otherwise. Default: none.
   */
  deleteSettings?: Readonly<Record<string, string>>;
  /** What to do when the database is behind the entities, for the message. Default: in general words. */
  migrateHint?: string;
}

const MIGRATE_HINT = 'run the migrations, after generating the one that is missing';

/** Hears of progress: what is being filled or made ('posts', 'indexes of posts'), and how many of all rows to come have been sent. */
export type OnProgress = (table: string, sent: number, total: number) => void;

/**
 * Fills a database with demo data: the rows that are missing, all of them or none, in one transaction on one connection.
 * Pending migrations run first, but not in production.
 *
 * @param dataSource initialized; its login has to own the tables, or to be allowed to write to them
 * @param factories how tables are filled; one without a factory is filled as its entity says
 * @param onProgress Default: nobody hears of it
 * @returns what has been done to each table; with `dryRun`, what would be
 * @throws UserError where it refuses, saying why; the database is as it was then
 */
export async function seed(
  dataSource: DataSource,
  factories: readonly Factory[],
  options: SeedOptions,
  onProgress: OnProgress = () => undefined,
): Promise<readonly TablePlan[]> {
  const { inProduction = false } = options;
  if (inProduction && !options.force) {
    throw new UserError(
      'This is a production database, where demo data does not belong. Give --force to add it anyway.',
    );
  }
  const tables = compileTables(dataSource.entityMetadatas, factories, options);
  // A look before anything is changed, by migrations too.
  const { first, runMigrations } = await inTransaction(dataSource, options, async (connection) => {
    await connection.query('SET TRANSACTION READ ONLY');
    return {
      first: await makePlan(connection, tables, options),
      runMigrations: !inProduction && !options.dryRun && !(await isUpToDate(dataSource, connection)),
    };
  });
  checkTables(new Map(first.tables.map(({ table, kept, added }) => [table, added > 0 ? kept + added : 0])));
  if (options.dryRun) return first.tables;
  if (runMigrations) await migrate(dataSource);
  else if (isDone(first)) return first.tables;
  return inTransaction(dataSource, options, async (connection) => {
    await takeOver(connection, first.tables);
    const plan = await makePlan(connection, tables, options);
    if (options.reset) await removeDemoRows(connection, plan, options);
    await addRows(connection, plan, onProgress);
    return plan.tables;
  });
}

function isDone({ tables }: Plan): boolean {
  return tables.every(({ added, removed }) => added === 0 && removed === 0);
}

/**
 * Filling takes as long as it takes, but nobody waits long to begin. Where the server can, it looks whether this process is
 * still there while it builds indexes: it would finish them for nobody and keep the tables locked.
 */
const SETTINGS = `
  SET LOCAL statement_timeout = 0;
  SET LOCAL lock_timeout = '5s';
  DO $$ BEGIN
    SET LOCAL client_connection_check_interval = '1s';
  EXCEPTION WHEN invalid_parameter_value THEN NULL;
  END $$`;

async function inTransaction<T>(
  dataSource: DataSource,
  options: SeedOptions,
  work: (connection: QueryRunner) => Promise<T>,
): Promise<T> {
  const connection = dataSource.createQueryRunner('master');
  try {
    await connection.startTransaction();
    await connection.query(SETTINGS);
    const result = await work(connection);
    await connection.commitTransaction();
    return result;
  } catch (error) {
    // A connection that is lost can't be rolled back, and need not: the server has done it.
    if (connection.isTransactionActive) await connection.rollbackTransaction().catch(() => undefined);
    throw explain(error, options);
  } finally {
    await connection.release();
  }
}

/** Says what to do about what PostgreSQL refuses. */
function explain(error: unknown, { migrateHint = MIGRATE_HINT }: SeedOptions): unknown {
  const { code = '', message = '', detail, where } = error as Partial<DatabaseError>;
  // undefined_table, undefined_column
  if (code === '42P01' || code === '42703') {
    return new UserError(`The database is behind the entities (${message}): ${migrateHint}.`, { cause: error });
  }
  // lock_not_available, deadlock_detected
  if (code === '55P03' || code === '40P01') {
    return new UserError('Another transaction is using the tables. Try again when it has ended.', { cause: error });
  }
  // integrity_constraint_violation, data_exception
  if (code.startsWith('23') || code.startsWith('22')) {
    const row = [detail, where?.split(',', 2).join(',')].filter(Boolean).join(' ');
    // unique_violation, when a row comes: by one that was there, since those of one seed differ.
    const remedy =
      code === '23505' && where
        ? '. An existing row has this value, which can happen with rows of two seeds. Give the --seed that made it, or --reset to replace the demo rows.'
        : '';
    return new UserError(`Nothing was changed, because PostgreSQL refused a row: ${message}. ${row}${remedy}`, {
      cause: error,
    });
  }
  return error;
}

/**
 * Keeps everybody else from writing to the tables until the transaction ends, and from reading those whose indexes or foreign
 * keys it will take away. Two that seed lock and read the tables in the same order, so neither waits for the other in a circle.
 */
async function takeOver(connection: QueryRunner, plans: readonly TablePlan[]): Promise<void> {
  const locked = new Set(tablesToLock(plans));
  const locks = plans.map(({ table }) => {
    const mode = locked.has(table) ? 'ACCESS EXCLUSIVE' : 'SHARE ROW EXCLUSIVE';
    return `LOCK TABLE ${escapeIdentifier(table.name)} IN ${mode} MODE`;
  });
  await connection.query(locks.join('; '));
}

async function removeDemoRows(
  connection: QueryRunner,
  { tables, onlyDemoRows }: Plan,
  { deleteSettings = {} }: SeedOptions,
): Promise<void> {
  if (tables.every(({ removed }) => removed === 0)) return;
  if (onlyDemoRows) {
    await connection.query(`TRUNCATE ${names(tables.map(({ table }) => table))}`);
    return;
  }
  for (const setting of Object.entries(deleteSettings)) {
    await connection.query('SELECT set_config($1, $2, true)', setting);
  }
  // What may only leave with the row that it belongs to, does so: owners go first.
  for (const { table } of tables) await deleteSeeded(connection, table);
}

async function addRows(connection: QueryRunner, { tables }: Plan, onProgress: OnProgress): Promise<void> {
  const plans = tables.filter(({ added }) => added > 0);
  if (plans.length === 0) return;
  const filled = plans.map(({ table }) => table);
  const total = plans.reduce((sum, { added }) => sum + added, 0);
  // 3,000 rows are enough for good plans at once, and are looked at in a tenth of the time. A server's autovacuum takes
  // the rows for unseen all the same, and looks at as many as it is set to within a minute.
  await connection.query('SET LOCAL default_statistics_target = 10');
  // While the server makes the indexes of a small table, this process makes the next rows: a second process of the server
  // beside them takes more than it gives. Its default is 8 MB.
  await connection.query(`SET LOCAL min_parallel_table_scan_size = '16MB'`);
  const client = (await connection.connect()) as PoolClient;
  const missing = new Map(plans.map((plan) => [plan.table, plan.missing]));
  let sent = 0;
  const load = async (
    order: readonly Table[],
    makeIndexes: MakeIndexes,
    freezable: ReadonlySet<string>,
  ): Promise<void> => {
    const rows = new Prefetch(order, (table) => binaryChunks(table, missing.get(table)!()));
    try {
      for (const table of order) {
        const onChunk = (count: number): void => onProgress(table.name, (sent += count), total);
        await copyRows(client, table, rows.chunksOf(table), onChunk, freezable.has(table.name));
        await makeIndexes(table);
        await connection.query(`ANALYZE ${escapeIdentifier(table.name)}`);
        onProgress(table.name, sent, total);
      }
    } finally {
      rows.stop();
    }
    // No table can be altered while a deferred check of its rows waits.
    await connection.query('SET CONSTRAINTS ALL IMMEDIATE');
  };
  await withoutRowLevelSecurity(connection, filled, () =>
    withoutIndexes(connection, tables, load, (what) => onProgress(what, sent, total)),
  );
}

/**
 * COPY refuses a table whose policies apply to the login: to its owner too, where they are forced; and a foreign key that is
 * made would not see the rows that they hide. So they are not forced for the while; nobody sees that, since the change is
 * undone in the same transaction.
 */
async function withoutRowLevelSecurity(
  connection: QueryRunner,
  tables: readonly Table[],
  work: () => Promise<void>,
): Promise<void> {
  const forced = (await connection.query(
    'SELECT name FROM unnest($1::text[]) AS name WHERE row_security_active(name)',
    [tables.map(({ name }) => escapeIdentifier(name))],
  )) as { name: string }[];
  for (const { name } of forced) await connection.query(`ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY`);
  await work();
  for (const { name } of forced) await connection.query(`ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`);
}

function names(tables: readonly Table[]): string {
  return tables.map(({ name }) => escapeIdentifier(name)).join(', ');
}
