import { escapeIdentifier } from 'pg';
import type { EntityManager, EntityMetadata, ObjectLiteral } from 'typeorm';
import { wellFormedJson } from '../../database/well-formed';
import { DomainError, InvalidInputError } from '../errors/domain-errors';
import { domainErrorOf } from '../errors/violations';

const lists = new WeakMap<EntityMetadata, string>();

/** The columns of an entity by the names of its properties: `"user_id" AS "userId", …`, for SELECT and RETURNING. */
export function columnsOf(metadata: EntityMetadata): string {
  let list = lists.get(metadata);
  if (list === undefined) {
    list = metadata.columns
      .filter(({ isSelect }) => isSelect)
      .map(({ databaseName, propertyName }) => `${escapeIdentifier(databaseName)} AS ${escapeIdentifier(propertyName)}`)
      .join(', ');
    lists.set(metadata, list);
  }
  return list;
}

/**
 * Entities by SQL of one's own, where they are read so often that TypeORM's query builder shows, which takes as long as
 * the database (0.2 ms a query, and 5 µs a row):
 *
 *     const [conversation] = await rowsOf(manager, Conversation, 'WHERE id = $1 AND user_id = $2', [id, userId]);
 *
 * They are what the driver makes of the columns: not for entities whose columns have transformers, and rows that are
 * softly deleted are among them.
 *
 * @param clauses what follows FROM, in the database's names
 */
export async function rowsOf<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: new () => T,
  clauses: string,
  parameters: readonly unknown[],
): Promise<T[]> {
  const metadata = manager.dataSource.getMetadata(entity);
  const sql = `SELECT ${columnsOf(metadata)} FROM ${escapeIdentifier(metadata.tableName)} ${clauses}`;
  return entitiesOf(entity, await manager.query<object[]>(sql, [...parameters]));
}

/** Rows whose columns have the names of properties as what they are; they are changed in place. */
export function entitiesOf<T extends object>(entity: new () => T, rows: readonly object[]): T[] {
  return rows.map((row) => Object.setPrototypeOf(row, entity.prototype as object) as T);
}

/**
 * Rows as one parameter, for `json_to_recordset`.
 *
 * @throws InvalidInputError where JSON can't hold them: something contains itself, is nested too deeply, or is a bigint
 */
export function jsonOf(rows: readonly object[]): string {
  try {
    return wellFormedJson(rows);
  } catch (error) {
    throw new InvalidInputError("A value can't be written as JSON.", { cause: error });
  }
}

/** A row that is not written as it was given, and why. */
export interface Refused<T> {
  readonly row: T;
  readonly error: DomainError;
}

/**
 * Writes many rows at once. If they are refused, it writes each half by itself, and so on: one row doesn't stop the others.
 *
 * @param write all or none of what it is given; not in a transaction, which a refusal would end
 * @returns what `write` returned, in the order of the rows, and the rows that are refused by themselves
 * @throws what is no row's fault, such as a lost connection; some rows may be written then
 */
export async function writeEach<T, W>(
  rows: readonly T[],
  write: (rows: readonly T[]) => Promise<W[]>,
): Promise<{ written: W[]; refused: Refused<T>[] }> {
  if (rows.length === 0) return { written: [], refused: [] };
  try {
    return { written: await write(rows), refused: [] };
  } catch (thrown) {
    const error = domainErrorOf(thrown);
    if (!(error instanceof DomainError)) throw error;
    if (rows.length === 1) return { written: [], refused: [{ row: rows[0], error }] };
    const middle = rows.length >> 1;
    const first = await writeEach(rows.slice(0, middle), write);
    const second = await writeEach(rows.slice(middle), write);
    return { written: [...first.written, ...second.written], refused: [...first.refused, ...second.refused] };
  }
}
