import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import { constraintsOf, type Ordering, orderingsOf } from './rules/constraints';
import { measure } from './rules/check-expression';
import { type Domain, valuesOf } from './rules/domain';
import { DAY, type List } from './random';
import { type AnyRow, located, type Maker } from './rows';
import type { Table } from './tables';
import { type Numbering, numberingOf } from './rules/uniqueness';

/** What follows from an entity for the columns of which the factory says nothing, and which are no keys. */
export interface Defaults {
  readonly numbering: Numbering;
  makerOf(column: ColumnMetadata): Maker;
}

/**
 * How the columns are made of which a factory says nothing: null where the entity allows it, else the column's default,
 * else any value that its type, CHECKs and validators allow. What a unique constraint is about is different in each row.
 *
 * @param columns those columns
 */
export function defaultsOf(table: Table, columns: readonly ColumnMetadata[]): Defaults {
  const own = new Map(columns.map((column) => [column.propertyName, once(() => values(table, column, 'all'))]));
  const numbering = numberingOf(table, own);
  const orderings = orderingsOf(table.entity);
  return { numbering, makerOf };

  function makerOf(column: ColumnMetadata): Maker {
    const { propertyName } = column;
    if (!column.isNullable) return valueMaker(column);
    const { allowsNull } = constraintsOf(column);
    const make = once(() => valueMaker(column));
    return (row, random, rows) => (allowsNull(bare(row)) ? null : make()(row, random, rows));

    /** The row as its validators may look at it: what may be null and is not the factory's, is null. */
    function bare(row: AnyRow): object {
      const nulls = columns
        .filter(({ isNullable }) => isNullable)
        .map((one) => [one.propertyName, { value: null }] as const);
      const all = new Map<string, PropertyDescriptor>([...nulls, [propertyName, { value: null }]]);
      return Object.create(row, Object.fromEntries(all)) as object;
    }
  }

  function valueMaker(column: ColumnMetadata): Maker {
    const { propertyName, entityMetadata } = column;
    const { createDateColumn } = entityMetadata;
    if (column.isUpdateDate && createDateColumn) return (row) => row[createDateColumn.propertyName];
    if (column.isVersion) return () => 1;
    const digit = numbering.digits.get(propertyName);
    if (digit) {
      const all = own.get(propertyName)!();
      return ({ index }) => all.at(Math.floor(index / digit.stride) % all.length);
    }
    const byDefault = defaultOf(column);
    if (byDefault !== undefined) return () => byDefault;
    const ordering = orderings.find((one) => isSecond(one, propertyName));
    if (ordering) return besideMaker(ordering, column, values(table, column, 'usual'));
    if (column.type === 'vector') return (_, random) => random.direction(Number(column.length));
    const usual = values(table, column, 'usual');
    return (_, random) => random.pick(usual);
  }

  /** Whether a column follows the other one: the greater one the lesser, unless the factory makes the greater alone. */
  function isSecond({ lesser, greater }: Ordering, property: string): boolean {
    const isMine = (one: string): boolean => own.has(one);
    return property === greater || (property === lesser && !isMine(greater) && isMine(lesser));
  }
}

/** A value that keeps its order with that of another column. */
function besideMaker({ lesser, greater, strict }: Ordering, column: ColumnMetadata, usual: List<unknown>): Maker {
  const isGreater = column.propertyName === greater;
  const other = isGreater ? lesser : greater;
  return (row, random) => {
    const limit = row[other];
    const value = random.pick(usual);
    if (limit === null) return value;
    if (limit instanceof Date)
      return isGreater ? random.after(limit, 30 * DAY, 1) : random.between(Number(limit) - 30 * DAY, Number(limit) - 1);
    const ahead = (measure(value) - measure(limit)) * (isGreater ? 1 : -1);
    if (ahead > 0 || (!strict && ahead === 0)) return value;
    return strict ? moved(limit, random.int(1, 10) * (isGreater ? 1 : -1), column) : limit;
  };
}

/** A number, numeric or day that is so much larger. */
function moved(limit: unknown, distance: number, { type, scale }: ColumnMetadata): unknown {
  if (typeof limit === 'number') return limit + distance;
  if (type === 'date') return new Date(measure(limit) + distance * DAY).toISOString().slice(0, 10);
  return (measure(limit) + distance).toFixed(scale ?? 0);
}

/** The value of a column's default, where it is a value and not an expression of SQL. */
function defaultOf({ default: byDefault }: ColumnMetadata): unknown {
  if (typeof byDefault !== 'function') return byDefault ?? undefined;
  const written = String((byDefault as () => unknown)());
  return /^-?\d+(\.\d+)?$/.test(written) ? Number(written) : undefined;
}

function values(table: Table, column: ColumnMetadata, purpose: keyof Domain): List<unknown> {
  const { now } = table.common.random;
  return located(() => valuesOf(column, constraintsOf(column), purpose, now), table.name, column.propertyName);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
