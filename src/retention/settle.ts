import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import { ArchiveRefusedError, discard, finish, parsePartial, partsOf, removeParts, verify } from './archive-file';
import { type Archive, archiveOfFile } from './archives';

/**
 * Gives the files of committed transactions their final names, and removes those of transactions that were rolled back.
 * Each unfinished file names its transaction, which has ended: it held the lock that this transaction holds.
 *
 * @returns the paths of the finished files
 * @throws ArchiveRefusedError if a file is not what was written, or the database does not know its transaction
 */
export async function settle(
  connection: QueryRunner,
  archives: readonly Archive[],
  directory: string,
): Promise<string[]> {
  const finished: string[] = [];
  for (const name of await readdir(directory)) {
    const partial = parsePartial(join(directory, name));
    if (!partial || !archiveOfFile(archives, partial.path)) continue;
    const status = await statusOf(connection, partial.transaction);
    if (status === 'aborted') await discard(partial);
    else if (status === 'committed') {
      await verify(partial);
      // A file made of parts takes their place: none of them may be taken for the beginning of another file.
      await removeParts(await partsOf(partial.path));
      await finish(partial);
      finished.push(partial.path);
    } else
      throw new ArchiveRefusedError(
        `${join(directory, name)} was not finished, and the database does not know its transaction ${partial.transaction}. Check whether its rows are in the database. If they are, delete the file; if not, remove "${partial.suffix}" from its name and its checksum's.`,
      );
  }
  return finished;
}

/** What became of a transaction; null: this database can't know, or no longer knows. */
async function statusOf(connection: QueryRunner, transaction: string): Promise<string | null> {
  const [{ status }] = (await connection.query(
    `SELECT CASE WHEN $1::xid8 < pg_current_xact_id() THEN pg_xact_status($1::xid8) END AS status`,
    [transaction],
  )) as [{ status: string | null }];
  return status;
}
