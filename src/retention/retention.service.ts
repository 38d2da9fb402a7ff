import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { escapeIdentifier } from 'pg';
import { DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import { UserError } from '@entity-backend/schema';
import {
  ArchiveRefusedError,
  exists,
  partialOf,
  partOf,
  partsOf,
  unusedPath,
  verifyArchive,
  writeDurably,
} from './archive-file';
import { type Archive, archiveOf, ARCHIVES } from './archives';
import { claim } from './claim';
import { databaseTime } from './database-clock';
import { contentFor, joined, load, type RowCounts } from './formats';
import { explainRefusal, putBack } from './restore';
import { settle } from './settle';
import { inTransaction, inTurn } from './transaction';
import { treeOf } from './tree';

export interface RetentionOptions {
  /** The folder of the archive; it has to be there. */
  directory: string;
  /** Receives each line of progress. Default: nobody does. */
  report?: (line: string) => void;
}

/** How often a batch is tried whose rows somebody else changes meanwhile. */
const ATTEMPTS = 5;

/** What one transaction of a run has done. */
interface Step {
  /** The file that it was for. */
  path: string;
  /** What it wrote: the file, or a part of it. */
  written: string;
  /** How many rows it archived, by table. */
  counts: RowCounts;
}

/** A file of which there are parts so far. */
interface OpenFile {
  path: string;
  parts: string[];
}

/**
 * Archives what has been kept for long enough, and then deletes it (003).
 *
 * A batch is one transaction, REPEATABLE READ, so that what it deletes is what it has read. It holds the database's
 * retention lock (`inTurn`), in a folder that belongs to this database (`claim`):
 *
 * 1. It settles what earlier transactions have left in the folder (`settle`), whoever's they were.
 * 2. The rows' ids are noted, and the rows written to `<file>.tx<id of the transaction>.partial`, its checksum beside it.
 *    Both are synced to the disk, and so is the folder.
 * 3. The rows are deleted; what refers to them goes by cascade, or forgets them. Commit.
 *
 * The next transaction gives the file its name if this one was committed, and removes it if not: the database knows by
 * the id. So it does not matter who dies when, nor how many runs take turns: between transactions a run relies on nothing
 * but the database and the folder. No two transactions use the same name, so a run that has lost its transaction without
 * knowing can't touch another one's file.
 *
 * A file of posts is one batch. A quarter or a year is as many as it takes: each has a file of its own at first,
 * `<file>.part-1` …, of which, when there are no more rows, another transaction makes `<file>` in the same way.
 *
 * So a row is in the database, or in one file under its final name, or, until the next run, in one part or `.partial`.
 * Rows that have been restored leave again with the next run.
 */
@Injectable()
export class RetentionService {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * How many rows a run would archive now, by table. Those that leave by cascade are not counted.
   *
   * @param now Default: the time by the database's clock
   */
  async due(now?: Date): Promise<RowCounts> {
    return this.connected((connection) =>
      inTransaction(connection, async () => {
        const time = now ?? (await databaseTime(connection));
        const counts: RowCounts = new Map();
        for (const { name, due } of ARCHIVES) {
          const [{ count }] = (await connection.query(
            `SELECT count(*)::integer AS count FROM ${escapeIdentifier(name)} WHERE ${due}`,
            [time],
          )) as [{ count: number }];
          counts.set(name, count);
        }
        return counts;
      }),
    );
  }

  /**
   * Archives and deletes all rows whose time is over. Several runs may go on at once: they take turns.
   *
   * @param now Default: the time of each transaction by the database's clock
   * @returns the paths of the new files
   * @throws RetentionRunningError where another run has been at work on one batch for 5 s
   * @throws ArchiveRefusedError where the folder is another database's, or an unfinished file is not what a run that died
   *   leaves; nothing is deleted then
   * @throws UserError where the database's clock can't be right
   */
  async run({ directory, report = () => undefined }: RetentionOptions, now?: Date): Promise<string[]> {
    return this.connected(async (connection) => {
      const own = new Set<string>();
      const counts = new Map<string, RowCounts>();
      const onSettled = (path: string): void => {
        if (!own.has(path)) report(`${basename(path)}: finished, another run had not come to that`);
      };
      for (const archive of ARCHIVES) {
        for (;;) {
          const step = await this.nextStep(connection, archive, directory, onSettled, now);
          if (!step) break;
          own.add(step.written);
          counts.set(step.path, sum(counts.get(step.path), step.counts));
          if (step.written === step.path) report(`${basename(step.path)}: ${inWords(counts.get(step.path)!)}`);
        }
      }
      return [...counts.keys()].filter((path) => own.has(path));
    });
  }

  /**
   * Puts the rows of a file back, and the references to them; those that are there stay as they are.
   *
   * @returns how many rows were put back, by table
   * @throws ArchiveRefusedError where the file is not what was archived
   * @throws RetentionRunningError where a run has been at work on one batch for 5 s
   */
  async restore(path: string): Promise<RowCounts> {
    const archive = archiveOf(path);
    if (!archive || !(await exists(path)))
      throw new ArchiveRefusedError(`${path} is no archive: name a file that npm run retention has written.`);
    await verifyArchive(path);
    return this.connected((connection) =>
      inTurn(connection, async () => {
        await load(connection, archive, path);
        return putBack(connection, treeOf(this.dataSource, archive.entity));
      }),
    ).catch((error: unknown) => {
      throw explainRefusal(error, path);
    });
  }

  private async nextStep(
    connection: QueryRunner,
    archive: Archive,
    directory: string,
    onSettled: (path: string) => void,
    now: Date | undefined,
  ): Promise<Step | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await inTurn(connection, async () => {
          await claim(connection, directory);
          for (const path of await settle(connection, directory)) onSettled(path);
          return this.archiveNext(connection, archive, directory, now ?? (await databaseTime(connection)));
        });
      } catch (error) {
        if (!isOvertaken(error)) throw error;
        if (attempt === ATTEMPTS)
          throw new UserError(
            `Rows of ${archive.name} were changed in each of ${ATTEMPTS} attempts to archive them: run this again when there is less going on.`,
            { cause: error },
          );
      }
    }
  }

  /** Archives the rows of one batch, or makes a file of its parts. Undefined: nothing is due. */
  private async archiveNext(
    connection: QueryRunner,
    archive: Archive,
    directory: string,
    now: Date,
  ): Promise<Step | undefined> {
    const label = await chooseBatch(connection, archive, now);
    const open = archive.inParts ? await openFile(directory, archive) : undefined;
    if (open && (label === null || !isLabelled(open.path, archive, label))) return joinParts(connection, archive, open);
    if (label === null) return undefined;
    const path = open?.path ?? (await unusedPath(directory, `${archive.name}-${label}`, archive.extension));
    const written = archive.inParts ? partOf(path, archive.extension, (open?.parts.length ?? 0) + 1) : path;
    const counts: RowCounts = new Map();
    await write(connection, written, contentFor(connection, archive, treeOf(this.dataSource, archive.entity), counts));
    const deleted = await deleteBatch(connection, archive);
    if (deleted !== counts.get(archive.name))
      throw new Error(`${counts.get(archive.name)} rows of ${archive.name} were archived and ${deleted} deleted.`);
    return { path, written, counts };
  }

  private async connected<T>(work: (connection: QueryRunner) => Promise<T>): Promise<T> {
    const connection = this.dataSource.createQueryRunner('master');
    try {
      return await work(connection);
    } finally {
      await connection.release();
    }
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

/** The file of an archive of which there are parts; undefined: there is none. */
async function openFile(directory: string, { name, extension }: Archive): Promise<OpenFile | undefined> {
  const end = partOf('', extension, 1);
  const first = (await readdir(directory)).sort().find((file) => file.startsWith(`${name}-`) && file.endsWith(end));
  if (first === undefined) return undefined;
  const path = join(directory, first.slice(0, -end.length) + extension);
  return { path, parts: await partsOf(path, extension) };
}

/** Whether a file is the label's: `audit_logs-2020.json.gz`, or one of those after it, `audit_logs-2020-2.json.gz` … */
function isLabelled(path: string, { name, extension }: Archive, label: string): boolean {
  const stem = basename(path, extension);
  return stem === `${name}-${label}` || stem.startsWith(`${name}-${label}-`);
}

/** Makes a file of its parts, which are removed when it is finished. */
async function joinParts(connection: QueryRunner, archive: Archive, { path, parts }: OpenFile): Promise<Step> {
  for (const part of parts) await verifyArchive(part);
  await write(connection, path, joined(archive, parts));
  return { path, written: path, counts: new Map() };
}

/** Writes a file that counts if this transaction is committed. */
async function write(connection: QueryRunner, path: string, content: AsyncIterable<string | Buffer>): Promise<void> {
  const [{ id }] = (await connection.query('SELECT pg_current_xact_id()::text AS id')) as [{ id: string }];
  await writeDurably(partialOf(path, id), content);
}

/** serialization_failure, deadlock_detected: somebody else has changed the rows, and nothing has been. */
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
