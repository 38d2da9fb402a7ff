import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';
import type { List } from '../random/random';
import { MAX_ROWS } from '../shape/keys';
import { isOptional } from '../shape/relations';
import type { TableShape } from '../shape/table-shape';
import { constraintsOf, mayBeNull, uniqueSetsOf } from './constraints';

/** Which of its values a column takes in row n: the one number floor(n / stride) mod their count, so that no two rows agree. */
export interface Digit {
  readonly stride: number;
}

/** How many rows can differ in some columns that have to; nothing is known where the factory makes one of them that has no list. */
export interface Capacity {
  readonly properties: readonly string[];
  /** How many combinations of values there are … */
  readonly combinations: number;
  /** … for each row that this relation leads to, where it is one of what they combine. */
  readonly relation?: RelationMetadata;
  /** Whether the columns tell the parent, so that only its own children have to differ in the others. */
  readonly perParent: boolean;
}

export interface Numbering {
  /** By the property of a column or, where a foreign key is counted, of its relation. */
  readonly digits: ReadonlyMap<string, Digit>;
  readonly capacities: readonly Capacity[];
}

/**
 * How the columns of a table, of those that follow from the entity, keep its unique constraints: row n has the n-th of
 * their values, or of the combinations of several columns' values. That takes no memory of the rows before.
 *
 * @param values those of the columns that follow from the entity, by property; keys and foreign keys are none of them
 */
export function numberingOf(table: TableShape, values: ReadonlyMap<string, () => List<unknown>>): Numbering {
  const digits = new Map<string, Digit>();
  const capacities: Capacity[] = [];
  const { entity, parentRelation } = table;
  for (const properties of uniqueSetsOf(entity).sort((a, b) => a.length - b.length)) {
    if (properties.some((property) => digits.get(property)?.stride === 1 && isAmple(values.get(property)))) continue;
    const ofParent =
      parentRelation?.joinColumns.every(({ propertyName }) => properties.includes(propertyName)) ?? false;
    const plain = properties.filter((property) => values.has(property) && !digits.has(property));
    const ample = plain.find((property) => isAmple(values.get(property)));
    let stride = 1;
    for (const property of ample ? [ample] : plain) {
      digits.set(property, { stride });
      stride *= values.get(property)!().length;
    }
    const relation = ample ? undefined : freeRelation(table, properties);
    if (relation) digits.set(relation.propertyName, { stride });
    const declared = properties.filter((property) => isDeclared(table, property));
    const combinations = declared.reduce((product, property) => product * listed(table, property), stride);
    if (combinations === Infinity || properties.some((property) => isNull(table, property))) continue;
    capacities.push({ properties, combinations, relation, perParent: ofParent });
  }
  return { digits, capacities };
}

/** Whether there are values for all rows that a table can have. */
function isAmple(values: (() => List<unknown>) | undefined): boolean {
  return values !== undefined && values().length >= MAX_ROWS;
}

/** A relation among the columns of which the factory says nothing. */
function freeRelation(table: TableShape, properties: readonly string[]): RelationMetadata | undefined {
  return table.entity.relations.find(
    (relation) =>
      relation.isOwning &&
      !isOptional(relation) &&
      relation !== table.parentRelation &&
      relation.joinColumns.every(
        ({ propertyName }) => properties.includes(propertyName) && !isDeclared(table, propertyName),
      ),
  );
}

/** Whether the factory makes a column, or the relation that it follows, by a function: then it may well differ in each row. */
function isDeclared({ entity, fields }: TableShape, property: string): boolean {
  const relations = entity.relations.filter(({ joinColumns }) =>
    joinColumns.some(({ propertyName }) => propertyName === property),
  );
  return [property, ...relations.map(({ propertyName }) => propertyName)].some(
    (name) => typeof fields[name] === 'function',
  );
}

/** How many values a column has whatever the factory makes: those of its list. */
function listed({ entity }: TableShape, property: string): number {
  return constraintsOf(entity.findColumnWithPropertyName(property)!).limits.values?.length ?? Infinity;
}

/** Whether a column is null where nothing else is known, so that its constraint asks for nothing. */
function isNull({ entity, fields, parentRelation }: TableShape, property: string): boolean {
  const column = entity.findColumnWithPropertyName(property)!;
  return mayBeNull(column) && !(property in fields) && !parentRelation?.joinColumns.includes(column);
}
