import { escapeIdentifier } from 'pg';
import type { EntityManager } from 'typeorm';
import { columnsOf, entitiesOf } from '../../database/rows';
import { InvalidInputError } from '../errors/domain-errors';
import { decodeCursor, encodeCursor, isoOf } from './cursor';

/** The default number of rows per page. */
export const DEFAULT_PAGE_SIZE = 50;
/** The maximum number of rows per page. */
export const MAX_PAGE_SIZE = 100;

/**
 * Transaction settings that make the planner read a page in index order. By default it assumes that columns are independent,
 * even a conversation and its owner, by which row-level security filters. It then expects almost no rows, and reads and
 * sorts the whole list.
 */
export const IN_INDEX_ORDER = { enable_sort: 'off' };

/** Which part of a list to return. */
export interface PageRequest {
  /** The `next` of the previous page. Default: the first page. */
  after?: string;
  /** Maximum number of rows, 1 to MAX_PAGE_SIZE. Default: DEFAULT_PAGE_SIZE. */
  limit?: number;
}

/** A part of a list. */
export interface Page<T> {
  items: T[];
  /** The `after` of the next page; null: this is the last page. */
  next: string | null;
}

/** Rows of a table, ordered by a timestamp, then by id. */
export interface List<T> {
  /** An SQL condition with the database's names; its values are `parameters`. Default: all rows. */
  where?: string;
  /** $1, $2 … of `where`. Default: none. */
  parameters?: readonly unknown[];
  by: keyof T & string;
  order: 'ASC' | 'DESC';
}

/**
 * Returns a page of a list by keyset pagination: it starts after a position instead of counting rows. An index that ends in
 * the timestamp makes every page equally fast. Reading all pages returns each row that exists throughout exactly once.
 *
 * @throws InvalidInputError if cursor or limit are invalid; nothing is sent to the database then
 */
export async function pageOf<T extends { id: string }>(
  manager: EntityManager,
  entity: new () => T,
  { where = 'true', parameters = [], by, order }: List<T>,
  { after, limit = DEFAULT_PAGE_SIZE }: PageRequest,
): Promise<Page<T>> {
  checkLimit(limit);
  const metadata = manager.dataSource.getMetadata(entity);
  const timestamp = escapeIdentifier(metadata.findColumnWithPropertyName(by)!.databaseName);
  // One row more than the limit shows whether there is a next page.
  const values = [...parameters, limit + 1];
  let begin = '';
  if (after !== undefined) {
    const { micros, id } = decodeCursor(after);
    begin = `AND (${timestamp}, id) ${order === 'ASC' ? '>' : '<'} ($${values.length + 1}, $${values.length + 2})`;
    values.push(isoOf(micros), id);
  }
  // Of two columns with the same name the driver returns the last: the timestamp with microseconds, which a Date lacks.
  const rows = await manager.query<Record<string, unknown>[]>(
    `SELECT ${columnsOf(metadata)}, (extract(epoch FROM ${timestamp}) * 1000000)::bigint AS ${escapeIdentifier(by)}
     FROM ${escapeIdentifier(metadata.tableName)} WHERE (${where}) ${begin}
     ORDER BY ${timestamp} ${order}, id ${order} LIMIT $${parameters.length + 1}`,
    values,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next =
    last && rows.length > limit ? encodeCursor({ micros: BigInt(last[by] as string), id: last.id as string }) : null;
  for (const row of shown) row[by] = dateOf(BigInt(row[by] as string));
  return { items: entitiesOf(entity, shown), next };
}

function dateOf(micros: bigint): Date {
  return new Date(Number(micros / 1000n));
}

function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_SIZE)
    throw new InvalidInputError(`limit must be 1 to ${MAX_PAGE_SIZE}; got ${String(limit).slice(0, 20)}.`);
}
