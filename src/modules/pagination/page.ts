import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
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

/** The order of a list: by a timestamp of the row, and by its id where timestamps are equal. */
export interface PageOrder<T> {
  by: keyof T & string;
  order: 'ASC' | 'DESC';
}

/**
 * The page of a query's rows, found by the position after which it begins and not by counting (keyset pagination): an
 * index that ends in the timestamp serves it, as fast in the middle as at the beginning. Whoever walks from page to page
 * meets each row that is there all the time exactly once.
 *
 * @param query without order and limit, its entity's key `id`
 * @throws InvalidInputError where cursor or limit are wrong; the database is not asked then
 */
export async function pageOf<T extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<T>,
  { by, order }: PageOrder<T>,
  { after, limit = DEFAULT_PAGE_SIZE }: PageRequest,
): Promise<Page<T>> {
  checkLimit(limit);
  const [timestamp, id] = [`${query.alias}.${by}`, `${query.alias}.id`];
  if (after !== undefined) {
    const position = decodeCursor(after);
    query.andWhere(`(${timestamp}, ${id}) ${order === 'ASC' ? '>' : '<'} (:afterTime, :afterId)`, {
      afterTime: isoOf(position.micros),
      afterId: position.id,
    });
  }
  const { entities, raw } = await query
    .addSelect(`(extract(epoch FROM ${timestamp}) * 1000000)::bigint`, 'micros')
    .orderBy(timestamp, order)
    .addOrderBy(id, order)
    // One more than asked for tells whether there is a next page.
    .limit(limit + 1)
    .getRawAndEntities<{ micros: string }>();
  const items = entities.slice(0, limit);
  if (entities.length <= limit) return { items, next: null };
  return { items, next: encodeCursor({ micros: BigInt(raw[limit - 1].micros), id: items[limit - 1].id }) };
}

function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_SIZE)
    throw new InvalidInputError(
      `A page has 1 to ${MAX_PAGE_SIZE} rows: ${String(limit).slice(0, 20)} is none of them.`,
    );
}
