import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ColumnType } from 'typeorm';
import { writerOf } from '../../src/encoding/binary';
import { BinaryRows, HEADER, TRAILER } from '../../src/encoding/binary-rows';
import { encoderOf } from '../../src/encoding/text';
import type { ColumnType as Column } from '../../src/shape/column-type';
import { emptyDatabase, type TestDatabase } from '../databases';

function column(type: ColumnType, { isArray = false, isNullable = false } = {}): Column {
  return { type, isArray, isNullable };
}

/** What COPY is sent for a table of one column. */
function asText(of: Column, values: unknown[]): string[] {
  const encode = encoderOf(of);
  return values.map((value) => `${encode(value)}\n`);
}

function asBinary(of: Column, values: unknown[]): Uint8Array[] {
  const write = writerOf(of);
  const out = new BinaryRows();
  for (const value of values) {
    out.int16(1);
    write(value, out);
  }
  return [HEADER, out.take(), TRAILER];
}

describe.each([
  ['text', asText],
  ['binary', asBinary],
] as const)('what is sent by COPY as %s comes back', (format, encode) => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await emptyDatabase();
    client = await database.connect();
    await client.query('CREATE EXTENSION vector');
    await client.query(`SET TimeZone = 'UTC'`);
  });

  afterAll(() => database.close());

  /** Sends the values through a column and reads them as PostgreSQL shows them to `select`. */
  async function roundTrip<T>(sqlType: string, of: Column, values: unknown[], select = 'value'): Promise<T[]> {
    await client.query('BEGIN');
    try {
      await client.query(`CREATE TABLE trip (number serial, value ${sqlType})`);
      const copy = copyFrom(`COPY trip (value) FROM STDIN (FORMAT ${format})`);
      await pipeline(Readable.from(encode(of, values)), client.query(copy));
      const { rows } = await client.query<{ value: T }>(`SELECT ${select} AS value FROM trip ORDER BY number`);
      return rows.map(({ value }) => value);
    } finally {
      await client.query('ROLLBACK');
    }
  }

  /** A property of lists of values, so that a case costs few statements. */
  async function assertReturned<T>(
    value: fc.Arbitrary<T>,
    [sqlType, of, select]: [string, Column, string?],
    expected: (sent: T) => unknown = (sent) => sent,
    read: (returned: never) => unknown = (returned) => returned,
  ): Promise<void> {
    const lists = fc.array(value, { minLength: 1, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(lists, async (values) => {
        const returned = await roundTrip<never>(sqlType, of, values, select);
        expect(returned.map(read)).toEqual(values.map(expected));
      }),
      { numRuns: 30 },
    );
  }

  /** What is special to COPY, to arrays, to JSON or to Unicode, among other characters. */
  const character = fc.oneof(
    fc.constantFrom(...'\\\t\n\r\b\f\v"\'{},[]:$%N.', '\u0001', '\u007f', 'é', '—', '🙏', '\u2028'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }).filter((one) => !one.includes('\0')),
  );
  const text = fc.oneof(
    fc.string({ unit: character }),
    fc.string({ unit: character, minLength: 20, maxLength: 200 }),
    fc.constantFrom('long '.repeat(50_000), '🙏'.repeat(70_000)),
    fc.constantFrom('', '\\N', '\\.', 'NULL', 'null', '{}', '\\', '\\\\', '\\t', '\\u0000', '"', ' ', '\r\n'),
  );
  const date = fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });

  it('text', () => assertReturned(text, ['text', column('text')]));
  it('varchar', () => assertReturned(text, ['varchar', column('varchar')]));
  it('text or null', () => assertReturned(fc.option(text), ['text', column('text', { isNullable: true })]));
  it('arrays of text', () => assertReturned(fc.array(fc.option(text)), ['text[]', column('text', { isArray: true })]));
  it('arrays of numbers', () =>
    assertReturned(fc.array(fc.integer()), ['integer[]', column('integer', { isArray: true })]));
  it('jsonb', () =>
    assertReturned(
      // null alone is no value, and not the JSON null.
      fc.jsonValue({ stringUnit: character }).filter((value) => value !== null),
      ['jsonb', column('jsonb'), 'value::text'],
      (sent) => JSON.parse(JSON.stringify(sent)) as unknown,
      (returned) => JSON.parse(returned) as unknown,
    ));
  it('integers', () => assertReturned(fc.integer(), ['integer', column('integer')]));
  // Adding 0 makes -0 into 0, as PostgreSQL does with the text of either.
  it('doubles', () =>
    assertReturned(fc.double(), ['double precision', column('double precision')], (sent) => sent + 0));
  it('small integers', () =>
    assertReturned(fc.integer({ min: -32_768, max: 32_767 }), ['smallint', column('smallint')]));
  it('single-precision numbers', () =>
    assertReturned(
      fc.float(),
      ['real', column('real')],
      (sent) => sent + 0,
      (returned: number) => Math.fround(returned),
    ));
  it('numerics', () =>
    assertReturned(
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(1e21, 1e-7, 12_345.678, 0.000_1)),
      ['numeric', column('numeric'), 'value::float8'],
      (sent) => sent + 0,
    ));
  it('numerics as they are written', () =>
    assertReturned(
      fc.constantFrom('0.00', '-1.50', '10000', '0.0001', '123456789012345678901234567890.1234500', 'NaN'),
      ['numeric', column('numeric'), 'value::text'],
    ));
  it('arrays of moments', () =>
    assertReturned(fc.array(date), ['timestamptz[]', column('timestamptz', { isArray: true })]));
  it('numerics as text', () => assertReturned(fc.bigInt().map(String), ['numeric', column('numeric'), 'value::text']));
  it('booleans', () => assertReturned(fc.boolean(), ['boolean', column('boolean')]));
  it('UUIDs', () => assertReturned(fc.uuid(), ['uuid', column('uuid')]));
  it('moments', () => assertReturned(date, ['timestamptz', column('timestamptz')]));
  it('days', () =>
    assertReturned(date, ['date', column('date'), 'value::text'], (value) => value.toISOString().slice(0, 10)));
  it('vectors', () =>
    assertReturned(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }),
      ['vector(3)', column('vector'), 'value::real[]'],
      (sent) => sent.map((component) => component + 0),
      (returned: number[]) => returned.map(Math.fround),
    ));
});

describe('an encoder refuses', () => {
  it.each<[string, Column, unknown, string]>([
    ['a NUL in text', column('text'), 'a\0b', 'PostgreSQL stores no text with a NUL character'],
    ['a NUL in an array', column('text', { isArray: true }), ['a\0b'], 'no text with a NUL character'],
    ['a NUL in JSON', column('jsonb'), { a: ['\0'] }, 'no JSON with a NUL character'],
    ['a NUL after a backslash in JSON', column('jsonb'), '\\\0', 'no JSON with a NUL character'],
    ['a NUL in a JSON key', column('jsonb'), { '\0': 1 }, 'no JSON with a NUL character'],
    ['what JSON can’t say', column('jsonb'), undefined, "undefined can't be written as JSON"],
    ['null in a column that takes none', column('text'), null, 'null in a column that is NOT NULL'],
    ['a number as text', column('text'), 7, '7 is not a text'],
    ['text as a number', column('double precision'), '7', "'7' is not a number"],
    ['a fraction as an integer', column('integer'), 0.5, '0.5 is not a whole number'],
    ['a number as a boolean', column('boolean'), 1, '1 is not a boolean'],
    ['text as a moment', column('timestamptz'), '2026-01-01', "'2026-01-01' is not a date"],
    ['an invalid date', column('timestamptz'), new Date(NaN), 'Invalid Date is not a date'],
    ['a year of five digits', column('timestamptz'), new Date('+010000-01-01'), 'from the year 1 to 9999'],
    ['half a day', column('date'), '2026-01', "'2026-01' is not a date"],
    ['text that is no UUID', column('uuid'), 'x', "'x' is not a UUID"],
    ['one value for an array', column('text', { isArray: true }), 'a', "'a' is not an array"],
    ['a number for a vector', column('vector'), 1, '1 is not an array of numbers'],
    ['an integer that is too large', column('integer'), 2 ** 31, '2147483648 does not fit into 32 bits'],
    ['a small integer that is too small', column('smallint'), -32_769, '-32769 does not fit into 16 bits'],
    ['a day that no month has', column('date'), '2026-02-30', "'2026-02-30' is not a date"],
    ['a digit that no UUID has', column('uuid'), '0123456g-89ab-4def-8123-456789abcdef', 'is not a UUID'],
    ['a UUID with a digit for a hyphen', column('uuid'), '012345678-9ab-4def-8123-456789abcdef', 'is not a UUID'],
    ['a UUID with a hyphen for a digit', column('uuid'), '0123456--89ab-4def-8123-456789abcdef', 'is not a UUID'],
    ['a UUID with a letter beyond ASCII', column('uuid'), '0123456é-89ab-4def-8123-456789abcdef', 'is not a UUID'],
  ])('%s', (_, of, value, message) => {
    expect(() => asText(of, [value])).toThrow(message);
    expect(() => asBinary(of, [value])).toThrow(message);
  });

  it('a type that it doesn’t know', () => {
    expect(() => encoderOf(column('point'))).toThrow('columns of type point are not supported');
    expect(() => writerOf(column('point'))).toThrow('columns of type point are not supported');
  });
});
