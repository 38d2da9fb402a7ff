import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import { UserError } from '@entity-backend/schema';
import { appService } from '../../entities/access';
import {
  ArchiveRefusedError,
  discard,
  exists,
  finish,
  PARTIAL,
  partOf,
  partsOf,
  recordedChecksum,
  removeParts,
  unusedPath,
  verify,
  writeDurably,
} from './archive-file';
import { type Archive, ARCHIVES } from './archives';
import { contentFor, joined, load, type RowCounts } from './formats';
import { treeOf } from './tree';

export interface RetentionOptions {
  /** The folder of the archive; it has to be there. */
  directory: string;
  /** Receives each line of progress. Default: nobody does. */
  report?: (line: string) => void;
}

/** Another retention run is going on. Nothing is broken: try again later. */
export class RetentionRunningError extends UserError {
  /** Of a command that it ends. */
  override readonly exitCode = 3;
}

/** All runs ask for this one advisory lock of the database; the number has no meaning. */
const RUNS_LOCK = 318_204_977;
/** A run that has been killed lets go of the lock when its server process notices. */
const LOCK_WAIT_MS = 5_000;
const POLL_MS = 100;
/** How often a file is tried whose rows somebody else changes meanwhile. */
const ATTEMPTS = 5;

/** A file that rows are being archived to, batch by batch. */
interface OpenFile {
  path: string;
  label: string;
  parts: string[];
  counts: RowCounts;
}

/**
 * Archives what has been kept for long enough, and then deletes it (003).
 *
 * A batch is one transaction, REPEATABLE READ, so that what it deletes is what it has read:
 *
 * 1. The rows' ids are noted, and the rows written to `<file>.partial`, which is synced to the disk.
 * 2. The file's checksum is written to `<file>.sha256` and synced, and so is the folder. Now the file is complete.
 * 3. The rows are deleted; what refers to them goes by cascade, or forgets them. Commit.
 * 4. `<file>.partial` is renamed to `<file>`, and the folder synced.
 *
 * A file of posts is one batch. A quarter or a year is as many as it takes: each has a file of its own at first,
 * `<file>.part-1` …, of which, when there are no more rows, `<file>` is made in the same way, and then they are removed.
 *
 * Rows that somebody changes meanwhile fail the transaction, which then begins anew. A run that dies leaves at most one
 * `.partial`. The next run looks at it first, when it has the lock of all runs: the lock belongs to the dead one's
 * session, so its transaction has ended by then.
 *
 * - Without a checksum it died before 3: the rows are in the database, the file is removed.
 * - With its checksum, and all of its rows in the database: it did not commit; the file is removed.
 * - With its checksum, and none of its rows in the database: it did commit; step 4 follows.
 * - Where there are parts that it is made of, they have all that it has: the file is removed.
 * - Anything else did not come of a run that died: a person has to look at it, and nothing is touched.
 *
 * Then it makes the file of the parts that are left, or removes them where there is that file: what else there is of that
 * quarter or year goes to another one.
 *
 * So a row is in the database, or in one file under its final name, or, until the next run, in one part or `.partial`.
 * Rows that have been restored leave again with the next run, to a file of their own.
 */
@Injectable()
export class RetentionService {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** How many rows a run would archive now, by table. Those that leave by cascade are not counted. */
  async due(now: Date = new Date()): Promise<RowCounts> {
    return this.connected((connection) =>
      inTransaction(connection, async () => {
        const counts: RowCounts = new Map();
        for (const { name, due } of ARCHIVES) {
          const [{ count }] = (await connection.query(
            `SELECT count(*)::integer AS count FROM ${escapeIdentifier(name)} WHERE ${due}`,
            [now],
          )) as [{ count: number }];
          counts.set(name, count);
        }
        return counts;
      }),
    );
  }

  /**
   * Archives and deletes all rows whose time is over.
   *
   * @returns the paths of the new files
   * @throws RetentionRunningError where another run is going on
   * @throws ArchiveRefusedError where an unfinished file is not what a run that died leaves; nothing is deleted then
   */
  async run({ directory, report = () => undefined }: RetentionOptions, now: Date = new Date()): Promise<string[]> {
    return this.alone(async (connection) => {
      await this.settle(connection, directory, report);
      await finishParts(directory, report);
      const files: string[] = [];
      for (const archive of ARCHIVES) {
        for (;;) {
          const path = await this.archiveFile(connection, archive, { directory, report }, now);
          if (path === undefined) break;
          files.push(path);
        }
      }
      return files;
    });
  }

  /**
   * Puts the rows of a file back, and the references to them; those that are there stay as they are.
   *
   * @returns how many rows were put back, by table
   * @throws ArchiveRefusedError where the file is not what was archived
   * @throws RetentionRunningError where a run is going on
   */
  async restore(path: string): Promise<RowCounts> {
    const archive = archiveOf(path);
    if (!archive || !(await exists(path)))
      throw new ArchiveRefusedError(`${path} is no archive: name a file that npm run retention has written.`);
    const checksum = await recordedChecksum(path);
    if (checksum === undefined)
      throw new ArchiveRefusedError(`${path} has no checksum: put its .sha256 file beside it.`);
    await verify(path, checksum);
    return this.alone((connection) =>
      inTransaction(connection, async () => {
        await load(connection, archive, path);
        return this.putBack(connection, archive);
      }),
    ).catch((error: unknown) => {
      throw explainRefusal(error, path);
    });
  }

  /** Archives the rows of one file. Its path; undefined: nothing is due. */
  private async archiveFile(
    connection: QueryRunner,
    archive: Archive,
    options: Required<RetentionOptions>,
    now: Date,
  ): Promise<string | undefined> {
    let file: OpenFile | undefined;
    let longer = await this.archivePatiently(connection, archive, options, now);
    while (longer) {
      file = longer;
      longer = archive.inParts ? await this.archivePatiently(connection, archive, options, now, file) : undefined;
    }
    if (!file) return undefined;
    if (archive.inParts) await joinParts(archive, file.path, file.parts);
    options.report(`${basename(file.path)}: ${inWords(file.counts)}`);
    return file.path;
  }

  private async archivePatiently(
    connection: QueryRunner,
    archive: Archive,
    options: Required<RetentionOptions>,
    now: Date,
    file?: OpenFile,
  ): Promise<OpenFile | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.archiveNext(connection, archive, options.directory, now, file);
      } catch (error) {
        if (!isOvertaken(error)) throw error;
        if (attempt === ATTEMPTS)
          throw new UserError(
            `Rows of ${archive.name} were changed in each of ${ATTEMPTS} attempts to archive them: run this again when there is less going on.`,
            { cause: error },
          );
        await this.settle(connection, options.directory, options.report);
      }
    }
  }

  /**
   * Archives the rows of one batch.
   *
   * @param file that they belong to. Default: a new one
   * @returns the file with them; undefined: nothing is due, or nothing that belongs to it
   */
  private async archiveNext(
    connection: QueryRunner,
    archive: Archive,
    directory: string,
    now: Date,
    file?: OpenFile,
  ): Promise<OpenFile | undefined> {
    const counts: RowCounts = new Map();
    const written = await inTransaction(connection, async () => {
      const label = await chooseBatch(connection, archive, now);
      if (label === null || (file && label !== file.label)) return undefined;
      const { path, parts } = file ?? {
        path: await unusedPath(directory, `${archive.name}-${label}`, archive.extension),
        parts: [],
      };
      const batch = archive.inParts ? partOf(path, archive.extension, parts.length + 1) : path;
      await writeDurably(batch, contentFor(connection, archive, treeOf(this.dataSource, archive.entity), counts));
      const deleted = await deleteBatch(connection, archive);
      if (deleted !== counts.get(archive.name))
        throw new Error(`${counts.get(archive.name)} rows of ${archive.name} were archived and ${deleted} deleted.`);
      return { path, label, parts: [...parts, batch], counts: sum(file?.counts, counts) };
    });
    if (written) await finish(written.parts.at(-1)!);
    return written;
  }

  /** Settles what a transaction that did not come to its end has left. */
  private async settle(connection: QueryRunner, directory: string, report: (line: string) => void): Promise<void> {
    for (const name of await readdir(directory)) {
      if (!name.endsWith(PARTIAL)) continue;
      const path = join(directory, name.slice(0, -PARTIAL.length));
      const archive = archiveOf(path);
      if (!archive) continue;
      const parts = await partsOf(path, archive.extension);
      if (parts.length === 0 && (await this.wasCommitted(connection, archive, path))) {
        await finish(path);
        report(`${basename(path)}: finished, an earlier run had not come to that`);
      } else {
        await discard(path);
      }
    }
  }

  private async wasCommitted(connection: QueryRunner, archive: Archive, path: string): Promise<boolean> {
    const checksum = await recordedChecksum(path);
    if (checksum === undefined) return false;
    await verify(`${path}${PARTIAL}`, checksum);
    const { all, present } = await inTransaction(connection, async () => {
      await load(connection, archive, `${path}${PARTIAL}`);
      const [counts] = (await connection.query(
        `SELECT count(*)::integer AS all, count(rows.id)::integer AS present
         FROM archived LEFT JOIN ${escapeIdentifier(archive.name)} AS rows ON rows.id = ("row" ->> 'id')::uuid
         WHERE "table" = $1 AND "row" IS NOT NULL`,
        [archive.name],
      )) as [{ all: number; present: number }];
      return counts;
    });
    if (present > 0 && present < all)
      throw new ArchiveRefusedError(
        `${path}${PARTIAL} holds ${all} rows of ${archive.name}, and the database ${present} of them: it is another database's, or rows were deleted. Move the file away, with its .sha256, and keep both.`,
      );
    return present === 0;
  }

  /** Inserts what is in `archived`, each table after those it refers to. */
  private async putBack(connection: QueryRunner, archive: Archive): Promise<RowCounts> {
    const { branches, links } = treeOf(this.dataSource, archive.entity);
    const counts: RowCounts = new Map();
    for (const { table } of branches) {
      // A column that is newer than the archive gets its default.
      const columns = (await connection.query(
        `SELECT json_object_keys("row") AS name FROM (
           SELECT "row" FROM archived WHERE "table" = $1 AND "row" IS NOT NULL LIMIT 1
         ) AS first`,
        [table],
      )) as { name: string }[];
      if (columns.length === 0) continue;
      const names = columns.map(({ name }) => escapeIdentifier(name)).join(', ');
      const inserted = (await connection.query(
        `WITH inserted AS (
           INSERT INTO ${escapeIdentifier(table)} (${names})
           SELECT ${names} FROM archived, json_populate_record(NULL::${escapeIdentifier(table)}, "row")
           WHERE "table" = $1 AND "row" IS NOT NULL
           ON CONFLICT ("id") DO NOTHING RETURNING 1
         ) SELECT count(*)::integer AS count FROM inserted`,
        [table],
      )) as [{ count: number }];
      counts.set(table, inserted[0].count);
    }
    for (const { table, columns } of links) await relink(connection, table, Object.keys(columns));
    return counts;
  }

  /** Does work as the only run of this database. */
  private async alone<T>(work: (connection: QueryRunner) => Promise<T>): Promise<T> {
    return this.connected(async (connection) => {
      await takeLock(connection);
      return work(connection);
    });
  }

  /** Does work on a connection of its own, which ends with it: the pool must not get its lock and settings back. */
  private async connected<T>(work: (connection: QueryRunner) => Promise<T>): Promise<T> {
    const connection = this.dataSource.createQueryRunner('master');
    try {
      await connection.query(SETTINGS);
      return await work(connection);
    } finally {
      const session = connection.connect() as Promise<Client>;
      await session.then((client) => client.end()).catch(() => undefined);
      await connection.release();
    }
  }
}

/** It takes as long as it takes; a server that loses its run notices soon. Not every version has every setting. */
const SETTINGS = `
  SELECT set_config(name, value, false) FROM pg_settings JOIN (VALUES
    ('statement_timeout', '0'),
    ('idle_in_transaction_session_timeout', '0'),
    ('transaction_timeout', '0'),
    ('client_connection_check_interval', '2s'),
    ('TimeZone', 'UTC'),
    ('DateStyle', 'ISO'),
    ('IntervalStyle', 'postgres'),
    ('bytea_output', 'hex'),
    ('extra_float_digits', '1')
  ) AS wanted (name, value) USING (name)`;

async function takeLock(connection: QueryRunner): Promise<void> {
  for (const end = Date.now() + LOCK_WAIT_MS; ; await sleep(POLL_MS)) {
    const [{ obtained }] = (await connection.query('SELECT pg_try_advisory_lock($1) AS obtained', [RUNS_LOCK])) as [
      { obtained: boolean },
    ];
    if (obtained) return;
    if (Date.now() >= end)
      throw new RetentionRunningError(
        'Another retention run is going on in this database: wait for it to finish, and run this again.',
      );
  }
}

/** As app_service, all of it or nothing, on what the database holds when it begins. */
async function inTransaction<T>(connection: QueryRunner, work: () => Promise<T>): Promise<T> {
  await connection.startTransaction('REPEATABLE READ');
  try {
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

/** Notes the ids of the next batch's rows in the table `leaving`. The label of their file; null: nothing is due. */
async function chooseBatch(connection: QueryRunner, { name, next, label }: Archive, now: Date): Promise<string | null> {
  await connection.query('CREATE TEMPORARY TABLE leaving (id uuid PRIMARY KEY) ON COMMIT DROP');
  await connection.query(`INSERT INTO leaving ${next}`, [now]);
  await connection.query('ANALYZE leaving');
  const [chosen] = (await connection.query(
    `SELECT ${label} AS label FROM ${escapeIdentifier(name)} WHERE id IN (SELECT id FROM leaving)`,
  )) as [{ label: string | null }];
  return chosen.label;
}

/** How many rows that were, without those that left by cascade. */
async function deleteBatch(connection: QueryRunner, { name }: Archive): Promise<number> {
  await connection.query(`SELECT set_config('app.job', 'retention', true)`);
  const [, deleted] = (await connection.query(
    `DELETE FROM ${escapeIdentifier(name)} WHERE id IN (SELECT id FROM leaving)`,
  )) as [unknown, number];
  return deleted;
}

/** What had to forget rows refers to them again, unless it has been given something else since. */
async function relink(connection: QueryRunner, table: string, columns: readonly string[]): Promise<void> {
  for (const column of columns) {
    const name = escapeIdentifier(column);
    await connection.query(
      `UPDATE ${escapeIdentifier(table)} AS rows SET ${name} = ("link" ->> $2)::uuid FROM archived
       WHERE archived."table" = $1 AND rows.id = ("link" ->> 'id')::uuid
         AND "link" ->> $2 IS NOT NULL AND rows.${name} IS NULL`,
      [table, column],
    );
  }
}

/** Makes a file of its parts. */
async function joinParts(archive: Archive, path: string, parts: readonly string[]): Promise<void> {
  for (const part of parts) await verify(part, (await recordedChecksum(part)) ?? '');
  await writeDurably(path, joined(archive, parts));
  await finish(path);
  await removeParts(parts);
}

/** Makes the files whose parts a run that died has left. */
async function finishParts(directory: string, report: (line: string) => void): Promise<void> {
  for (const archive of ARCHIVES) {
    const first = partOf('', archive.extension, 1);
    for (const name of await readdir(directory)) {
      if (archiveOf(name) !== archive || !name.endsWith(first)) continue;
      const path = join(directory, name.slice(0, -first.length) + archive.extension);
      const parts = await partsOf(path, archive.extension);
      if (await exists(path)) await removeParts(parts);
      else await joinParts(archive, path, parts);
      report(`${basename(path)}: finished, an earlier run had not come to that`);
    }
  }
}

function archiveOf(path: string): Archive | undefined {
  const name = basename(path);
  return ARCHIVES.find((archive) => name.startsWith(`${archive.name}-`) && name.endsWith(archive.extension));
}

/** serialization_failure, deadlock_detected: somebody else has changed the rows, and nothing has been. */
function isOvertaken(error: unknown): boolean {
  const { code } = (error instanceof QueryFailedError ? error.driverError : error) as { code?: string };
  return code === '40001' || code === '40P01';
}

/** integrity_constraint_violation, undefined_column, undefined_table */
function explainRefusal(error: unknown, path: string): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  const { code = '', message, detail } = error.driverError as { code?: string; message: string; detail?: string };
  if (!/^23|^42P01$|^42703$/.test(code)) return error;
  const reason = [message, detail].filter(Boolean).join('. ');
  return new UserError(`${path} does not fit what is in the database now, and nothing was put back: ${reason}`, {
    cause: error,
  });
}

function sum(one: RowCounts = new Map(), other: RowCounts): RowCounts {
  return new Map(Array.from(other, ([table, count]) => [table, count + (one.get(table) ?? 0)]));
}

/** `1000 posts, 2312 decisions`. */
function inWords(counts: RowCounts): string {
  return [...counts].map(([table, count]) => `${count} ${table}`).join(', ');
}
