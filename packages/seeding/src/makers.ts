import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';
import type { BinaryRows, FieldWriter } from './binary';
import { type Defaults, defaultsOf } from './defaults';
import { UserError } from '@entity-backend/schema';
import { type AnyRow, located, type Maker } from './rows';
import type { Table } from './tables';
import { isOptional } from './rules/constraints';
import type { Capacity } from './rules/uniqueness';

/** How each column and relation of a table's rows is made, by property: as the factory says, or as follows from the entity. */
export function makersOf(table: Table): Map<string, Maker> {
  const { columns, relations } = table.entity;
  const defaults = defaultsOf(table, derivedColumns(table));
  const makers = new Map<string, Maker>();
  for (const column of columns) {
    const { propertyName } = column;
    makers.set(
      propertyName,
      located(() => columnMaker(table, column, defaults), table.name, propertyName),
    );
  }
  for (const relation of relations) makers.set(relation.propertyName, relationMaker(table, relation, defaults));
  for (const [name, maker] of defaults.together) makers.set(name, maker);
  return makers;
}

/** Refuses a field that is no property of the entity. */
export function refuseUnknown({ name, entity, fields }: Table): void {
  for (const property of Object.keys(fields)) {
    if (entity.findColumnWithPropertyName(property) || entity.findRelationWithPropertyPath(property)) continue;
    throw new UserError(`${name}.${property}: its factory speaks of a property that ${entity.name} does not have.`);
  }
}

/** How many rows can differ where a table's unique constraints want it. */
export function capacitiesOf(table: Table): readonly Capacity[] {
  return defaultsOf(table, derivedColumns(table)).numbering.capacities;
}

/** The columns of which the factory says nothing and which are no keys. */
function derivedColumns(table: Table): ColumnMetadata[] {
  return table.entity.columns.filter((column) => !(column.propertyName in table.fields) && !isKey(table, column));
}

/** Whether a column is the table's own key or part of a foreign key. */
function isKey(table: Table, column: ColumnMetadata): boolean {
  return (column.isPrimary && column.isGenerated) || relationsOf(table, column).length > 0;
}

/** What the factory says about a property; undefined: nothing. */
function declared({ fields }: Table, property: string): Maker | undefined {
  const field = fields[property];
  if (field === undefined) return undefined;
  return typeof field === 'function' ? (field as Maker) : () => field;
}

function columnMaker(table: Table, column: ColumnMetadata, defaults: Defaults): Maker {
  const maker = declared(table, column.propertyName);
  if (maker) return maker;
  if (column.isPrimary && column.isGenerated) return ({ index }) => table.key(index);
  if (relationsOf(table, column).length === 0) return defaults.makerOf(column);
  const relation = leadingRelation(table, column);
  if (!relation) return () => null;
  const { propertyName } = referencedColumn(relation, column);
  return (row) => (row[relation.propertyName] as AnyRow | null)?.[propertyName] ?? null;
}

/** Writes a key that a row holds, its own or another one's. */
export type KeyWriter = (row: AnyRow, out: BinaryRows) => void;

/**
 * How a column is written that holds the key of a row, as far as the row's number tells it; undefined: it is another column.
 *
 * @param write writes what else it may hold: null
 */
export function keyWriter(table: Table, column: ColumnMetadata, write: FieldWriter): KeyWriter | undefined {
  if (declared(table, column.propertyName)) return undefined;
  if (column.isPrimary && column.isGenerated) return ({ index }, out) => table.writeKey(index, out);
  const relation = leadingRelation(table, column);
  if (!relation) return undefined;
  const referenced = referencedColumn(relation, column);
  if (!(referenced.isPrimary && referenced.isGenerated)) return undefined;
  return (row, out) => {
    const owner = row[relation.propertyName] as AnyRow | null;
    if (owner) table.tableOf(relation).writeKey(owner.index, out);
    else write(null, out);
  };
}

function relationMaker(table: Table, relation: RelationMetadata, { numbering }: Defaults): Maker {
  let found: Table | undefined;
  const target = (): Table => (found ??= table.tableOf(relation));
  if (!relation.isOwning) return childrenMaker(table, relation, target);
  const { placement, parentRelation } = table;
  const maker = declared(table, relation.propertyName);
  if (maker) return maker;
  if (placement && relation === parentRelation) return ({ index }) => target().row(placement.parentOf(index));
  const column = relation.joinColumns.find((one) => referencedColumn(relation, one).isPrimary);
  if (column && isDetermined(table, column, relation))
    return (row) => rowOf(target(), row[column.propertyName] as string | null);
  if (isOptional(relation)) return () => null;
  const digit = numbering.digits.get(relation.propertyName);
  return ({ index }, random) => {
    const rows = target().rowsBeside(table, index);
    return digit ? rows.at(Math.floor(index / digit.stride) % rows.length) : random.pick(rows);
  };
}

/** The rows of another table that are made for this one's: a list of them, or the only one. */
function childrenMaker(table: Table, relation: RelationMetadata, childTable: () => Table): Maker {
  return ({ index }) => {
    const target = childTable();
    const { placement } = target;
    if (!placement || target.parentRelation !== relation.inverseRelation) {
      throw new Error(
        `${target.name} are not made per row of ${table.name}, so that it is not known which belong to it`,
      );
    }
    const first = placement.childrenBefore(index);
    const count = placement.childrenOf(index);
    if (!relation.isOneToMany) return count > 0 ? target.row(first) : null;
    const rows = new Array<AnyRow>(count);
    for (let ordinal = 0; ordinal < count; ordinal++) rows[ordinal] = target.row(first + ordinal);
    return rows;
  };
}

/** The relations whose foreign keys a column is part of. */
function relationsOf({ entity }: Table, column: ColumnMetadata): RelationMetadata[] {
  return entity.relations.filter(({ joinColumns }) =>
    joinColumns.some(({ databaseName }) => databaseName === column.databaseName),
  );
}

/** Whether the factory says which row a relation leads to. */
function isMade({ fields, parentRelation }: Table, relation: RelationMetadata): boolean {
  return relation === parentRelation || relation.propertyName in fields;
}

/** The relation that a foreign key's column follows: one that the factory makes, else one that must not be null, of the most columns. */
function leadingRelation(table: Table, column: ColumnMetadata): RelationMetadata | undefined {
  const relations = relationsOf(table, column);
  const byColumns = relations.toSorted((a, b) => b.joinColumns.length - a.joinColumns.length);
  return relations.find((one) => isMade(table, one)) ?? byColumns.find((one) => !isOptional(one));
}

/** Whether the value of a relation's column follows from what the factory says, or from another relation. */
function isDetermined(table: Table, column: ColumnMetadata, relation: RelationMetadata): boolean {
  if (column.propertyName in table.fields) return true;
  const leading = leadingRelation(table, column);
  return leading !== undefined && leading !== relation;
}

/** The row of a table that has the key. */
function rowOf(table: Table, key: string | null): AnyRow | null {
  const origin = key === null ? undefined : table.origin(key);
  return origin ? table.row(origin.index) : null;
}

/** The column that a column of a relation's foreign key refers to. A column may be part of several foreign keys. */
export function referencedColumn({ foreignKeys: [key] }: RelationMetadata, column: ColumnMetadata): ColumnMetadata {
  return key.referencedColumns[key.columns.findIndex(({ databaseName }) => databaseName === column.databaseName)];
}
