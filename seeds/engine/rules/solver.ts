import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import { UserError } from '../../../src/database/errors';
import { measure } from './check-expression';
import { checksOfRows, type Constraints, type RowCheck } from './constraints';
import { scaleOf } from './domain';
import type { List, Random } from '../random';
import type { AnyRow, Maker } from '../rows';
import type { Table } from '../tables';

/** So many values are tried in a row before it is given up. */
const MOST_TRIES = 2000;
/** So many values of a column are drawn beside those that its CHECKs suggest. */
const DRAWS = 4;

/** A column whose value is looked for together with those of others. */
export interface Unknown {
  readonly column: ColumnMetadata;
  readonly constraints: Constraints;
  /** Makes its value as if there were no other column. */
  readonly alone: Maker;
  /** Whether it has that value and no other. */
  readonly isFixed: boolean;
  /** Makes a value that is not null. */
  readonly value: Maker;
  /** The values that it takes, in their order where they are measured. */
  readonly usual: () => List<unknown>;
}

/** Columns that CHECKs tie to each other, or to what the factory makes. */
export interface Tie {
  readonly properties: readonly string[];
  readonly checks: readonly RowCheck[];
}

/** Which of these columns of a table can't be made alone. */
export function tiesOf({ entity }: Table, columns: readonly ColumnMetadata[]): Tie[] {
  const known = new Set(columns.map(({ propertyName }) => propertyName));
  return checksOfRows(entity).reduce<Tie[]>((ties, check) => {
    const own = check.properties.filter((property) => known.has(property));
    if (own.length === 0) return ties;
    const touched = ties.filter(({ properties }) => properties.some((property) => own.includes(property)));
    const joined: Tie = {
      properties: [...new Set([...touched.flatMap(({ properties }) => properties), ...own])],
      checks: [...touched.flatMap(({ checks }) => checks), check],
    };
    return [...ties.filter((tie) => !touched.includes(tie)), joined];
  }, []);
}

/**
 * Makes the values of tied columns, by property: those that they have alone, where these keep the CHECKs; else some that
 * do, found column by column, with a step back where nothing fits.
 */
export function solver(table: Table, { properties, checks }: Tie, unknowns: readonly Unknown[]): Maker {
  return (row, random, rows) => {
    const values = new Map(unknowns.map((unknown) => [unknown.column.propertyName, lowest(unknown)]));
    const draft = withValues(row, values);
    // Where the factory looks at these columns to make another one, it keeps the CHECK itself.
    const open = checks.filter((check) => check.properties.every((one) => values.has(one) || isKnown(row, one)));
    const decided = unknowns.map((_, place) => {
      const later = unknowns.slice(place + 1).map(({ column }) => column.propertyName);
      return open.filter((check) => !check.properties.some((one) => later.includes(one)));
    });

    let tries = 0;
    const found = (place: number, suggestedFirst: boolean): boolean => {
      if (place === unknowns.length) return unknowns.every((unknown) => mayBeNull(unknown, draft));
      const { propertyName } = unknowns[place].column;
      const before = values.get(propertyName);
      for (const value of candidates(unknowns[place], suggestedFirst)) {
        if (tries++ > MOST_TRIES) break;
        values.set(propertyName, value);
        if (decided[place].every((check) => check.holds(draft)) && found(place + 1, suggestedFirst)) return true;
      }
      values.set(propertyName, before);
      return false;
    };

    function* candidates(unknown: Unknown, suggestedFirst: boolean): Generator<unknown> {
      const { column, alone, isFixed, value } = unknown;
      if (Object.hasOwn(row, column.propertyName)) return yield row[column.propertyName];
      if (isFixed) return yield alone(draft, random, rows);
      if (suggestedFirst) yield* suggested(unknown, open, draft, random);
      yield alone(draft, random, rows);
      for (let draw = 0; draw < DRAWS; draw++) yield value(draft, random, rows);
      if (!suggestedFirst) yield* suggested(unknown, open, draft, random);
      if (column.isNullable) yield null;
    }

    for (const suggestedFirst of [false, true]) {
      tries = 0;
      if (found(0, suggestedFirst)) return values;
    }
    const names = checks.map(({ name }) => name).join(' and ');
    throw new UserError(
      `${table.name}.${properties.join(', ')}, row ${row.index}: no values are found that keep CHECK ${names}: a factory has to say what they hold.`,
    );
  };
}

/** A row that has other values for some properties. */
export function withValues(row: AnyRow, values: ReadonlyMap<string | symbol, unknown>): AnyRow {
  return new Proxy(row, {
    get: (made, property) => (values.has(property) ? values.get(property) : Reflect.get(made, property)),
  });
}

/** What a column holds while those before it are looked for: they shall leave it room. */
function lowest({ column, constraints, usual }: Unknown): unknown {
  const scale = scaleOf(column, constraints.limits);
  return column.isNullable || !scale ? null : scale.write(rangeOf(usual())[0]);
}

function rangeOf(list: List<unknown>): [least: number, most: number] {
  const [first, last] = [list.at(0), list.at(list.length - 1)].map(measure);
  return [Math.min(first, last), Math.max(first, last)];
}

/** Whether the row has the property without a look at what is being made. */
function isKnown(row: AnyRow, property: string): boolean {
  try {
    return row[property] !== undefined;
  } catch {
    return false;
  }
}

function mayBeNull({ column, constraints }: Unknown, row: AnyRow): boolean {
  return row[column.propertyName] !== null || (column.isNullable && constraints.allowsNull(row));
}

/** Values that CHECKs and the columns beside suggest. */
function suggested(unknown: Unknown, checks: readonly RowCheck[], row: AnyRow, random: Random): unknown[] {
  const { column, constraints } = unknown;
  const { limits, rules } = constraints;
  return [...turning(unknown, checks, row, random), ...listed(unknown, checks, row)].filter(
    (value) => (limits.values?.includes(value) ?? true) && rules.every(({ allows }) => allows(value, row)),
  );
}

/**
 * Values on, beside and between the points at which a CHECK may turn from true to false. All else as it is, they are as good
 * as all that the column can hold: from one point to the next the truth stays the same.
 */
function turning(
  { column, constraints, usual }: Unknown,
  checks: readonly RowCheck[],
  row: AnyRow,
  random: Random,
): unknown[] {
  const scale = scaleOf(column, constraints.limits);
  if (!scale || column.isArray) return [];
  const { step, largest, write } = scale;
  const points = checks.flatMap((check) => check.turnsOf(column.propertyName, row));
  const [least, most] = rangeOf(usual());
  const between = (from: number, to: number): number => from + random.fraction() * (to - from);
  return points
    .flatMap((point) => [between(least, point), between(point, most), point, point - step, point + step])
    .filter((one) => Math.abs(one) <= largest)
    .map(write);
}

/** All that a column can hold where there is a list; what the CHECKs speak of; what columns of the same type hold. */
function listed({ column, constraints }: Unknown, checks: readonly RowCheck[], row: AnyRow): unknown[] {
  const { type, isArray, entityMetadata } = column;
  if (isArray) return [];
  const tied = new Set(checks.flatMap(({ properties }) => properties));
  const alike = entityMetadata.columns.filter((one) => tied.has(one.propertyName) && one.type === type && !one.isArray);
  return [
    ...(constraints.limits.values ?? []),
    ...(type === 'boolean' ? [false, true] : []),
    ...(TEXTS.has(type) ? checks.flatMap(({ texts }) => texts) : []),
    ...alike.map(({ propertyName }) => row[propertyName]).filter((value) => value !== null),
  ];
}

const TEXTS = new Set<unknown>(['text', 'varchar', 'character varying']);
