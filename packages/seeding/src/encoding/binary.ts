import { DAY } from '../random/random';
import { type ColumnType, typeName } from '../shape/column-type';
import type { BinaryRows } from './binary-rows';
import {
  arrayOf,
  booleanOf,
  dayOf,
  integerOf,
  jsonOf,
  momentOf,
  numberOf,
  show,
  textOf,
  uuidOf,
  vectorOf,
} from './values';

/** Writes a value as a field. Throws where the column can't hold it. */
export type FieldWriter = (value: unknown, out: BinaryRows) => void;

/** The writer of a column, made once from its type. Throws for a type that it doesn't know. */
export function writerOf(column: ColumnType): FieldWriter {
  const type = WRITERS[typeName(column)];
  if (!type) throw new Error(`columns of type ${typeName(column)} are not supported`);
  const { write, oid } = type;
  const field: FieldWriter = column.isArray ? (value, out) => array(value, out, write, oid) : write;
  return (value, out) => {
    if (value !== null) return field(value, out);
    if (!column.isNullable) throw new Error('null in a column that is NOT NULL');
    out.null();
  };
}

/** An array of one dimension, or of none where it is empty. */
function array(value: unknown, out: BinaryRows, write: FieldWriter, oid: number): void {
  const elements = arrayOf(value);
  const start = out.begin();
  out.int32(elements.length > 0 ? 1 : 0);
  out.int32(elements.includes(null) ? 1 : 0);
  out.int32(oid);
  if (elements.length > 0) {
    out.int32(elements.length);
    out.int32(FIRST_ELEMENT);
  }
  for (const element of elements) {
    if (element === null) out.null();
    else write(element, out);
  }
  out.finish(start);
}

const FIRST_ELEMENT = 1;

const text: FieldWriter = (value, out) => {
  const start = out.begin();
  out.text(typeof value === 'string' ? value : textOf(value));
  out.finish(start);
};

const double: FieldWriter = (value, out) => {
  out.int32(8);
  out.float64(numberOf(value));
};

const MOMENT_2000 = Date.UTC(2000, 0, 1);
const HALF = 2 ** 22;
const MICROSECONDS = 1000;

/** Microseconds since 2000 in 64 bits: more than a number holds exactly, so in two parts. */
const moment: FieldWriter = (value, out) => {
  const ms = momentOf(value) - MOMENT_2000;
  const upper = Math.floor(ms / HALF);
  const lower = (ms - upper * HALF) * MICROSECONDS + ((upper * MICROSECONDS) & 0x3ff) * HALF;
  out.int32(8);
  out.int32(Math.floor((upper * MICROSECONDS) / 0x400) + Math.floor(lower / 2 ** 32));
  out.int32(lower);
};

const SIGNS: Partial<Record<string, number>> = { '': 0, '+': 0, '-': 0x4000 };
const NO_NUMBERS: Partial<Record<string, number>> = { NaN: 0xc000, Infinity: 0xd000, '-Infinity': 0xf000 };

/** In digits of base 10,000. A numeric may come as text, which loses no digits. */
const numeric: FieldWriter = (value, out) => {
  const written = typeof value === 'string' ? textOf(value) : String(numberOf(value));
  const [, sign = '', whole = '', decimals = '', exponent = '0'] = NUMERIC.exec(written) ?? [];
  if (whole === '' && !(written in NO_NUMBERS)) throw new Error(`${show(value)} is not a number`);
  // The point is moved as the exponent says, to where there are digits on both of its sides.
  const scale = decimals.length - Number(exponent);
  const digits = (whole + decimals + '0'.repeat(Math.max(0, -scale))).padStart(scale, '0');
  const point = digits.length - Math.max(0, scale);
  const groups = [...groupsOf(digits.slice(0, point), 'padStart'), ...groupsOf(digits.slice(point), 'padEnd')];
  out.int32(8 + 2 * groups.length);
  out.int16(groups.length);
  out.int16(Math.ceil(point / 4) - 1);
  out.int16(NO_NUMBERS[written] ?? SIGNS[sign]!);
  out.int16(Math.max(0, scale));
  for (const group of groups) out.int16(Number(group));
};

const NUMERIC = /^([+-]?)(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** Decimal digits by fours, as many zeros as that takes added to one of their ends. */
function groupsOf(digits: string, pad: 'padStart' | 'padEnd'): string[] {
  return digits[pad](4 * Math.ceil(digits.length / 4), '0').match(/.{4}/g) ?? [];
}

const vector: FieldWriter = (value, out) => {
  const components = vectorOf(value);
  out.int32(4 + 4 * components.length);
  out.int16(components.length);
  out.int16(0);
  for (const component of components) out.float32(numberOf(component));
};

interface TypeWriter {
  readonly write: FieldWriter;
  /** The type's number in the catalog, the same in every database; arrays say it. */
  readonly oid: number;
}

const TEXT: TypeWriter = { oid: 25, write: text };
const VARCHAR: TypeWriter = { oid: 1043, write: text };
const NUMERIC_TYPE: TypeWriter = { oid: 1700, write: numeric };
const TIMESTAMPTZ: TypeWriter = { oid: 1184, write: moment };

const WRITERS: Partial<Record<string, TypeWriter>> = {
  text: TEXT,
  varchar: VARCHAR,
  'character varying': VARCHAR,
  numeric: NUMERIC_TYPE,
  decimal: NUMERIC_TYPE,
  timestamptz: TIMESTAMPTZ,
  'timestamp with time zone': TIMESTAMPTZ,
  'double precision': { oid: 701, write: double },
  smallint: {
    oid: 21,
    write: (value, out) => {
      out.int32(2);
      out.int16(integerOf(value, 16));
    },
  },
  integer: {
    oid: 23,
    write: (value, out) => {
      out.int32(4);
      out.int32(integerOf(value, 32));
    },
  },
  real: {
    oid: 700,
    write: (value, out) => {
      out.int32(4);
      out.float32(numberOf(value));
    },
  },
  boolean: {
    oid: 16,
    write: (value, out) => {
      out.int32(1);
      out.byte(booleanOf(value) ? 1 : 0);
    },
  },
  uuid: {
    oid: 2950,
    write: (value, out) => {
      const digits = uuidOf(value).replaceAll('-', '');
      out.uuid(
        [0, 8, 16, 24].map((start) => parseInt(digits.slice(start, start + 8), 16)) as [number, number, number, number],
      );
    },
  },
  date: {
    oid: 1082,
    write: (value, out) => {
      out.int32(4);
      out.int32((Date.parse(dayOf(value)) - MOMENT_2000) / DAY);
    },
  },
  jsonb: {
    oid: 3802,
    write: (value, out) => {
      const start = out.begin();
      out.byte(JSONB_VERSION);
      out.text(jsonOf(value));
      out.finish(start);
    },
  },
  // It is an extension's, which has another number in every database; no entity has an array of vectors.
  vector: { oid: 0, write: vector },
};

const JSONB_VERSION = 1;
