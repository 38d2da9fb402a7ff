import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { QueryFailedError, type QueryRunner } from 'typeorm';
import { UserError } from '../errors';

/** Another session holds a lock that the runner needs. Try again later. */
export class LockNotObtainedError extends UserError {
  /** The exit code of a command that ends with this error. */
  override readonly exitCode = 3;
}

/** The key of the advisory lock that all runners use; the number has no meaning. */
const RUNNERS_LOCK = 724_310_551;
const POLL_MS = 250;

/** lock_not_available and deadlock_detected: the transaction was rolled back, and another attempt may succeed. */
const LOCKED_OUT = ['55P03', '40P01'];

/**
 * Migrations must not have the time limits of the application's connections. If the runner disappears (kill -9, a network
 * failure), the server notices within two seconds, rolls back and releases the locks.
 */
const SETTINGS = {
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  transaction_timeout: '0',
  client_connection_check_interval: '2s',
};

export interface Waiting {
  /** How long to wait for another runner to finish. Milliseconds. */
  waitMs: number;
  /** Receives each line of progress. */
  report: (line: string) => void;
}

/**
 * Lets only one runner work on a database at a time, also through poolers.
 *
 * A connection with its own session holds the lock until the session ends. Through a pooler that gives each transaction another
 * session, each transaction takes the lock again, and leaves nothing in the session. The lock is polled, because a session
 * that waits in pg_advisory_lock holds a snapshot, for which CREATE INDEX CONCURRENTLY would wait.
 */
export class RunnersLock {
  private constructor(
    private readonly connection: QueryRunner,
    private readonly waiting: Waiting,
    /** Whether the lock is held only per transaction. */
    readonly pooled: boolean,
  ) {}

  /**
   * Takes the lock. End the connection afterwards; do not return it to the pool.
   *
   * @throws LockNotObtainedError if another runner does not finish in time
   */
  static async take(connection: QueryRunner, waiting: Waiting): Promise<RunnersLock> {
    let pooled = false;
    await patiently(waiting, async () => {
      pooled = await isPooled(connection);
      if (pooled) return true;
      await settle(connection, 'session');
      return ask(connection, 'pg_try_advisory_lock');
    });
    return new RunnersLock(connection, waiting, pooled);
  }

  /**
   * Runs `work` in a transaction while no other runner has one.
   *
   * @throws LockNotObtainedError if another runner does not finish in time
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    const { connection } = this;
    await patiently(this.waiting, () => this.begin());
    try {
      const result = await work();
      await connection.commitTransaction();
      return result;
    } catch (error) {
      await connection.rollbackTransaction().catch(() => undefined);
      throw error;
    }
  }

  private async begin(): Promise<boolean> {
    const { connection, pooled } = this;
    await connection.startTransaction();
    if (!pooled) return true;
    await settle(connection, 'transaction');
    const obtained = await ask(connection, 'pg_try_advisory_xact_lock');
    if (!obtained) await connection.rollbackTransaction();
    return obtained;
  }
}

/** Whether a statement failed because of another session's locks. */
export function isLockedOut(error: unknown): boolean {
  return error instanceof QueryFailedError && LOCKED_OUT.includes((error.driverError as { code: string }).code);
}

/** `350 ms`, `1.2 s`, `3 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.round(milliseconds / 60_000)} min`;
}

/** A pooler reports a process id to clients that is not that of their session. */
async function isPooled(connection: QueryRunner): Promise<boolean> {
  const { processID } = (await connection.connect()) as Client & { processID: number };
  const [{ pid }] = (await connection.query('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
  return pid !== processID;
}

async function settle(connection: QueryRunner, scope: 'session' | 'transaction'): Promise<void> {
  // Not every version has every setting.
  await connection.query(`SELECT set_config(name, $1::jsonb ->> name, $2) FROM pg_settings WHERE $1::jsonb ? name`, [
    JSON.stringify(SETTINGS),
    scope === 'transaction',
  ]);
}

async function ask(connection: QueryRunner, take: string): Promise<boolean> {
  const [{ obtained }] = (await connection.query(`SELECT ${take}($1) AS obtained`, [RUNNERS_LOCK])) as [
    { obtained: boolean },
  ];
  return obtained;
}

/** Retries while another runner is working. */
async function patiently({ waitMs, report }: Waiting, attempt: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + waitMs;
  // In the embedded database, clients wait for each other, and get 55P03 in the end.
  const succeeds = (): Promise<boolean> =>
    attempt().catch((error: unknown) => {
      if (isLockedOut(error)) return false;
      throw error;
    });
  for (let first = true; !(await succeeds()); first = false) {
    if (first) report('Another runner is migrating this database: waiting for it to finish.');
    if (Date.now() >= end)
      throw new LockNotObtainedError(
        `Another runner has been migrating this database for more than ${duration(waitMs)}: wait for it to finish, then run this again.`,
      );
    await sleep(POLL_MS);
  }
}
