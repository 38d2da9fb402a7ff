import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { QueryFailedError, type QueryRunner } from 'typeorm';
import { UserError } from '../errors';

/** Another session holds what the runner needs. Nothing is broken: try again later. */
export class LockNotObtainedError extends UserError {
  /** Of a command that it ends. */
  override readonly exitCode = 3;
}

/** All runners ask for this one advisory lock of the database; the number has no meaning. */
const RUNNERS_LOCK = 724_310_551;
const POLL_MS = 250;

/** lock_not_available and deadlock_detected: the transaction has been undone, and its next attempt may well succeed. */
const LOCKED_OUT = ['55P03', '40P01'];

/**
 * Limits that the application's connections may have and a migration must not: it takes as long as it takes. A server that
 * loses its runner (kill -9, a fail-over of the network) notices within two seconds, rolls back and lets go of the locks.
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
  /** Receives a line where there is one. */
  report: (line: string) => void;
}

/**
 * Keeps the runners of a database apart, whichever way they reach it.
 *
 * A connection with a session of its own holds the lock until it ends, so that neither can outlive the other. Through a
 * pooler that hands each transaction to another session, each transaction takes the lock anew, and nothing is left in
 * the session. The lock is polled for: a session that waits in pg_advisory_lock holds a snapshot, and CREATE INDEX
 * CONCURRENTLY waits for that.
 */
export class RunnersLock {
  private constructor(
    private readonly connection: QueryRunner,
    private readonly waiting: Waiting,
    /** Whether it holds for one transaction at a time only. */
    readonly pooled: boolean,
  ) {}

  /**
   * Takes the lock. The connection has to be ended after it, and not go back to its pool.
   *
   * @throws LockNotObtainedError where another runner does not finish in time
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
   * Works in a transaction that no other runner's overlaps.
   *
   * @throws LockNotObtainedError where another runner does not finish in time
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

/** Whether a statement failed because others have its locks. */
export function isLockedOut(error: unknown): boolean {
  return error instanceof QueryFailedError && LOCKED_OUT.includes((error.driverError as { code: string }).code);
}

/** `350 ms`, `1.2 s`, `3 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.round(milliseconds / 60_000)} min`;
}

/** A pooler tells its clients another process id than that of the session which works for them. */
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

/** Tries again and again while another runner is at work. */
async function patiently({ waitMs, report }: Waiting, attempt: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + waitMs;
  // The embedded database makes its clients wait for each other, and at last gives that up with 55P03.
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
