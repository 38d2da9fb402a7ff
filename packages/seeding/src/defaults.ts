import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import { constraintsOf, isOptional } from './rules/constraints';
import { type Domain, valuesOf } from './rules/domain';
import { solver, type Tie, tiesOf, type Unknown, withValues } from './rules/solver';
import { type Count, perParent, perScale } from './factory';
import { inForeignKeyOrder } from './order';
import type { List } from './random';
import { located, type Maker } from './rows';
import type { Table } from './tables';
import { type Numbering, numberingOf } from './rules/uniqueness';

/**
 * How many rows a table has that nobody has written a factory for: one for each row of the table whose key is its own, else
 * of the nearest one that lists its rows, rather one that it can't do without; ten at scale 1 where there is none.
 */
export function defaultCount(entity: EntityMetadata): Count {
  const order = inForeignKeyOrder([entity]);
  const parents = entity.relations
    .filter(({ isOwning, inverseEntityMetadata }) => isOwning && inverseEntityMetadata !== entity)
    .sort((a, b) => order.indexOf(b.inverseEntityMetadata) - order.indexOf(a.inverseEntityMetadata));
  const listing = parents.filter(({ inverseRelation }) => inverseRelation);
  const parent =
    parents.find(({ joinColumns }) => joinColumns.some(({ isPrimary }) => isPrimary)) ??
    listing.find((relation) => !isOptional(relation)) ??
    listing[0];
  return parent ? perParent(parent.propertyName, [1]) : perScale(10);
}

/** What follows from an entity for the columns of which the factory says nothing, and which are no keys. */
export interface Defaults {
  readonly numbering: Numbering;
  /** For columns that CHECKs tie together: what makes the values of them all, by the name that a row has these under. */
  readonly together: ReadonlyMap<string, Maker>;
  makerOf(column: ColumnMetadata): Maker;
}

/**
 * How the columns are made of which a factory says nothing: null where the entity allows it, else the column's default,
 * else any value that its type, CHECKs and validators allow. What a unique constraint is about is different in each row;
 * what a CHECK ties together is made together.
 *
 * @param columns those columns
 */
export function defaultsOf(table: Table, columns: readonly ColumnMetadata[]): Defaults {
  const own = new Map(columns.map((column) => [column.propertyName, once(() => values(table, column, 'all'))]));
  const numbering = numberingOf(table, own);
  const ties = tiesOf(table, columns);
  const together = new Map(ties.map((tie) => [nameOf(tie), lazily(() => solver(table, tie, unknownsOf(tie)))]));
  return { numbering, together, makerOf };

  function makerOf(column: ColumnMetadata): Maker {
    const { propertyName } = column;
    const tie = ties.find(({ properties }) => properties.includes(propertyName));
    if (!tie) return alone(column);
    const name = nameOf(tie);
    return (row) => (row[name] as Map<string, unknown>).get(propertyName);
  }

  /** What looks at no other column of which the factory says nothing. */
  function alone(column: ColumnMetadata): Maker {
    if (!column.isNullable) return valueMaker(column);
    const { allowsNull } = constraintsOf(column);
    const make = lazily(() => valueMaker(column));
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
        value: lazily(() => valueMaker(column)),
        usual: once(() => values(table, column, 'usual')),
      };
    });
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
    if (column.type === 'vector') return (_, random) => random.direction(Number(column.length));
    const usual = values(table, column, 'usual');
    return (_, random) => random.pick(usual);
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

function values(table: Table, column: ColumnMetadata, purpose: keyof Domain): List<unknown> {
  const { now } = table.common.random;
  return located(() => valuesOf(column, constraintsOf(column), purpose, now), table.name, column.propertyName);
}

function lazily(make: () => Maker): Maker {
  const maker = once(make);
  return (row, random, rows) => maker()(row, random, rows);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
