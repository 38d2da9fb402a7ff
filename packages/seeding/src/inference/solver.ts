import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import { UserError } from '@entity-backend/schema';
import { measure } from './column-conditions';
import { checksOfRows, type Constraints, type RowCheck } from './constraints';
import { type Scale, scaleOf } from './value-domain';
import type { List, Random } from '../random/random';
import type { AnyRow, RowFunction } from '../shape/row';
import type { TableShape } from '../shape/table-shape';

/** So many values are tried before the search begins anew, with the columns in another order, */
const TRIES = 400;
/** and so often, before it is given up. */
const SEARCHES = 12;
/** So many values of a column are drawn beside those that its CHECKs suggest. */
const DRAWS = 4;

/** A column whose value is looked for together with those of others. */
export interface Unknown {
  readonly column: ColumnMetadata;
  readonly constraints: Constraints;
  /** Makes its value as if there were no other column. */
  readonly alone: RowFunction;
  /** Whether it has that value and no other. */
  readonly isFixed: boolean;
  /** Makes a value that is not null. */
  readonly value: RowFunction;
  /** The values that it takes, in their order where they are measured. */
  readonly usual: () => List<unknown>;
}

/** Columns that CHECKs tie to each other, or to what the factory makes. */
export interface Tie {
  readonly properties: readonly string[];
  readonly checks: readonly RowCheck[];
}

/** Which of these columns of a table can't be made alone. */
export function tiesOf({ entity }: TableShape, columns: readonly ColumnMetadata[]): Tie[] {
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
export function solver(table: TableShape, { properties, checks }: Tie, unknowns: readonly Unknown[]): RowFunction {
  return (row, random, rows) => {
    const found = new Map<string, unknown>(properties.map((property) => [property, undefined]));
    const supposed = new Map(unknowns.map((unknown) => [unknown.column.propertyName, lowest(unknown)]));
    const [known, draft] = [withValues(row, found), withValues(row, supposed)];
    // Where the factory looks at these columns to make another one, it keeps the CHECK itself.
    const open = checks.filter((check) => check.properties.every((one) => found.has(one) || isMade(row, one)));

    let tries = 0;
    const search = ([unknown, ...others]: readonly Unknown[], suggestedFirst: boolean): boolean => {
      if (!unknown) return unknowns.every((one) => mayBeNull(one, known));
      const { propertyName } = unknown.column;
      const before = supposed.get(propertyName);
      for (const value of candidates(unknown, suggestedFirst)) {
        if (tries++ > TRIES) break;
        found.set(propertyName, value);
        supposed.set(propertyName, value);
        if (open.every((check) => check.holds(known)) && search(others, suggestedFirst)) return true;
      }
      found.set(propertyName, undefined);
      supposed.set(propertyName, before);
      return false;
    };

    function* candidates(unknown: Unknown, suggestedFirst: boolean): Generator<unknown> {
      const { column, alone, isFixed, value } = unknown;
      if (Object.hasOwn(row, column.propertyName)) yield row[column.propertyName];
      else if (isFixed) yield alone(draft, random, rows);
      else {
        if (suggestedFirst) yield* suggested(unknown, open, draft, random);
        yield alone(draft, random, rows);
        for (let draw = 0; draw < DRAWS; draw++) yield value(draft, random, rows);
        if (column.isNullable) yield null;
        if (!suggestedFirst) yield* suggested(unknown, open, draft, random);
      }
    }

    let order = unknowns;
    for (let searches = 0; searches < SEARCHES; searches++) {
      tries = 0;
      if (search(order, searches % 2 === 1)) return found;
      order = shuffled(order, random);
    }
    const names = checks.map(({ name }) => name).join(' and ');
    throw new UserError(
      `${table.name}.${properties.join(', ')}, row ${row.index}: no values found that satisfy CHECK ${names}. Declare these columns in a factory.`,
    );
  };
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const places = list.map((one) => ({ one, place: random.fraction() }));
  return places.sort((a, b) => a.place - b.place).map(({ one }) => one);
}

/** A row that has other values for some properties. */
export function withValues(row: AnyRow, values: ReadonlyMap<string | symbol, unknown>): AnyRow {
  return new Proxy(row, {
    get: (made, property): unknown => (values.has(property) ? values.get(property) : Reflect.get(made, property)),
  });
}

/** What a column is supposed to hold until its value is found: what leaves the others room. */
function lowest(unknown: Unknown): unknown {
  return unknown.column.isNullable ? null : (measured(unknown)?.write(rangeOf(unknown.usual())[0]) ?? null);
}

function measured({ column, constraints }: Unknown): Scale | undefined {
  return column.isArray ? undefined : scaleOf(column, constraints.limits);
}

function rangeOf(list: List<unknown>): [least: number, most: number] {
  const [first, last] = [list.at(0), list.at(list.length - 1)].map(measure);
  return [Math.min(first, last), Math.max(first, last)];
}

/** Whether the row has the property without a look at what is being made. */
function isMade(row: AnyRow, property: string): boolean {
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
  const { limits, rules } = unknown.constraints;
  return [...turning(unknown, checks, row, random), ...listed(unknown, checks, row)].filter(
    (value) => (limits.values?.includes(value) ?? true) && rules.every(({ allows }) => allows(value, row)),
  );
}

/**
 * Values on, beside and between the points at which a CHECK may turn from true to false. All else as it is, they are as good
 * as all that the column can hold: from one point to the next the truth stays the same.
 */
function turning(unknown: Unknown, checks: readonly RowCheck[], row: AnyRow, random: Random): unknown[] {
  const scale = measured(unknown);
  if (!scale) return [];
  const { step, largest, write } = scale;
  const points = checks.flatMap((check) => check.turnsOf(unknown.column.propertyName, row));
  const [least, most] = rangeOf(unknown.usual());
  const between = (from: number, to: number): number => from + random.fraction() * (to - from);
  return points
    .flatMap((point) => [between(least, point), between(point, most), point, point - step, point + step])
    .filter((one) => Math.abs(one) <= largest)
    .map(write);
}

/** All that a column can hold where there is a list; what the CHECKs speak of; what the columns beside it hold. */
function listed({ column, constraints }: Unknown, checks: readonly RowCheck[], row: AnyRow): unknown[] {
  const { type, isArray, entityMetadata } = column;
  if (isArray) return [];
  const tied = new Set(checks.flatMap(({ properties }) => properties));
  const isText = TEXTS.has(type);
  const alike = entityMetadata.columns.filter(
    (one) => tied.has(one.propertyName) && !one.isArray && (one.type === type || (isText && TEXTS.has(one.type))),
  );
  return [
    ...(constraints.limits.values ?? []),
    ...(type === 'boolean' ? [false, true] : []),
    ...(isText ? checks.flatMap(({ texts }) => texts) : []),
    ...alike.map(({ propertyName }) => row[propertyName]).filter((value) => value !== null),
  ];
}

const TEXTS = new Set<unknown>(['text', 'varchar', 'character varying']);
