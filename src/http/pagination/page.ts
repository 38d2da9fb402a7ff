import { escapeIdentifier } from 'pg';
import type { EntityManager } from 'typeorm';
import { columnsOf, entitiesOf } from '../../database/rows';
import { InvalidInputError } from '../errors/domain-errors';
import { decodeCursor, encodeCursor, isoOf } from './cursor';

/** The rows of a page where nobody says how many. */
export const DEFAULT_PAGE_SIZE = 50;
/** The most rows of a page. */
export const MAX_PAGE_SIZE = 100;

/**
 * The settings of a transaction that reads a page as far as it goes in the order of an index. Left to itself the planner
 * takes columns that go together, such as a conversation and its owner by which row-level security filters, for independent
 * of each other: it expects next to no rows, and reads the whole list, or all that a person owns, to sort it.
 */
export const IN_INDEX_ORDER = { enable_sort: 'off' };

/** Which part of a list to give. */
export interface PageRequest {
  /** The `next` of the page before. Default: the list's beginning. */
  after?: string;
  /** How many rows at most: 1 to MAX_PAGE_SIZE. Default: DEFAULT_PAGE_SIZE. */
  limit?: number;
}

/** A part of a list. */
export interface Page<T> {
  items: T[];
  /** What to ask the next page with; null: this is the last. */
  next: string | null;
}

/** Some rows of a table, in the order of a timestamp, and of their ids where timestamps are equal. */
export interface List<T> {
  /** A condition in SQL, in the database's names; values are `parameters`. Default: all rows. */
  where?: string;
  /** $1, $2 … of `where`. Default: none. */
  parameters?: readonly unknown[];
  by: keyof T & string;
  order: 'ASC' | 'DESC';
}

/**
 * A page of a list, found by the position after which it begins and not by counting (keyset pagination): an index that
 * ends in the timestamp serves it, as fast in the middle as at the beginning. Whoever walks from page to page meets each
 * row that is there all the time exactly once.
 *
 * @throws InvalidInputError where cursor or limit are wrong; the database is not asked then
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
  // One more than asked for tells whether there is a next page.
  const values = [...parameters, limit + 1];
  let begin = '';
  if (after !== undefined) {
    const { micros, id } = decodeCursor(after);
    begin = `AND (${timestamp}, id) ${order === 'ASC' ? '>' : '<'} ($${values.length + 1}, $${values.length + 2})`;
    values.push(isoOf(micros), id);
  }
  // Of two columns of one name the driver gives the last one: the timestamp with its microseconds, which a Date has not.
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
