import { escapeIdentifier } from 'pg';
import { QueryFailedError, type QueryRunner } from 'typeorm';
import { UserError } from '@entity-backend/schema';
import { ArchiveRefusedError, exists, verifyArchive } from './archive-file';
import { type Archive, archiveOfFile } from './archives';
import { load, type RowCounts } from './formats';
import { inTurn } from './transaction';
import type { Branch, Link } from './tree';

/**
 * Puts the rows of a file back, and the references to them. Rows that are in the database stay as they are.
 *
 * @returns how many rows were put back, by table
 * @throws ArchiveRefusedError if the file is no archive, or not what was archived
 * @throws RetentionRunningError if a run has been at work on one batch for 5 s
 * @throws UserError if the rows do not fit the database any more; none is put back then
 */
export async function restore(connection: QueryRunner, archives: readonly Archive[], path: string): Promise<RowCounts> {
  const archive = archiveOfFile(archives, path);
  if (!archive || !(await exists(path)))
    throw new ArchiveRefusedError(`${path} is not an archive. Name a file that npm run retention has written.`);
  await verifyArchive(path);
  return inTurn(connection, async () => {
    await load(connection, archive, path);
    const counts: RowCounts = new Map();
    for (const branch of archive.tree.branches) await putBack(connection, branch, counts);
    for (const link of archive.tree.links) await relink(connection, link);
    return counts;
  }).catch((error: unknown) => {
    throw explainRefusal(error, path);
  });
}

/** Inserts the rows of a table that are in `archived`. */
async function putBack(connection: QueryRunner, { name, table, keys }: Branch, counts: RowCounts): Promise<void> {
  // A column that is newer than the archive gets its default, and a generated one its value.
  const columns = (await connection.query(
    `SELECT json_object_keys("row") AS name FROM (
       SELECT "row" FROM archived WHERE "table" = $1 AND "row" IS NOT NULL LIMIT 1
     ) AS first
     EXCEPT SELECT attname FROM pg_attribute WHERE attrelid = $2::regclass AND attgenerated <> ''`,
    [name, table],
  )) as { name: string }[];
  if (columns.length === 0) return;
  const names = columns.map((column) => escapeIdentifier(column.name)).join(', ');
  const [{ count }] = (await connection.query(
    `WITH inserted AS (
       INSERT INTO ${table} (${names}) OVERRIDING SYSTEM VALUE
       SELECT ${names} FROM archived, json_populate_record(NULL::${table}, "row")
       WHERE "table" = $1 AND "row" IS NOT NULL
       ON CONFLICT (${keys.join(', ')}) DO NOTHING RETURNING 1
     ) SELECT count(*)::integer AS count FROM inserted`,
    [name],
  )) as [{ count: number }];
  counts.set(name, count);
}

/** Rows that have lost a reference get it back, unless they have been given another one since. */
async function relink(connection: QueryRunner, { name, table, keys, columns }: Link): Promise<void> {
  for (const column of Object.keys(columns).map(escapeIdentifier)) {
    const same = keys.map((key) => `rows.${key} = linked.${key}`).join(' AND ');
    await connection.query(
      `UPDATE ${table} AS rows SET ${column} = linked.${column}
       FROM archived, json_populate_record(NULL::${table}, "link") AS linked
       WHERE "table" = $1 AND "link" IS NOT NULL AND ${same} AND linked.${column} IS NOT NULL AND rows.${column} IS NULL`,
      [name],
    );
  }
}

/** integrity_constraint_violation, undefined_column, undefined_table */
function explainRefusal(error: unknown, path: string): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  const { code = '', message, detail } = error.driverError as { code?: string; message: string; detail?: string };
  if (!/^23|^42P01$|^42703$/.test(code)) return error;
  const reason = [message, detail].filter(Boolean).join('. ');
  return new UserError(`${path} does not fit the database any more, and nothing was put back: ${reason}`, {
    cause: error,
  });
}
