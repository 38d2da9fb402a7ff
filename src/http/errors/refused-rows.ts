import { wellFormedJson } from '../../database/well-formed';
import { DomainError, InvalidInputError } from './domain-errors';
import { domainErrorOf } from './violations';

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
