import { SnakeCase } from '../sample/naming-strategy';
import fc from 'fast-check';
import { Check, Column, type ColumnOptions, DataSource, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { defineFactory, type Fields, perScale } from '../../src/shape/factory';
import { checkTables } from '../../src/rows/trial';
import { checkEvaluatorOf } from '../../src/inference/check-evaluator';
import { compileTables } from '../../src/rows/table';
import { UserError } from '@entity-backend/schema';
import { emptyDatabase, type TestDatabase } from '../databases';

const BASIS = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };

type EntityClass = new () => object;
type Values = Record<string, unknown>;

/** Some of the columns, as a factory knows them. */
interface Made {
  kind: string;
  label: string | null;
  start: Date;
  finish: Date;
}

let database: TestDatabase;

beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(() => database.close());

/** Columns that a CHECK may speak of, with values that they could have. */
const COLUMNS: Record<string, { options: ColumnOptions; checks?: string; values: fc.Arbitrary<unknown> }> = {
  kind: {
    options: { type: 'text' },
    checks: `"kind" IN ('one', 'many', 'it''s')`,
    values: fc.constantFrom('one', 'many', "it's"),
  },
  label: { options: { type: 'varchar', length: 20 }, values: fc.constantFrom('one', 'a word') },
  flag: { options: { type: 'boolean' }, values: fc.boolean() },
  a: { options: { type: 'integer' }, values: fc.integer({ min: -9, max: 9 }) },
  b: { options: { type: 'integer', default: 3 }, values: fc.integer({ min: -9, max: 9 }) },
  c: { options: { type: 'smallint' }, checks: '"c" BETWEEN 0 AND 9', values: fc.integer({ min: 0, max: 9 }) },
  share: { options: { type: 'double precision' }, checks: '"share" >= 0', values: fc.constantFrom(0, 0.25, 1) },
  price: { options: { type: 'numeric', precision: 6, scale: 2 }, values: fc.constantFrom('0.10', '0.20', '99.95') },
  fee: { options: { type: 'numeric', precision: 6, scale: 2 }, values: fc.constantFrom('0.10', '0.30', '12.00') },
  start: {
    options: { type: 'timestamptz' },
    values: fc.date({ min: new Date('2025-01-01'), max: new Date('2026-12-31'), noInvalidDate: true }),
  },
  finish: {
    options: { type: 'timestamptz' },
    values: fc.date({ min: new Date('2025-01-01'), max: new Date('2026-12-31'), noInvalidDate: true }),
  },
};
const NAMES = Object.keys(COLUMNS);

const number = fc.constantFrom('"a"', '"b"', '"c"', '"share"', '"price"', '"fee"', '0', '1', '4', '-2');
const operator = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');
const text = fc.constantFrom('"kind"', '"label"', `'one'`, `'many'`);
const moment = fc.constantFrom('"start"', '"finish"', `'2025-07-01T00:00:00Z'`);

/** Conditions over several columns, as CHECKs are written. */
const { condition } = fc.letrec<{ condition: string; simple: string; sum: string }>((tie) => ({
  sum: fc.oneof(
    number,
    fc.tuple(number, fc.constantFrom('+', '-'), number).map((words) => words.join(' ')),
    fc.tuple(number, number, number).map((all) => all.join(' + ')),
    fc.tuple(number, number).map(([one, other]) => `abs(${one} - ${other})`),
    number.map((one) => `2 * ${one}`),
  ),
  simple: fc.oneof(
    fc.tuple(tie('sum'), operator, tie('sum')).map((words) => words.join(' ')),
    fc.tuple(number, number, number).map(([one, least, most]) => `${one} BETWEEN ${least} AND ${most}`),
    fc.tuple(text, fc.constantFrom('=', '<>'), text).map((words) => words.join(' ')),
    fc.tuple(moment, operator, moment).map((words) => words.join(' ')),
    fc.constantFrom(...NAMES).map((name) => `"${name}" IS NULL`),
    fc.constantFrom(...NAMES).map((name) => `"${name}" IS NOT NULL`),
    fc.constant(`"kind" IN ('one', 'many')`),
    fc.constant('"flag"'),
  ),
  condition: fc.oneof(
    { maxDepth: 2 },
    tie('simple'),
    tie('condition').map((one) => `NOT (${one})`),
    fc.tuple(tie('condition'), tie('condition')).map(([one, other]) => `(${one}) AND (${other})`),
    fc.tuple(tie('condition'), tie('condition')).map(([one, other]) => `(${one}) OR (${other})`),
    fc.tuple(tie('condition'), tie('condition')).map(([one, other]) => `(${one}) = (${other})`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([one, two, three]) => `CASE WHEN ${one} THEN ${two} ELSE ${three} END`),
  ),
}));

/** CHECKs with a row that keeps them, so that there is at least one. */
const tables = fc
  .record({
    row: fc.record(Object.fromEntries(NAMES.map((name) => [name, COLUMNS[name].values]))),
    nullable: fc.subarray(NAMES),
    empty: fc.subarray(NAMES),
    conditions: fc.array(condition, { minLength: 1, maxLength: 2 }),
    unique: fc.constantFrom<string[]>([], [], ['a'], ['kind', 'c']),
  })
  .map(({ row, nullable, empty, conditions, unique }) => {
    const valueOf = (name: string): unknown => (nullable.includes(name) && empty.includes(name) ? null : row[name]);
    const checks = conditions.map((one) => (checkEvaluatorOf(one)!.holds(valueOf) ? one : `NOT (${one})`));
    return { nullable, checks, unique };
  });

interface Definition {
  readonly nullable: readonly string[];
  readonly checks: readonly string[];
  readonly unique?: readonly string[];
}

function entityOf({ nullable, checks, unique = [] }: Definition): EntityClass {
  const Made = { Made: class {} }.Made;
  PrimaryGeneratedColumn('uuid')(Made.prototype, 'id');
  for (const [name, column] of Object.entries(COLUMNS)) {
    Column({ ...column.options, nullable: nullable.includes(name) })(Made.prototype, name);
    if (column.checks) Check(`chk_${name}`, column.checks)(Made.prototype, name);
  }
  for (const [place, check] of checks.entries()) Check(`chk_made_${place}`, check)(Made);
  if (unique.length > 0) Unique('uq_made', [...unique])(Made);
  Entity('made')(Made);
  return Made;
}

/** Makes a table's rows and sends them to PostgreSQL. */
async function fill(definition: Definition, rows = 20, fields: Fields<Made> = {}): Promise<Values[]> {
  const Made = entityOf(definition);
  const source = await new DataSource({
    type: 'postgres',
    url: database.url,
    entities: [Made],
    namingStrategy: new SnakeCase(),
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    poolSize: 1,
  }).initialize();
  try {
    const [table] = compileTables(
      source.entityMetadatas,
      [defineFactory(Made as new () => Made, perScale(rows), fields)],
      BASIS,
    );
    checkTables(new Map([[table, rows]]));
    const made = Array.from({ length: rows }, (_, index) => {
      const row = table.row(index);
      return Object.fromEntries(table.columns.map(({ property }) => [property, row[property]]));
    });
    await source.query('DROP TABLE IF EXISTS "made"');
    await source.synchronize();
    await source.getRepository(Made).insert(made);
    return made;
  } finally {
    await source.destroy();
  }
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

it('fills whatever table whose CHECKs some row keeps', async () => {
  const kept = fc.asyncProperty(tables, async (definition) => {
    await fill(definition).catch((error: unknown) => {
      // A CHECK may leave fewer values than rows that have to differ.
      if (definition.unique.length === 0 || !(error instanceof UserError)) throw error;
    });
  });
  await fc.assert(kept, { numRuns: 50, seed: 4 });
});

it.each<[string, string[], string[]?]>([
  ['a sum', [`"a" + "b" + "c" = 100`]],
  ['a sum of shares', [`abs("share" + "price" + "fee" - 1) <= 0.001`]],
  ['a sum of exact numbers', [`"price" + "fee" = 0.3`]],
  ['an order of many', [`"a" < "b"`, `"b" < "c"`, `"start" < "finish"`]],
  ['an order that goes below 0', [`"a" + 1000 < "b"`]],
  ['a distance', [`"a" - "b" BETWEEN 5 AND 7`]],
  ['equal texts', [`"kind" = "label"`]],
  ['one of two', [`("label" IS NULL) <> ("start" IS NULL)`], ['label', 'start']],
  ['all or none', [`("label" IS NULL) = ("start" IS NULL)`, `"label" IS NOT NULL OR "flag"`], ['label', 'start']],
  ['what depends on a list', [`CASE "flag" WHEN true THEN "a" > 5 ELSE "a" < 3 END`, `"a" <> 0 OR "flag"`]],
  ['an alternative of one column', [`"a" < -3 OR "a" > 1000`]],
  ['null that one column must not be', [`"label" IS NOT NULL`], ['label']],
])('keeps %s', async (_, checks, nullable = []) => {
  await fill({ checks, nullable });
});

it('finds values of all kinds', async () => {
  const made = await fill({ nullable: ['label'], checks: [`("kind" = 'one') = ("label" IS NOT NULL)`] }, 60);
  expect(new Set(made.map(({ kind }) => kind))).toEqual(new Set(['one', 'many', "it's"]));
  const prices = await fill({ nullable: [], checks: [`abs("share" + "price" - 1) <= 0.001`] }, 60);
  expect(new Set(prices.map(({ price }) => price)).size).toBeGreaterThan(30);
});

it.each([
  [
    'no row at all',
    [`"a" > "b" AND "a" < "b"`],
    'made.a, b, row 0: no values found that satisfy CHECK chk_made_0. Declare these columns in a factory.',
  ],
  ['no row with what other rules say', [`"c" > "share" + 10`], 'made.c, share, row 0: no values found'],
])('refuses, before the first row, a CHECK that allows %s', async (_, checks, message) => {
  expect(await messageOf(fill({ nullable: [], checks }))).toContain(message);
});

describe('beside what a factory makes', () => {
  const definition: Definition = {
    nullable: ['label'],
    checks: [`("kind" = 'one') = ("label" IS NOT NULL)`, `"start" < "finish"`],
  };

  it.each<[string, Fields<Made>]>([
    ['of a value', { kind: 'one' }],
    ['of a function', { kind: (_, random) => random.pick(['one', 'many']), finish: (_, random) => random.ago(9e9) }],
    [
      'of a function that looks at what follows from the entity',
      {
        label: (row) => (row.kind === 'one' ? 'the one' : null),
        finish: (row) => new Date(Number(row.start) + 1),
      },
    ],
  ])('keeps a CHECK: %s', async (_, fields) => {
    await fill(definition, 40, fields);
  });

  it('says what its values break', async () => {
    expect(await messageOf(fill(definition, 1, { kind: 'many', label: 'x' }))).toMatch(
      /^made\.kind, label, row 0: kind "many", label "x" violate CHECK chk_made_0/,
    );
  });
});
