import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { type DataSource, type Migration, QueryFailedError, type QueryRunner } from 'typeorm';
import { describeError, UserError } from '../errors';
import {
  ADOPT_MIGRATION,
  isApplied,
  type KnownMigration,
  missingBookkeeping,
  type Plan,
  planMigrations,
  RECORD_MIGRATION,
  refuse,
} from './history';
import { duration, isLockedOut, LockNotObtainedError, RunnersLock } from './lock';

export interface MigrateOptions {
  /** The class name of the last migration to run. Default: all that are pending. */
  to?: string;
  /** How long a statement may wait for a table's lock; all others queue behind it. Milliseconds. Default: 2,000. */
  lockTimeoutMs?: number;
  /** How many attempts a migration has to get its locks, with growing pauses. Default: 10. */
  attempts?: number;
  /** How long to wait for another runner to finish, in milliseconds. Default: 10 minutes. */
  waitMs?: number;
  /** Receives each line of progress. Default: none is reported. */
  report?: (line: string) => void;
}

const LONGEST_PAUSE_MS = 30_000;

/** A connection, and the lock that keeps other runners out. */
interface Runner {
  readonly connection: QueryRunner;
  readonly lock: RunnersLock;
}

/**
 * Runs the pending migrations, each in a transaction of its own unless it says `transaction = false`, and returns their
 * names. However many replicas call it at once, one runs them and the others wait and then find nothing to do.
 *
 * A migration waits for a table's lock only for `lockTimeoutMs`, then gives up and tries again, because all other queries wait
 * behind it. A statement with CONCURRENTLY blocks nobody and may wait longer.
 *
 * @throws MigrationsRefusedError if database and code disagree about applied migrations, or a migration outside a transaction
 *   would run through a pooler; nothing is run then
 * @throws LockNotObtainedError if another runner, or a session with a lock on a table, does not finish in time
 * @throws UserError if a migration fails; those before it stay applied
 */
export async function migrate(dataSource: DataSource, options: MigrateOptions = {}): Promise<string[]> {
  const { waitMs = 600_000, report = () => undefined } = options;
  const connection = dataSource.createQueryRunner('master');
  try {
    const runner = { connection, lock: await RunnersLock.take(connection, { waitMs, report }) };
    const { pending, adopted } = await prepare(runner, dataSource, options.to);
    if (adopted.length > 0) report(adoption(adopted));
    return await runAll(runner, pending, options);
  } finally {
    await close(connection);
  }
}

/** Ends the session, with its lock and settings, instead of returning it to the pool. A broken one has already ended. */
async function close(connection: QueryRunner): Promise<void> {
  const session = connection.connect() as Promise<Client>;
  await session.then((client) => client.end()).catch(() => undefined);
  await connection.release();
}

/** Creates the bookkeeping tables if they are missing, and plans what to run. */
async function prepare({ connection, lock }: Runner, dataSource: DataSource, to?: string): Promise<Plan> {
  return lock.transaction(async () => {
    for (const statement of await missingBookkeeping(connection)) await connection.query(statement);
    const plan = await planMigrations(dataSource, connection, to);
    if (lock.pooled) refuseOutsideTransactions(plan);
    for (const { id, checksum } of plan.adopted) await connection.query(ADOPT_MIGRATION, [id, checksum]);
    return plan;
  });
}

function refuseOutsideTransactions({ pending }: Plan): void {
  refuse(
    pending.filter(({ migration }) => migration.instance!.transaction === false).map(({ migration }) => migration.name),
    'runs outside a transaction and needs a session of its own, but the connection URL (DATABASE_URL) leads to a pooler ' +
      'that gives each transaction another session: use the URL of the server itself',
  );
}

async function runAll(runner: Runner, pending: readonly KnownMigration[], options: MigrateOptions): Promise<string[]> {
  const { report = () => undefined } = options;
  const done: string[] = [];
  for (const [index, runnable] of pending.entries()) {
    const { name } = runnable.migration;
    const start = Date.now();
    report(`${index + 1}/${pending.length} ${name} …`);
    if (!(await runPatiently(runner, runnable, options))) {
      report(`    applied meanwhile by another runner`);
      continue;
    }
    done.push(name);
    report(`    done in ${duration(Date.now() - start)}`);
  }
  return done;
}

/** Runs a migration, and retries if it does not get its locks. Returns false if it was already applied. */
async function runPatiently(
  runner: Runner,
  runnable: KnownMigration,
  { lockTimeoutMs = 2000, attempts = 10, report = () => undefined }: MigrateOptions,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(runner, runnable, lockTimeoutMs);
    } catch (error) {
      if (error instanceof LockNotObtainedError) throw error;
      if (!isLockedOut(error)) throw failureOf(runnable.migration, error);
      const holders = await oldestTransactions(runner.connection);
      if (attempt >= attempts)
        throw new LockNotObtainedError(
          `${runnable.migration.name} did not get a lock it needs in ${attempts} attempts of ${duration(lockTimeoutMs)}: run it again when the long transactions have ended${holders}.`,
          { cause: error },
        );
      const pause = Math.min(lockTimeoutMs * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
      report(
        `    a table is locked by another session${holders}; attempt ${attempt + 1} of ${attempts} in ${duration(pause)}`,
      );
      await sleep(pause);
    }
  }
}

/** Runs a migration and records it. Returns false if it was already applied. */
async function run(
  { connection, lock }: Runner,
  { migration, checksum }: KnownMigration,
  lockTimeoutMs: number,
): Promise<boolean> {
  const apply = async (): Promise<boolean> => {
    // Through a pooler, another runner may have applied it between two transactions.
    if (await isApplied(connection, migration.name)) return false;
    await migration.instance!.up(connection);
    await connection.query(RECORD_MIGRATION, [migration.timestamp, migration.name, checksum]);
    return true;
  };
  if (migration.instance!.transaction === false) {
    const restore = limitEachStatement(connection, lockTimeoutMs);
    return apply().finally(restore);
  }
  return lock.transaction(async () => {
    await connection.query(lockTimeout(lockTimeoutMs, 'LOCAL'));
    return apply();
  });
}

/** Gives each statement outside a transaction its own limit, and statements with CONCURRENTLY none. Returns a function that undoes this. */
function limitEachStatement(connection: QueryRunner, lockTimeoutMs: number): () => void {
  const query = connection.query.bind(connection) as (...all: unknown[]) => Promise<unknown>;
  connection.query = (async (sql: string, ...rest: unknown[]) => {
    await query(lockTimeout(/\bCONCURRENTLY\b/i.test(sql) ? 0 : lockTimeoutMs, 'SESSION'));
    return query(sql, ...rest);
  }) as typeof connection.query;
  return () => {
    connection.query = query as typeof connection.query;
  };
}

function lockTimeout(milliseconds: number, scope: 'LOCAL' | 'SESSION'): string {
  return `SET ${scope} lock_timeout = ${milliseconds}`;
}

/** The sessions with the oldest transactions that the login may see: ` (oldest transactions: pid 4711 for 3 min, …)`. */
async function oldestTransactions(connection: QueryRunner): Promise<string> {
  const sessions = (await connection.query(
    `SELECT pid, extract(epoch FROM clock_timestamp() - xact_start)::double precision * 1000 AS age FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'
     ORDER BY xact_start LIMIT 3`,
  )) as { pid: number; age: number }[];
  if (sessions.length === 0) return '';
  return ` (oldest transactions: ${sessions.map(({ pid, age }) => `pid ${pid} for ${duration(age)}`).join(', ')})`;
}

function failureOf({ name, instance }: Migration, error: unknown): UserError {
  const reason = describeError(error, 'the database').replace(/\.$/, '');
  const state =
    instance!.transaction === false
      ? 'It runs outside a transaction, so part of it may have been applied: fix the cause and run it again.'
      : 'It was applied completely or not at all: fix the cause and run it again.';
  const statement = error instanceof QueryFailedError ? ` The statement: ${shorten(String(error.query))}` : '';
  return new UserError(`${name} failed: ${reason}. ${state}${statement}`, { cause: error });
}

function shorten(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)} …` : line;
}

function adoption(adopted: Plan['adopted']): string {
  const names = adopted.map(({ name }) => name).join(', ');
  return `Applied outside this runner (e.g. by migration:run); their checksums are now recorded: ${names}.`;
}
