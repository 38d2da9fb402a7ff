import type { EntityMetadata } from 'typeorm';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { declarationsOf, type Retention } from '@entity-backend/schema';

const INTERVALS = { month: '1 month', quarter: '3 months', year: '1 year' } as const;
const LABELS = { month: 'YYYY-MM', quarter: 'YYYY-"Q"Q', year: 'YYYY' } as const;
const MOMENT = 'YYYYMMDD"T"HH24MISS.US"Z"';

/** The predicate of rows that have been kept long enough. A period, or a day of a date column, leaves when all of it may. */
export function dueRows({ column, keep, per }: Retention): string {
  const by = escapeIdentifier(column.databaseName);
  const last = `$1::timestamptz - interval '${keep}'`;
  const unit = per ?? (column.type === 'date' ? 'day' : undefined);
  return unit ? `${by} < date_trunc('${unit}', ${last})` : `${by} <= ${last}`;
}

/** How the file of a batch is told from others: '2025-Q4', or the time of its first row. */
export function labelOf({ column, per }: Retention): string {
  return `to_char(min(${escapeIdentifier(column.databaseName)}), '${per ? LABELS[per] : MOMENT}')`;
}

/** Selects the keys of the oldest rows that are due, all of one period. */
export function oldestRows(metadata: EntityMetadata, retention: Retention, table: string, limit: number): string {
  const { column, per } = retention;
  const by = escapeIdentifier(column.databaseName);
  const key = escapeIdentifier(metadata.primaryColumns[0].databaseName);
  const where = [dueRows(retention)];
  if (per) where.push(`${by} < (SELECT date_trunc('${per}', min(${by})) + interval '${INTERVALS[per]}' FROM ${table})`);
  const select = (conditions: string[]): string =>
    `SELECT ${key} AS id, ${by} AS time FROM ${table} WHERE ${conditions.join(' AND ')} ORDER BY 2, 1 LIMIT ${limit}`;
  // An index by an enumeration and the time finds the oldest rows of each value, without a scan of the table.
  const group = groupingOf(metadata, retention);
  const rows = group
    ? group.values.map((value) => `(${select([...where, `${group.column} = ${escapeLiteral(value)}`])})`)
    : [`(${select(where)})`];
  return `SELECT id FROM (${rows.join(' UNION ALL ')}) AS oldest ORDER BY time, id LIMIT ${limit}`;
}

/** The enumeration that is in an index before the time, where no index begins with the time. */
function groupingOf(
  metadata: EntityMetadata,
  { by }: Retention,
): { column: string; values: readonly string[] } | undefined {
  const indexes = indexesOf(metadata);
  if (indexes.some(([first]) => first === by)) return undefined;
  for (const [first] of indexes.filter(([, second]) => second === by)) {
    const column = metadata.findColumnWithPropertyName(first!);
    // Rows with NULL would never leave.
    if (column?.enum && !column.isNullable)
      return { column: escapeIdentifier(column.databaseName), values: column.enum.map(String) };
  }
  return undefined;
}

/** The properties that each index on all rows is made of, in its order; undefined: an expression. */
function indexesOf({ indices, uniques, target }: EntityMetadata): (string | undefined)[][] {
  const declared = typeof target === 'function' ? declarationsOf(target) : [];
  return [
    ...[...indices, ...uniques].map(({ columns }) => columns.map(({ propertyName }) => propertyName)),
    ...declared.flatMap((one) =>
      one.kind === 'index' && one.method === 'btree' && one.where === undefined
        ? [one.keys.map(({ property }) => property)]
        : [],
    ),
  ];
}
