import { InvalidInputError } from '../errors/domain-errors';

/** Where a page ends: a row's timestamp and id. Rows with the same timestamp are ordered by id. */
export interface Position {
  /** Microseconds since 1970, PostgreSQL's precision: with a Date's milliseconds, pages would skip or repeat rows. */
  micros: bigint;
  id: string;
}

/** The last microsecond of the year 9999: PostgreSQL can't read later years in ISO 8601. */
const LATEST = 253_402_300_799_999_999n;

export class MalformedCursorError extends InvalidInputError {
  constructor() {
    super("Invalid cursor: pass the previous page's `next` unchanged, or omit `after` for the first page.");
  }
}

/** The position as 32 URL-safe characters: 8 bytes of time and 16 bytes of id. */
export function encodeCursor({ micros, id }: Position): string {
  const bytes = Buffer.alloc(24);
  bytes.writeBigInt64BE(micros);
  bytes.write(id.replaceAll('-', ''), 8, 'hex');
  return bytes.toString('base64url');
}

/** @throws MalformedCursorError for anything that `encodeCursor` does not produce */
export function decodeCursor(cursor: string): Position {
  if (typeof cursor !== 'string' || !/^[\w-]{32}$/.test(cursor)) throw new MalformedCursorError();
  const bytes = Buffer.from(cursor, 'base64url');
  const micros = bytes.readBigInt64BE();
  if (micros < 0n || micros > LATEST) throw new MalformedCursorError();
  const id = bytes.toString('hex', 8).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return { micros, id };
}

/** The time in ISO 8601, with microseconds. */
export function isoOf(micros: bigint): string {
  const seconds = new Date(Number(micros / 1000n)).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  return `${seconds}.${String(micros % 1_000_000n).padStart(6, '0')}Z`;
}
