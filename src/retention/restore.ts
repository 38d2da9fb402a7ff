import { escapeIdentifier } from 'pg';
import { QueryFailedError, type QueryRunner } from 'typeorm';
import { UserError } from '@entity-backend/schema';
import type { RowCounts } from './formats';
import type { Tree } from './tree';

/** Inserts what is in `archived`, each table after those it refers to. */
export async function putBack(connection: QueryRunner, { branches, links }: Tree): Promise<RowCounts> {
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

/** integrity_constraint_violation, undefined_column, undefined_table */
export function explainRefusal(error: unknown, path: string): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  const { code = '', message, detail } = error.driverError as { code?: string; message: string; detail?: string };
  if (!/^23|^42P01$|^42703$/.test(code)) return error;
  const reason = [message, detail].filter(Boolean).join('. ');
  return new UserError(`${path} does not fit what is in the database now, and nothing was put back: ${reason}`, {
    cause: error,
  });
}
