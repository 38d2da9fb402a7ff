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
} from 'class-validator';
import fc from 'fast-check';
import { escapeLiteral } from 'pg';
import { type ColumnOptions } from 'typeorm';

export const BASIS = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };

type Rule = string | { readonly decorate: PropertyDecorator };

interface ColumnDefinition {
  readonly options: ColumnOptions;
  readonly rules: readonly Rule[];
}

/** A table as a test of properties makes it up. */
export interface Definition {
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

/** All kinds of tables: columns with rules by CHECK or class-validator, keys of several columns, parents. */
export const definitions = fc.record<Definition>({
  columns: fc.array(columns, { minLength: 1, maxLength: 6 }),
  unique: fc.uniqueArray(fc.nat(5), { maxLength: 3 }),
  parent: fc.constantFrom('none', 'any', 'many children', 'one child', 'composite'),
});
