import { SnakeCase } from '../sample/naming-strategy';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDateString,
  IsEmail,
  IsHexColor,
  IsIn,
  IsInt,
  IsISO8601,
  IsLowercase,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsSemVer,
  IsTimeZone,
  IsUrl,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxDate,
  MaxLength,
  Min,
  MinDate,
  MinLength,
  validate,
} from 'class-validator';
import fc from 'fast-check';
import { type ClientBase, escapeLiteral } from 'pg';
import {
  Check,
  Column,
  type ColumnOptions,
  DataSource,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm';
import { UserError } from '@entity-backend/schema';
import { defineFactory, perParent, perScale } from '../../src/shape/factory';
import { checkTables } from '../../src/rows/trial';
import { compileTables, type Table } from '../../src/rows/table';
import { binaryChunks } from '../../src/loading/chunks';
import { copyRows } from '../../src/loading/writer';
import { emptyDatabase, type TestDatabase } from '../databases';

const ROWS = 100;
const BASIS = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };

type EntityClass = new () => object;

/** A CHECK, in which `$` is the column, or a rule of class-validator. */
type Rule = string | { readonly decorate: PropertyDecorator };

interface ColumnDefinition {
  readonly options: ColumnOptions;
  readonly rules: readonly Rule[];
}

interface Definition {
  readonly columns: readonly ColumnDefinition[];
  /** The columns, by number, of a composite unique constraint. */
  readonly unique: readonly number[];
  readonly parent: 'none' | 'any' | 'many children' | 'one child' | 'composite';
}

function rule(decorator: (...args: never[]) => PropertyDecorator, ...args: unknown[]): Rule {
  const says = `${decorator.name}(${args.map((one) => fc.stringify(one)).join(', ')})`;
  return Object.assign({ decorate: decorator(...(args as never[])) }, { [fc.toStringMethod]: () => says });
}

/** The rules that give the same range, in several ways of writing it. */
function rangeRules<T>(
  [min, max]: readonly [T, T],
  literal: (bound: T) => string,
  validators: readonly [Rule, Rule],
): fc.Arbitrary<Rule[]> {
  const [a, b] = [literal(min), literal(max)];
  return fc.constantFrom<Rule[]>(
    [],
    [`"$" BETWEEN ${a} AND ${b}`],
    [`"$" >= ${a} AND "$" <= ${b}`],
    [`${a} <= "$"`, `(${b} >= "$")`],
    [`"$" >= ${a}`],
    [`"$" <= ${b}`],
    [`"$" IS NULL OR "$" BETWEEN ${a} AND ${b}`],
    [...validators],
    [`"$" >= ${a}`, validators[1]],
  );
}

/** The smallest and the largest of some whole numbers. */
function range(smallest: number, largest: number): fc.Arbitrary<[number, number]> {
  const bound = fc.integer({ min: smallest, max: largest });
  return fc.tuple(bound, bound).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
}

function column(options: ColumnOptions, rules: fc.Arbitrary<readonly Rule[]>): fc.Arbitrary<ColumnDefinition> {
  return rules.map((chosen) => ({ options, rules: chosen }));
}

const text: ColumnOptions = { type: 'text' };
const word = fc.string({ unit: fc.constantFrom(...`ab'"\\ é🙏%$(,)`), minLength: 1, maxLength: 6 });

const lists = fc
  .uniqueArray(word, { minLength: 1, maxLength: 5 })
  .chain((values) =>
    column(
      text,
      fc.constantFrom<Rule[]>(
        [`"$" IN (${values.map(escapeLiteral).join(', ')})`, rule(IsIn, values)],
        [rule(IsIn, values)],
      ),
    ),
  );

const numberLists = fc
  .uniqueArray(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 5 })
  .map((values): ColumnDefinition => ({ options: { type: 'integer' }, rules: [`"$" IN (${values.join(', ')})`] }));

const lengths = range(0, 60).chain(([min, max]) =>
  fc.oneof(
    column(
      text,
      fc.constantFrom<Rule[]>(
        [`char_length("$") BETWEEN ${min} AND ${max}`],
        [`length("$") >= ${min}`, `length("$") <= ${max}`],
        [rule(Length, min, max)],
        [rule(MinLength, min), `char_length("$") <= ${max}`],
        [rule(MaxLength, max)],
      ),
    ),
    column(
      { type: 'varchar', length: Math.max(1, max) },
      fc.constantFrom<Rule[]>([], [rule(MinLength, min)], [rule(IsNotEmpty)], [`"$" <> ''`], [`length(trim("$")) > 0`]),
    ),
  ),
);

const PATTERNS = ['^[a-z]+$', '^[A-Z]{2}-[0-9]{1,4}$', '^(yes|no)$', '^#[0-9a-f]{6}$', '[0-9]', '^[^@ ]+@[^@ ]+$'];
const patterns = fc
  .constantFrom(...PATTERNS)
  .chain((pattern) =>
    column(
      text,
      fc.constantFrom<Rule[]>(
        [`"$" ~ '${pattern}'`],
        [rule(Matches, new RegExp(pattern))],
        [`"$" ~ '${pattern}'`, rule(MaxLength, 9)],
      ),
    ),
  );

const formats = fc.constantFrom<ColumnDefinition>(
  { options: { type: 'varchar', length: 254 }, rules: [rule(IsEmail), rule(IsLowercase)] },
  { options: text, rules: [rule(IsUrl)] },
  { options: { type: 'varchar', length: 7 }, rules: [rule(IsHexColor)] },
  { options: text, rules: [rule(IsSemVer)] },
  { options: text, rules: [rule(IsTimeZone), `"$" <> ''`] },
  { options: text, rules: [rule(IsUUID, '7')] },
  { options: { type: 'uuid' }, rules: [rule(IsUUID)] },
  { options: { type: 'uuid' }, rules: [] },
  { options: { type: 'boolean' }, rules: [] },
  { options: { type: 'jsonb' }, rules: [rule(IsObject)] },
  { options: { type: 'jsonb' }, rules: [rule(IsArray), rule(ArrayMinSize, 2)] },
  { options: { type: 'jsonb' }, rules: [] },
  { options: { type: 'date' }, rules: [rule(IsDateString)] },
  { options: { type: 'date' }, rules: [rule(IsISO8601)] },
);

const integers = fc
  .constantFrom('smallint' as const, 'integer' as const)
  .chain((type) =>
    range(-300, 300).chain((bounds) =>
      fc.oneof(
        column({ type }, rangeRules(bounds, String, [rule(Min, bounds[0]), rule(Max, bounds[1])])),
        column({ type }, fc.constant([`"$" > ${bounds[0] - 1} AND "$" < ${bounds[1] + 1}`, rule(IsInt)])),
      ),
    ),
  );

const decimals = fc.integer({ min: 0, max: 3 }).chain((scale) =>
  range(-5000, 5000).chain(([least, most]) => {
    const bounds = [least / 10 ** scale, most / 10 ** scale] as const;
    // What a numeric is as text, class-validator calls no number.
    const rules = rangeRules(bounds, (bound) => bound.toFixed(scale), [
      `"$" >= ${bounds[0].toFixed(scale)}`,
      `"$" <= ${bounds[1].toFixed(scale)}`,
    ]);
    return column({ type: 'numeric', precision: 8, scale }, rules);
  }),
);

const floats = fc.constantFrom('real' as const, 'double precision' as const).chain((type) =>
  range(-4000, 4000).chain(([least, most]) => {
    const bounds = [least / 8, most / 8] as const;
    return column({ type }, rangeRules(bounds, String, [rule(Min, bounds[0]), rule(Max, bounds[1])]));
  }),
);

const DAY = 86_400_000;
const moments = range(-4000, 4000).chain(([first, last]) => {
  const [from, to] = [
    new Date(Number(BASIS.referenceDate) + first * DAY),
    new Date(Number(BASIS.referenceDate) + last * DAY),
  ];
  const literal = (moment: Date): string => `'${moment.toISOString()}'`;
  return column({ type: 'timestamptz' }, rangeRules([from, to], literal, [rule(MinDate, from), rule(MaxDate, to)]));
});
const days = range(-4000, 4000).chain((bounds) => {
  const literal = (day: number): string =>
    `'${new Date(Number(BASIS.referenceDate) + day * DAY).toISOString().slice(0, 10)}'`;
  return column(
    { type: 'date' },
    rangeRules(bounds, literal, [`"$" >= ${literal(bounds[0])}::date`, `"$" <= ${literal(bounds[1])}::date`]),
  );
});

const arrays = range(0, 6).chain(([min, max]) =>
  fc.oneof(
    column(
      { ...text, array: true },
      fc.constantFrom<Rule[]>(
        [`cardinality("$") BETWEEN ${min} AND ${max}`],
        [rule(ArrayMinSize, min), rule(ArrayMaxSize, max)],
        [`cardinality("$") <= ${max}`, rule(IsIn, ['a', 'b', 'c,"d'], { each: true })],
      ),
    ),
    column(
      { type: 'integer', array: true },
      fc.constantFrom<Rule[]>([], [`array_length("$", 1) >= ${Math.max(1, min)}`]),
    ),
  ),
);

const columns = fc
  .record({
    definition: fc.oneof(
      lists,
      numberLists,
      lengths,
      patterns,
      formats,
      integers,
      decimals,
      floats,
      moments,
      days,
      arrays,
    ),
    nullable: fc.constantFrom('no', 'no', 'by both', 'by the column'),
    unique: fc.constantFrom(false, false, false, true),
  })
  .map(({ definition: { options, rules }, nullable, unique }): ColumnDefinition => ({
    options: { ...options, nullable: nullable !== 'no', unique },
    rules: nullable === 'by both' ? [...rules, rule(IsOptional)] : rules,
  }));

const definitions = fc.record<Definition>({
  columns: fc.array(columns, { minLength: 1, maxLength: 6 }),
  unique: fc.uniqueArray(fc.nat(5), { maxLength: 3 }),
  parent: fc.constantFrom('none', 'any', 'many children', 'one child', 'composite'),
});

class Parent {
  id: string;
  code: string;
}

/** The entities of a definition: the table, after its parent where there is one. */
function entitiesOf({ columns, unique, parent }: Definition): EntityClass[] {
  const Made = { Made: class {} }.Made;
  PrimaryGeneratedColumn('uuid')(Made.prototype, 'id');
  for (const [place, { options, rules }] of columns.entries()) {
    const property = `column${place}`;
    Column(options)(Made.prototype, property);
    for (const [number, one] of rules.entries()) {
      if (typeof one !== 'string') one.decorate(Made.prototype, property);
      else Check(`chk_${place}_${number}`, one.replaceAll('"$"', `"column${place}"`))(Made.prototype, property);
    }
  }
  const together = unique.filter((place) => place < columns.length).map((place) => `column${place}`);
  if (parent === 'many children' && together.length > 0) together.push('parentId');
  if (together.length > 0) Unique('uq_made', together)(Made);
  Entity('made')(Made);
  if (parent === 'none') return [Made];

  const ParentMade = class extends Parent {};
  PrimaryGeneratedColumn('uuid')(ParentMade.prototype, 'id');
  Column({ type: 'varchar', length: 4 })(ParentMade.prototype, 'code');
  Unique('uq_parents', ['id', 'code'])(ParentMade);
  Entity('parents')(ParentMade);
  Column({ type: 'uuid' })(Made.prototype, 'parentId');
  if (parent === 'composite') Column({ type: 'varchar', length: 4 })(Made.prototype, 'parentCode');
  ManyToOne(() => ParentMade)(Made.prototype, 'parent');
  JoinColumn([
    { name: 'parent_id', referencedColumnName: 'id' },
    ...(parent === 'composite' ? [{ name: 'parent_code', referencedColumnName: 'code' }] : []),
  ])(Made.prototype, 'parent');
  return [ParentMade, Made];
}

let database: TestDatabase;
let client: ClientBase;

beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(() => database.close());

/** The tables with their rows' numbers: as many as are wanted of the last one. */
function tablesOf(source: DataSource, { parent }: Definition, rows: number): Map<Table, number> {
  const [Made, ParentMade] = source.entityMetadatas
    .map(({ target }) => target as EntityClass)
    .sort((a) => (a.name === 'Made' ? -1 : 1));
  const count =
    parent === 'many children'
      ? perParent('parent' as never, [3, 0, 7])
      : parent === 'one child'
        ? perParent('parent' as never, [1])
        : perScale(rows);
  const factories = [
    defineFactory(Made, count, {}),
    ...(ParentMade ? [defineFactory(ParentMade, perScale(rows), {})] : []),
  ];
  return new Map(compileTables(source.entityMetadatas, factories, BASIS).map((table) => [table, rows]));
}

async function fill(definition: Definition, rows: number): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url: database.url,
    entities: entitiesOf(definition),
    namingStrategy: new SnakeCase(),
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    poolSize: 1,
  });
  await source.initialize();
  try {
    const sizes = tablesOf(source, definition, rows);
    try {
      checkTables(sizes);
    } catch (error) {
      // What it says that there are, there has to be.
      const [, values] = / needs \d+ distinct .*, but only (\d+) exists?:/.exec((error as Error).message) ?? [];
      if (!(error instanceof UserError) || values === undefined) throw error;
      expect(Number(values)).toBeLessThan(rows);
      await source.destroy();
      const isPerParent = String(error).includes(' per row of parents');
      return fill(isPerParent ? { ...definition, parent: 'one child' } : definition, Number(values));
    }
    await source.query('DROP TABLE IF EXISTS "made", "parents"');
    await source.synchronize();
    const runner = source.createQueryRunner();
    client = (await runner.connect()) as ClientBase;
    for (const [table, size] of sizes) {
      const numbers = Array.from({ length: size }, (_, index) => index);
      for (const index of numbers) {
        const row = table.row(index);
        const values = table.columns.map(({ property }) => [property, row[property]]);
        const entity = Object.assign(
          new (table.shape.entity.target as EntityClass)(),
          Object.fromEntries(values),
        ) as object;
        expect((await validate(entity, { forbidUnknownValues: false })).map(String)).toEqual([]);
      }
      await copyRows(client, table, binaryChunks(table, numbers), () => undefined);
    }
    await runner.release();
  } finally {
    if (source.isInitialized) await source.destroy();
  }
}

it('fills whatever table by its entity alone, as PostgreSQL and class-validator want it', async () => {
  await fc.assert(
    fc.asyncProperty(definitions, (definition) => fill(definition, ROWS)),
    { numRuns: 20, seed: 4 },
  );
});
