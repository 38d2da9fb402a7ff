import { wellFormedJson } from '../../database/well-formed';
import { DomainError, InvalidInputError } from './domain-errors';
import { domainErrorOf } from './violations';

/**
 * Rows as one parameter for `json_to_recordset`.
 *
 * @throws InvalidInputError if JSON can't represent them: a cycle, too deep nesting, or a bigint
 */
export function jsonOf(rows: readonly object[]): string {
  try {
    return wellFormedJson(rows);
  } catch (error) {
    throw new InvalidInputError("A value can't be written as JSON.", { cause: error });
  }
}

/** A row that was rejected, and why. */
export interface Refused<T> {
  readonly row: T;
  readonly error: DomainError;
}

/**
 * Writes many rows at once. If they are rejected, it writes each half separately, and so on, so that one invalid row doesn't
 * stop the others.
 *
 * @param write writes all given rows or none. Not inside a transaction: an error would end it
 * @returns what `write` returned, in the order of the rows, and the rejected rows
 * @throws errors that no row caused, such as a lost connection; some rows may have been written then
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
