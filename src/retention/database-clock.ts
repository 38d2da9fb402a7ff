import type { QueryRunner } from 'typeorm';
import { UserError } from '@entity-backend/schema';

const DAY_MS = 24 * 3_600_000;

/**
 * The time of the transaction by the database's clock.
 *
 * @throws UserError if it and the clock of this machine are more than a day apart: one of them is wrong
 */
export async function databaseTime(connection: QueryRunner): Promise<Date> {
  const [{ now }] = (await connection.query('SELECT now() AS now')) as [{ now: Date }];
  const here = new Date();
  if (Math.abs(now.getTime() - here.getTime()) > DAY_MS)
    throw new UserError(
      `The database's clock says ${now.toISOString()}, this machine's ${here.toISOString()}. Correct the one that is wrong and run this again. Nothing was deleted.`,
    );
  return now;
}
