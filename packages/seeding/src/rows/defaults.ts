import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import {
  constraintsOf,
  type Numbering,
  numberingOf,
  solver,
  type Tie,
  tiesOf,
  type Unknown,
  type ValueDomain,
  valuesOf,
  withValues,
} from '../inference';
import type { List } from '../random/random';
import { located } from '../shape/locate';
import type { RowFunction } from '../shape/row';
import type { TableShape } from '../shape/table-shape';

/** What follows from an entity for the columns of which the factory says nothing, and which are no keys. */
export interface Defaults {
  readonly numbering: Numbering;
  /** For columns that CHECKs tie together: what makes the values of them all, by the name that a row has these under. */
  readonly together: ReadonlyMap<string, RowFunction>;
  functionOf(column: ColumnMetadata): RowFunction;
}

/**
 * How the columns are made of which a factory says nothing: null where the entity allows it, else the column's default,
 * else any value that its type, CHECKs and validators allow. What a unique constraint is about is different in each row;
 * what a CHECK ties together is made together.
 *
 * @param columns those columns
 * @param now the reference date, in ms since 1970
 */
export function defaultsOf(shape: TableShape, columns: readonly ColumnMetadata[], now: number): Defaults {
  const own = new Map(columns.map((column) => [column.propertyName, once(() => values(column, 'all'))]));
  const numbering = numberingOf(shape, own);
  const ties = tiesOf(shape, columns);
  const together = new Map(ties.map((tie) => [nameOf(tie), lazily(() => solver(shape, tie, unknownsOf(tie)))]));
  return { numbering, together, functionOf };

  function functionOf(column: ColumnMetadata): RowFunction {
    const { propertyName } = column;
    const tie = ties.find(({ properties }) => properties.includes(propertyName));
    if (!tie) return alone(column);
    const name = nameOf(tie);
    return (row) => (row[name] as Map<string, unknown>).get(propertyName);
  }

  /** What looks at no other column of which the factory says nothing. */
  function alone(column: ColumnMetadata): RowFunction {
    if (!column.isNullable) return valueFunction(column);
    const { allowsNull } = constraintsOf(column);
    const make = lazily(() => valueFunction(column));
    // What may be null, is null, as far as a validator looks at it.
    const nulls = new Map(
      columns.filter(({ isNullable }) => isNullable).map(({ propertyName }) => [propertyName, null] as const),
    );
    return (row, random, rows) => (allowsNull(withValues(row, nulls)) ? null : make(row, random, rows));
  }

  function unknownsOf({ properties }: Tie): Unknown[] {
    return properties.map((property) => {
      const column = columns.find(({ propertyName }) => propertyName === property)!;
      return {
        column,
        constraints: constraintsOf(column),
        alone: alone(column),
        isFixed: numbering.digits.has(property),
        value: lazily(() => valueFunction(column)),
        usual: once(() => values(column, 'usual')),
      };
    });
  }

  function valueFunction(column: ColumnMetadata): RowFunction {
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
    if (column.type === 'vector') return (_, random) => random.direction(Number(column.length));
    const usual = values(column, 'usual');
    return (_, random) => random.pick(usual);
  }

  function values(column: ColumnMetadata, purpose: keyof ValueDomain): List<unknown> {
    return located(() => valuesOf(column, constraintsOf(column), purpose, now), shape.name, column.propertyName);
  }
}

/** The name under which a row has the values of tied columns: none that a property could have. */
function nameOf({ checks }: Tie): string {
  return `CHECK ${checks.map(({ name }) => name).join(' and ')}`;
}

/** The value of a column's default, where it is a value and not an expression of SQL. */
function defaultOf({ default: byDefault }: ColumnMetadata): unknown {
  if (typeof byDefault !== 'function') return byDefault ?? undefined;
  const written = String((byDefault as () => unknown)());
  return /^-?\d+(\.\d+)?$/.test(written) ? Number(written) : undefined;
}

function lazily(make: () => RowFunction): RowFunction {
  const made = once(make);
  return (row, random, rows) => made()(row, random, rows);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
