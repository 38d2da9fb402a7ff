import { inspect } from 'node:util';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import { DAY, SECOND } from './random';

/**
 * Writes a value as a field of COPY's text format
 * (https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2). Throws where the column can't hold it.
 */
export type Encoder = (value: unknown) => string;

const NULL = '\\N';
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const THREE_DIGITS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** The encoder of a column, made once from its type. Throws for a type that it doesn't know. */
export function encoderOf(column: Pick<ColumnMetadata, 'type' | 'isArray' | 'isNullable'>): Encoder {
  const type = typeof column.type === 'function' ? column.type.name.toLowerCase() : column.type;
  const encode = ENCODERS[type];
  if (!encode) throw new Error(`there is no encoder for the type ${type}`);
  const { isNullable } = column;
  const field: Encoder = column.isArray ? (value) => escape(array(value, encode)) : (FIELDS[type] ?? encode);
  return (value) => {
    if (value !== null) return field(value);
    if (!isNullable) throw new Error('null in a column that is NOT NULL');
    return NULL;
  };
}

function escape(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]) : text;
}

/** A text as a field. Most hold nothing special, which one look tells. */
function textField(value: unknown): string {
  return typeof value === 'string' && !/[\0\\\t\n\r]/.test(value) ? value : escape(text(value));
}

/** JSON as a field: of what COPY has to have escaped it holds backslashes alone. */
function jsonField(value: unknown): string {
  const written = json(value);
  return written.includes('\\') ? escape(written) : written;
}

/** `{"a","b"}`: each element in quotes, so that none reads as NULL or as a brace. */
function array(value: unknown, encode: Encoder): string {
  if (!Array.isArray(value)) throw new Error(`${show(value)} is not an array`);
  const elements = value.map((element) =>
    element === null ? 'NULL' : `"${encode(element).replace(/["\\]/g, '\\$&')}"`,
  );
  return `{${elements.join(',')}}`;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`${show(value)} is not a text`);
  if (value.includes('\0')) throw new Error('PostgreSQL stores no text with a NUL character (code 0)');
  return value;
}

function integer(value: unknown): string {
  if (!Number.isSafeInteger(value)) throw new Error(`${show(value)} is not a whole number`);
  return String(value);
}

function float(value: unknown): string {
  if (typeof value !== 'number') throw new Error(`${show(value)} is not a number`);
  return inThousandths(value) ?? String(value);
}

/** A numeric may come as text, which loses no digits. */
function numeric(value: unknown): string {
  return typeof value === 'string' ? text(value) : float(value);
}

function boolean(value: unknown): string {
  if (typeof value !== 'boolean') throw new Error(`${show(value)} is not a boolean`);
  return value ? 't' : 'f';
}

/** Looks at the form alone: there are two or three in every row, and PostgreSQL reads their digits anyway. */
function uuid(value: unknown): string {
  if (
    typeof value === 'string' &&
    value.length === 36 &&
    value.charCodeAt(8) === HYPHEN &&
    value.charCodeAt(23) === HYPHEN
  )
    return value;
  throw new Error(`${show(value)} is not a UUID`);
}

const HYPHEN = '-'.charCodeAt(0);

/** The days met so far, by their number since 1970: writing them is what takes the time. */
const days = new Map<number, string>();
const MAX_DAYS = 50_000;

/** `2026-01-31T12:00:00.000Z`. */
function moment(value: unknown): string {
  const time = value instanceof Date ? value.getTime() : NaN;
  const day = Math.floor(time / DAY);
  let text = days.get(day);
  if (text === undefined) {
    text = dayOf(value);
    if (days.size < MAX_DAYS) days.set(day, text);
  }
  const ms = time - day * DAY;
  const s = Math.floor(ms / SECOND);
  const minutes = Math.floor(s / 60);
  return `${text}T${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[s % 60]}.${THREE_DIGITS[ms % SECOND]}Z`;
}

function dayOf(value: unknown): string {
  const year = value instanceof Date ? value.getUTCFullYear() : NaN;
  if (!(year >= 1 && year <= 9999)) throw new Error(`${show(value)} is not a date from the year 1 to 9999`);
  return (value as Date).toISOString().slice(0, 10);
}

/** A day without time: `2026-01-31`. */
function day(value: unknown): string {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) return value;
  return dayOf(value);
}

/** A NUL inside is refused by jsonb, as by text: JSON writes it as backslash u0000, after an even number of other backslashes. */
function json(value: unknown): string {
  const written = JSON.stringify(value);
  if (written === undefined) throw new Error(`${show(value)} can't be written as JSON`);
  if (written.includes('\\u0000') && /(?<!\\)(?:\\\\)*\\u0000/.test(written)) {
    throw new Error('PostgreSQL stores no JSON with a NUL character (code 0)');
  }
  return written;
}

function vector(value: unknown): string {
  if (!Array.isArray(value)) throw new Error(`${show(value)} is not an array of numbers`);
  let text = '';
  for (const component of value as number[]) text += `,${inThousandths(component) ?? component}`;
  return `[${text.slice(1)}]`;
}

/** -1, -0.999 … 1 as text: what scores and demo vectors are. To write such a number anew takes five times as long. */
const THOUSANDTHS = Array.from({ length: 2001 }, (_, index) => String((index - 1000) / 1000));

function inThousandths(number: number): string | undefined {
  const thousandths = Math.round(number * 1000);
  return thousandths / 1000 === number ? THOUSANDTHS[thousandths + 1000] : undefined;
}

const ENCODERS: Partial<Record<string, Encoder>> = {
  text,
  varchar: text,
  'character varying': text,
  smallint: integer,
  integer,
  'double precision': float,
  real: float,
  numeric,
  decimal: numeric,
  boolean,
  uuid,
  timestamptz: moment,
  'timestamp with time zone': moment,
  date: day,
  jsonb: json,
  vector,
};

/** The types whose text may hold what COPY has to have escaped. */
const FIELDS: Partial<Record<string, Encoder>> = {
  text: textField,
  varchar: textField,
  'character varying': textField,
  numeric: (value) => escape(numeric(value)),
  decimal: (value) => escape(numeric(value)),
  jsonb: jsonField,
};

/** A value as an error may show it. */
function show(value: unknown): string {
  const shown = inspect(value, { breakLength: Infinity, maxStringLength: 60, maxArrayLength: 5 });
  return shown.length > 100 ? `${shown.slice(0, 100)}…` : shown;
}
