import { basename } from 'node:path';
import { QueryFailedError, type QueryRunner } from 'typeorm';
import { UserError } from '@entity-backend/schema';
import type { Archive } from './archives';
import { archiveNext, type Step } from './batch';
import { claim } from './claim';
import { databaseTime } from './database-clock';
import type { RowCounts } from './formats';
import { settle } from './settle';
import { inTransaction, inTurn } from './transaction';

export interface RetentionOptions {
  /** The folder of the archive. It must exist. */
  directory: string;
  /** Receives each line of progress. Default: progress is not reported. */
  report?: (line: string) => void;
}

/** How often a batch is tried whose rows somebody else changes meanwhile. */
const ATTEMPTS = 5;

/** How many rows of each archive are due now, without those that would leave by cascade. */
export async function countDue(connection: QueryRunner, archives: readonly Archive[], now?: Date): Promise<RowCounts> {
  return inTransaction(connection, async () => {
    const time = now ?? (await databaseTime(connection));
    const counts: RowCounts = new Map();
    for (const { name, table, due } of archives) {
      const [{ count }] = (await connection.query(`SELECT count(*)::integer AS count FROM ${table} WHERE ${due}`, [
        time,
      ])) as [{ count: number }];
      counts.set(name, count);
    }
    return counts;
  });
}

/**
 * Archives and deletes all rows that are due, oldest first.
 *
 * A batch is one transaction, REPEATABLE READ, so that it deletes exactly the rows it has read. It holds the database's
 * retention lock (`inTurn`), in a folder that belongs to this database (`claim`):
 *
 * 1. It settles what earlier transactions, of any run, have left in the folder (`settle`).
 * 2. It notes the keys of the rows, and writes the rows to `<file>.tx<id of the transaction>.partial` and their checksum
 *    beside it. Both files and the folder are synced to the disk.
 * 3. It deletes the rows. Rows that refer to them are deleted by cascade, or lose the reference. Commit.
 *
 * The next transaction gives the file its name if this one was committed, and removes it if not: the database knows by
 * the id. So a run can be killed at any time, and several can take turns: between transactions a run relies on nothing
 * but the database and the folder. No two transactions use the same name, so a run that has lost its transaction without
 * knowing can't touch another one's file.
 *
 * A file that is no month, quarter or year is one batch. A period is as many batches as it takes: each has a file of its
 * own at first, `<file>.part-1` …, and when the period has no more rows, another transaction makes `<file>` of them in the
 * same way.
 *
 * So a row is in the database, or in one file under its final name, or, until the next run, in one part or `.partial`.
 * Rows that have been restored leave again with the next run.
 *
 * @returns the paths of the new files
 */
export async function run(
  connection: QueryRunner,
  archives: readonly Archive[],
  { directory, report = () => undefined }: RetentionOptions,
  now?: Date,
): Promise<string[]> {
  const own = new Set<string>();
  const counts = new Map<string, RowCounts>();
  const nextStep = (archive: Archive): Promise<Step | undefined> =>
    inTurn(connection, async () => {
      await claim(connection, directory);
      for (const path of await settle(connection, archives, directory))
        if (!own.has(path)) report(`${basename(path)}: finished for an earlier run`);
      return archiveNext(connection, archive, directory, now ?? (await databaseTime(connection)));
    });
  for (const archive of archives) {
    for (;;) {
      const step = await unlessOvertaken(archive, () => nextStep(archive));
      if (!step) break;
      own.add(step.written);
      counts.set(step.path, sum(counts.get(step.path), step.counts));
      if (step.written === step.path) report(`${basename(step.path)}: ${inWords(counts.get(step.path)!)}`);
    }
  }
  return [...counts.keys()].filter((path) => own.has(path));
}

/** Tries a step again when somebody else has changed its rows. */
async function unlessOvertaken<T>({ name }: Archive, step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      if (attempt === ATTEMPTS)
        throw new UserError(
          `Rows of ${name} were changed during each of ${ATTEMPTS} attempts to archive them. Run this again when the database is less busy.`,
          { cause: error },
        );
    }
  }
}

/** serialization_failure, deadlock_detected: somebody else has changed the rows, and the transaction was rolled back. */
function isOvertaken(error: unknown): boolean {
  const { code } = (error instanceof QueryFailedError ? error.driverError : error) as { code?: string };
  return code === '40001' || code === '40P01';
}

function sum(one: RowCounts = new Map(), other: RowCounts): RowCounts {
  const total = new Map(one);
  for (const [table, count] of other) total.set(table, count + (total.get(table) ?? 0));
  return total;
}

/** `1000 posts, 2312 decisions`. */
function inWords(counts: RowCounts): string {
  return [...counts].map(([table, count]) => `${count} ${table}`).join(', ');
}
