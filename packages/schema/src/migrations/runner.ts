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
} from './history';

export interface MigrateOptions {
  /** The class name of the last migration to run. Default: all that are pending. */
  to?: string;
  /** How long a statement may wait for a table's lock, in milliseconds: everybody else queues behind it. Default: 2,000. */
  lockTimeoutMs?: number;
  /** How often a migration is tried that does not get its locks, with growing pauses between. Default: 10. */
  attempts?: number;
  /** How long to wait for another runner to finish, in milliseconds. Default: 10 minutes. */
  waitMs?: number;
  /** Receives each line of progress. Default: nobody does. */
  report?: (line: string) => void;
}

/** Another session holds what the runner needs. Nothing is broken: try again later. */
export class LockNotObtainedError extends UserError {
  /** Of a command that it ends. */
  override readonly exitCode = 3;
}

/** All runners ask for this one advisory lock of the database; the number has no meaning. */
const RUNNERS_LOCK = 724_310_551;
const POLL_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/** lock_not_available and deadlock_detected: the transaction has been undone, and its next attempt may well succeed. */
const LOCKED_OUT = ['55P03', '40P01'];

/**
 * Limits that the application's connections may have and a migration must not: it takes as long as it takes. A server that
 * loses its runner (kill -9, a fail-over of the network) notices within two seconds, rolls back and lets go of the locks.
 */
const SESSION_SETTINGS = {
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  transaction_timeout: '0',
  client_connection_check_interval: '2s',
};

/**
 * Runs the pending migrations, each in a transaction of its own unless it says `transaction = false`, and returns their
 * names. However many replicas call it at once, one runs them and the others wait and then find nothing to do.
 *
 * The runners' lock is held by the very connection that runs the migrations, so that neither can outlive the other. It is
 * polled for: a session that waits in pg_advisory_lock holds a snapshot, and CREATE INDEX CONCURRENTLY waits for that.
 *
 * A migration waits for a table's lock only for `lockTimeoutMs`, then steps back and tries again: as long as it waits
 * behind somebody's long query, every other query waits behind it. A statement with CONCURRENTLY blocks nobody and may wait.
 *
 * @throws MigrationsRefusedError where database and code disagree about what is applied; nothing is run then
 * @throws LockNotObtainedError where another runner, or a session with a lock on a table, did not finish in time
 * @throws UserError where a migration fails; those before it stay applied
 */
export async function migrate(dataSource: DataSource, options: MigrateOptions = {}): Promise<string[]> {
  const { waitMs = 600_000, report = () => undefined } = options;
  const connection = dataSource.createQueryRunner('master');
  try {
    await settle(connection);
    await takeLock(connection, waitMs, report);
    for (const statement of await missingBookkeeping(connection)) await connection.query(statement);
    const { pending, adopted } = await planMigrations(dataSource, connection, options.to);
    for (const { id, checksum } of adopted) await connection.query(ADOPT_MIGRATION, [id, checksum]);
    if (adopted.length > 0) report(adoption(adopted));
    return await runAll(connection, pending, options);
  } finally {
    await close(connection);
  }
}

/** Ends the session, and with it the lock and the settings: the pool must not get it back. One that broke has ended by itself. */
async function close(connection: QueryRunner): Promise<void> {
  const session = connection.connect() as Promise<Client>;
  await session.then((client) => client.end()).catch(() => undefined);
  await connection.release();
}

async function settle(connection: QueryRunner): Promise<void> {
  // Not every version has every setting.
  await connection.query(`SELECT set_config(name, $1::jsonb ->> name, false) FROM pg_settings WHERE $1::jsonb ? name`, [
    JSON.stringify(SESSION_SETTINGS),
  ]);
}

async function takeLock(connection: QueryRunner, waitMs: number, report: (line: string) => void): Promise<void> {
  const end = Date.now() + waitMs;
  for (let first = true; !(await tryLock(connection)); first = false) {
    if (first) report('Another runner is migrating this database: waiting for it to finish.');
    if (Date.now() >= end)
      throw new LockNotObtainedError(
        `Another runner has been migrating this database for more than ${duration(waitMs)}: wait for it to finish, and run this again.`,
      );
    await sleep(POLL_MS);
  }
}

async function tryLock(connection: QueryRunner): Promise<boolean> {
  const [{ obtained }] = (await connection.query('SELECT pg_try_advisory_lock($1) AS obtained', [RUNNERS_LOCK])) as [
    { obtained: boolean },
  ];
  return obtained;
}

async function runAll(
  connection: QueryRunner,
  pending: readonly KnownMigration[],
  options: MigrateOptions,
): Promise<string[]> {
  const { report = () => undefined } = options;
  const done: string[] = [];
  for (const [index, runnable] of pending.entries()) {
    const { name } = runnable.migration;
    const start = Date.now();
    report(`${index + 1}/${pending.length} ${name} …`);
    if (!(await runPatiently(connection, runnable, options))) {
      report(`    applied meanwhile by another runner`);
      continue;
    }
    done.push(name);
    report(`    done in ${duration(Date.now() - start)}`);
  }
  return done;
}

/** Runs a migration, again and again while it does not get its locks. Whether it had still to be run. */
async function runPatiently(
  connection: QueryRunner,
  runnable: KnownMigration,
  { lockTimeoutMs = 2000, attempts = 10, report = () => undefined }: MigrateOptions,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(connection, runnable, lockTimeoutMs);
    } catch (error) {
      if (!isLockedOut(error)) throw failureOf(runnable.migration, error);
      const holders = await oldestTransactions(connection);
      if (attempt >= attempts)
        throw new LockNotObtainedError(
          `${runnable.migration.name} did not get a lock that it needs in ${attempts} attempts of ${duration(lockTimeoutMs)}: run this again when the long transactions are over${holders}.`,
          { cause: error },
        );
      const pause = Math.min(lockTimeoutMs * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
      report(
        `    a table is locked by somebody else${holders}; attempt ${attempt + 1} of ${attempts} in ${duration(pause)}`,
      );
      await sleep(pause);
    }
  }
}

/** Runs a migration and records it. Whether it had still to be run. */
async function run(
  connection: QueryRunner,
  { migration, checksum }: KnownMigration,
  lockTimeoutMs: number,
): Promise<boolean> {
  const transaction = migration.instance!.transaction !== false;
  const restore = transaction ? undefined : limitEachStatement(connection, lockTimeoutMs);
  if (transaction) await connection.startTransaction();
  try {
    if (transaction) await connection.query(lockTimeout(lockTimeoutMs, 'LOCAL'));
    // The embedded server has one session, which holds every runner's lock: there only this keeps two of them apart, and
    // only in a transaction.
    const applied = await isApplied(connection, migration.name);
    if (!applied) {
      await migration.instance!.up(connection);
      await connection.query(RECORD_MIGRATION, [migration.timestamp, migration.name, checksum]);
    }
    if (transaction) await connection.commitTransaction();
    return !applied;
  } catch (error) {
    if (transaction) await connection.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    restore?.();
  }
}

/** Outside a transaction each statement gets its own limit, and those with CONCURRENTLY none. Returns how to undo it. */
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

function isLockedOut(error: unknown): boolean {
  return error instanceof QueryFailedError && LOCKED_OUT.includes((error.driverError as { code: string }).code);
}

/** The sessions whose transactions have been open longest, as far as the login may see them: ` (pid 4711 for 3 min, …)`. */
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
      ? 'It runs outside a transaction, so a part of it may stand: mend the cause and run this again.'
      : 'It is applied wholly or not at all: mend the cause and run this again.';
  const statement = error instanceof QueryFailedError ? ` The statement: ${shorten(String(error.query))}` : '';
  return new UserError(`${name} failed: ${reason}. ${state}${statement}`, { cause: error });
}

function shorten(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)} …` : line;
}

function adoption(adopted: Plan['adopted']): string {
  const names = adopted.map(({ name }) => name).join(', ');
  return `Applied by something else than this runner, and from now on guarded against edits: ${names}.`;
}

/** `350 ms`, `1.2 s`, `3 min`. */
function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.round(milliseconds / 60_000)} min`;
}
