import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ColumnType } from 'typeorm';
import { type Encoder, encoderOf } from '../../../seeds/engine/encoders';
import { emptyDatabase, type TestDatabase } from '../../databases';

function encoder(type: ColumnType, { isArray = false, isNullable = false } = {}): Encoder {
  return encoderOf({ type, isArray, isNullable });
}

describe('what is sent by COPY comes back', () => {
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
  async function roundTrip<T>(sqlType: string, encode: Encoder, values: unknown[], select = 'value'): Promise<T[]> {
    await client.query('BEGIN');
    try {
      await client.query(`CREATE TABLE trip (number serial, value ${sqlType})`);
      const lines = values.map((value) => `${encode(value)}\n`);
      await pipeline(Readable.from(lines), client.query(copyFrom('COPY trip (value) FROM STDIN')));
      const { rows } = await client.query<{ value: T }>(`SELECT ${select} AS value FROM trip ORDER BY number`);
      return rows.map(({ value }) => value);
    } finally {
      await client.query('ROLLBACK');
    }
  }

  /** A property of lists of values, so that a case costs few statements. */
  async function assertReturned<T>(
    value: fc.Arbitrary<T>,
    [sqlType, encode, select]: [string, Encoder, string?],
    expected: (sent: T) => unknown = (sent) => sent,
    read: (returned: never) => unknown = (returned) => returned,
  ): Promise<void> {
    const lists = fc.array(value, { minLength: 1, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(lists, async (values) => {
        const returned = await roundTrip<never>(sqlType, encode, values, select);
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
    fc.constantFrom('', '\\N', '\\.', 'NULL', 'null', '{}', '\\', '\\\\', '\\t', '\\u0000', '"', ' ', '\r\n'),
  );
  const date = fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });

  it('text', () => assertReturned(text, ['text', encoder('text')]));
  it('varchar', () => assertReturned(text, ['varchar', encoder('varchar')]));
  it('text or null', () => assertReturned(fc.option(text), ['text', encoder('text', { isNullable: true })]));
  it('arrays of text', () => assertReturned(fc.array(fc.option(text)), ['text[]', encoder('text', { isArray: true })]));
  it('arrays of numbers', () =>
    assertReturned(fc.array(fc.integer()), ['integer[]', encoder('integer', { isArray: true })]));
  it('jsonb', () =>
    assertReturned(
      // null alone is no value, and not the JSON null.
      fc.jsonValue({ stringUnit: character }).filter((value) => value !== null),
      ['jsonb', encoder('jsonb'), 'value::text'],
      (sent) => JSON.parse(JSON.stringify(sent)) as unknown,
      (returned) => JSON.parse(returned) as unknown,
    ));
  it('integers', () => assertReturned(fc.integer(), ['integer', encoder('integer')]));
  // Adding 0 makes -0 into 0, as PostgreSQL does with the text of either.
  it('doubles', () =>
    assertReturned(fc.double(), ['double precision', encoder('double precision')], (sent) => sent + 0));
  it('numerics as text', () => assertReturned(fc.bigInt().map(String), ['numeric', encoder('numeric'), 'value::text']));
  it('booleans', () => assertReturned(fc.boolean(), ['boolean', encoder('boolean')]));
  it('UUIDs', () => assertReturned(fc.uuid(), ['uuid', encoder('uuid')]));
  it('moments', () => assertReturned(date, ['timestamptz', encoder('timestamptz')]));
  it('days', () =>
    assertReturned(date, ['date', encoder('date'), 'value::text'], (value) => value.toISOString().slice(0, 10)));
  it('vectors', () =>
    assertReturned(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }),
      ['vector(3)', encoder('vector'), 'value::real[]'],
      (sent) => sent.map((component) => component + 0),
      (returned: number[]) => returned.map(Math.fround),
    ));
});

describe('an encoder refuses', () => {
  it.each<[string, Encoder, unknown, string]>([
    ['a NUL in text', encoder('text'), 'a\0b', 'PostgreSQL stores no text with a NUL character'],
    ['a NUL in an array', encoder('text', { isArray: true }), ['a\0b'], 'no text with a NUL character'],
    ['a NUL in JSON', encoder('jsonb'), { a: ['\0'] }, 'no JSON with a NUL character'],
    ['a NUL after a backslash in JSON', encoder('jsonb'), '\\\0', 'no JSON with a NUL character'],
    ['a NUL in a JSON key', encoder('jsonb'), { '\0': 1 }, 'no JSON with a NUL character'],
    ['what JSON can’t say', encoder('jsonb'), undefined, "undefined can't be written as JSON"],
    ['null in a column that takes none', encoder('text'), null, 'null in a column that is NOT NULL'],
    ['a number as text', encoder('text'), 7, '7 is not a text'],
    ['text as a number', encoder('double precision'), '7', "'7' is not a number"],
    ['a fraction as an integer', encoder('integer'), 0.5, '0.5 is not a whole number'],
    ['a number as a boolean', encoder('boolean'), 1, '1 is not a boolean'],
    ['text as a moment', encoder('timestamptz'), '2026-01-01', "'2026-01-01' is not a date"],
    ['an invalid date', encoder('timestamptz'), new Date(NaN), 'Invalid Date is not a date'],
    ['a year of five digits', encoder('timestamptz'), new Date('+010000-01-01'), 'from the year 1 to 9999'],
    ['half a day', encoder('date'), '2026-01', "'2026-01' is not a date"],
    ['text that is no UUID', encoder('uuid'), 'x', "'x' is not a UUID"],
    ['one value for an array', encoder('text', { isArray: true }), 'a', "'a' is not an array"],
    ['a number for a vector', encoder('vector'), 1, '1 is not an array of numbers'],
  ])('%s', (_, encode, value, message) => {
    expect(() => encode(value)).toThrow(message);
  });

  it('a type that it doesn’t know', () => {
    expect(() => encoder('point')).toThrow('there is no encoder for the type point');
  });
});
