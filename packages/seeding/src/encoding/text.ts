import { type ColumnType, typeName } from '../shape/column-type';
import { isoTime } from './iso';
import { arrayOf, booleanOf, dayOf, integerOf, jsonOf, momentOf, numberOf, textOf, uuidOf, vectorOf } from './values';

/**
 * Writes a value as a field of COPY's text format
 * (https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2). Throws where the column can't hold it.
 */
export type Encoder = (value: unknown) => string;

const NULL = '\\N';
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** The encoder of a column, made once from its type. Throws for a type that it doesn't know. */
export function encoderOf(column: ColumnType): Encoder {
  const encode = ENCODERS[typeName(column)];
  if (!encode) throw new Error(`columns of type ${typeName(column)} are not supported`);
  const written: Encoder = column.isArray ? (value) => array(value, encode) : encode;
  return (value) => {
    if (value !== null) return escape(written(value));
    if (!column.isNullable) throw new Error('null in a column that is NOT NULL');
    return NULL;
  };
}

function escape(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]) : text;
}

/** `{"a","b"}`: each element in quotes, so that none reads as NULL or as a brace. */
function array(value: unknown, encode: Encoder): string {
  const elements = arrayOf(value).map((element) =>
    element === null ? 'NULL' : `"${encode(element).replace(/["\\]/g, '\\$&')}"`,
  );
  return `{${elements.join(',')}}`;
}

/** A numeric may come as text, which loses no digits. */
const numeric: Encoder = (value) => (typeof value === 'string' ? textOf(value) : String(numberOf(value)));
const integer: Encoder = (value) => String(integerOf(value, 32));
const double: Encoder = (value) => String(numberOf(value));
const moment: Encoder = (value) => isoTime(new Date(momentOf(value)));

const ENCODERS: Partial<Record<string, Encoder>> = {
  text: textOf,
  varchar: textOf,
  'character varying': textOf,
  smallint: (value) => String(integerOf(value, 16)),
  integer,
  'double precision': double,
  real: double,
  numeric,
  decimal: numeric,
  boolean: (value) => (booleanOf(value) ? 't' : 'f'),
  uuid: uuidOf,
  timestamptz: moment,
  'timestamp with time zone': moment,
  date: dayOf,
  jsonb: jsonOf,
  vector: (value) => `[${vectorOf(value).join(',')}]`,
};
