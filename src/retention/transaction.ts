import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { UserError } from '@entity-backend/schema';
import { appService } from '../entities/access';

/** Another retention run is in progress. Nothing is broken: try again later. */
export class RetentionRunningError extends UserError {
  /** Of a command that it ends. */
  override readonly exitCode = 3;
}

/** The advisory lock of all retention transactions of a database; the number has no meaning. */
const RETENTION_LOCK = 318_204_977;
/** A run that was killed holds its lock until the server notices. */
const LOCK_WAIT_MS = 5_000;
const POLL_MS = 100;

/**
 * Settings of each transaction. A transaction takes as long as it takes; the server soon notices a run that is gone.
 * Not every version has every setting.
 */
const SETTINGS = `
  SELECT set_config(name, value, true) FROM pg_settings JOIN (VALUES
    ('statement_timeout', '0'),
    ('idle_in_transaction_session_timeout', '0'),
    ('transaction_timeout', '0'),
    ('client_connection_check_interval', '2s'),
    ('synchronous_commit', 'on'),
    ('TimeZone', 'UTC'),
    ('DateStyle', 'ISO'),
    ('IntervalStyle', 'postgres'),
    ('bytea_output', 'hex'),
    ('extra_float_digits', '1')
  ) AS wanted (name, value) USING (name)`;

/** Runs `work` in a REPEATABLE READ transaction as app_service. Nothing of it outlives the transaction. */
export async function inTransaction<T>(connection: QueryRunner, work: () => Promise<T>): Promise<T> {
  await connection.startTransaction('REPEATABLE READ');
  try {
    await connection.query(SETTINGS);
    await connection.query(`SELECT set_config('role', $1, true)`, [appService.name]);
    const result = await work();
    await connection.commitTransaction();
    return result;
  } catch (error) {
    // A connection that is lost can't be rolled back, and need not: the server has done it.
    if (connection.isTransactionActive) await connection.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

/**
 * Like `inTransaction`, in a transaction that holds the database's retention lock from its start to its end. A pooler may
 * give each transaction another session, and clients may share one: the lock belongs to the transaction.
 *
 * @throws RetentionRunningError if another transaction has held the lock for 5 s
 */
export async function inTurn<T>(connection: QueryRunner, work: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + LOCK_WAIT_MS; ; await sleep(POLL_MS)) {
    const turn = await inTransaction(connection, async () => {
      const [{ obtained }] = (await connection.query('SELECT pg_try_advisory_xact_lock($1) AS obtained', [
        RETENTION_LOCK,
      ])) as [{ obtained: boolean }];
      return obtained && { result: await work() };
    });
    if (turn) return turn.result;
    if (Date.now() >= end)
      throw new RetentionRunningError(
        'Another retention run is in progress in this database. Run this again when it has finished.',
      );
  }
}
