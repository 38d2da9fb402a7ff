import { inspect } from 'node:util';

// What a column can hold, by its type: each function gives the value where it is that, and throws where it is not.

export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`${show(value)} is not a text`);
  if (value.includes('\0')) throw new Error('PostgreSQL stores no text with a NUL character (code 0)');
  return value;
}

/** @param bits how many a number of the type has */
export function integerOf(value: unknown, bits: 16 | 32): number {
  if (!Number.isInteger(value)) throw new Error(`${show(value)} is not a whole number`);
  const limit = 2 ** (bits - 1);
  const number = value as number;
  if (number < -limit || number >= limit) throw new Error(`${number} does not fit into ${bits} bits`);
  return number;
}

/** Without the sign of a zero, which the text of a number does not have either. */
export function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new Error(`${show(value)} is not a number`);
  return value + 0;
}

export function booleanOf(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error(`${show(value)} is not a boolean`);
  return value;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function uuidOf(value: unknown): string {
  if (typeof value !== 'string' || !UUID.test(value)) throw new Error(`${show(value)} is not a UUID`);
  return value;
}

const FIRST_MOMENT = Date.parse('0001-01-01T00:00:00Z');
const LAST_MOMENT = Date.parse('9999-12-31T23:59:59.999Z');

/** In ms since 1970. */
export function momentOf(value: unknown): number {
  const time = value instanceof Date ? value.getTime() : NaN;
  if (!(time >= FIRST_MOMENT && time <= LAST_MOMENT)) {
    throw new Error(`${show(value)} is not a date from the year 1 to 9999`);
  }
  return time;
}

/** `2026-01-31`, from that or from a moment of the day in UTC. */
export function dayOf(value: unknown): string {
  if (typeof value !== 'string') return new Date(momentOf(value)).toISOString().slice(0, 10);
  const time = Date.parse(`${value}T00:00:00Z`);
  if (Number.isNaN(time) || dayOf(new Date(time)) !== value) {
    throw new Error(`${show(value)} is not a date from the year 1 to 9999`);
  }
  return value;
}

/** A NUL inside is refused by jsonb, as by text: JSON writes it as backslash u0000, after an even number of other backslashes. */
export function jsonOf(value: unknown): string {
  const written = JSON.stringify(value);
  if (written === undefined) throw new Error(`${show(value)} can't be written as JSON`);
  if (written.includes('\\u0000') && /(?<!\\)(?:\\\\)*\\u0000/.test(written)) {
    throw new Error('PostgreSQL stores no JSON with a NUL character (code 0)');
  }
  return written;
}

export function arrayOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(`${show(value)} is not an array`);
  return value;
}

export function vectorOf(value: unknown): number[] {
  if (!Array.isArray(value)) throw new Error(`${show(value)} is not an array of numbers`);
  return value as number[];
}

/** A value as an error may show it. */
export function show(value: unknown): string {
  const shown = inspect(value, { breakLength: Infinity, maxStringLength: 60, maxArrayLength: 5 });
  return shown.length > 100 ? `${shown.slice(0, 100)}…` : shown;
}
