import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';
import type { Capacity } from '../inference';
import { located } from '../shape/locate';
import { isOptional, referencedColumn, relationsOf } from '../shape/relations';
import type { AnyRow, RowFunction } from '../shape/row';
import type { TableShape } from '../shape/table-shape';
import { type Defaults, defaultsOf } from './defaults';
import type { RowSource } from './row-source';

/**
 * How each column and relation of a table's rows is made, by property: as the factory says, or as follows from the entity.
 *
 * @param now the reference date, in ms since 1970
 */
export function rowFunctionsOf(table: RowSource, now: number): Map<string, RowFunction> {
  const { shape } = table;
  const { columns, relations } = shape.entity;
  const defaults = defaultsOf(shape, derivedColumns(shape), now);
  const functions = new Map<string, RowFunction>();
  for (const column of columns) {
    const { propertyName } = column;
    functions.set(
      propertyName,
      located(() => columnFunction(table, column, defaults), shape.name, propertyName),
    );
  }
  for (const relation of relations) functions.set(relation.propertyName, relationFunction(table, relation, defaults));
  for (const [name, together] of defaults.together) functions.set(name, together);
  return functions;
}

/** How many rows can differ where a table's unique constraints want it. */
export function capacitiesOf(shape: TableShape, now: number): readonly Capacity[] {
  return defaultsOf(shape, derivedColumns(shape), now).numbering.capacities;
}

/** The columns of which the factory says nothing and which are no keys. */
function derivedColumns(shape: TableShape): ColumnMetadata[] {
  return shape.entity.columns.filter((column) => !(column.propertyName in shape.fields) && !isKey(shape, column));
}

/** Whether a column is the table's own key or part of a foreign key. */
function isKey({ entity }: TableShape, column: ColumnMetadata): boolean {
  return (column.isPrimary && column.isGenerated) || relationsOf(entity, column).length > 0;
}

/** What the factory says about a property; undefined: nothing. */
function declared({ fields }: TableShape, property: string): RowFunction | undefined {
  const field = fields[property];
  if (field === undefined) return undefined;
  return typeof field === 'function' ? (field as RowFunction) : () => field;
}

function columnFunction(table: RowSource, column: ColumnMetadata, defaults: Defaults): RowFunction {
  const { shape } = table;
  const asDeclared = declared(shape, column.propertyName);
  if (asDeclared) return asDeclared;
  if (column.isPrimary && column.isGenerated) return ({ index }) => table.key(index);
  if (relationsOf(shape.entity, column).length === 0) return defaults.functionOf(column);
  const relation = leadingRelation(shape, column);
  if (!relation) return () => null;
  const { propertyName } = referencedColumn(relation, column);
  return (row) => (row[relation.propertyName] as AnyRow | null)?.[propertyName] ?? null;
}

function relationFunction(table: RowSource, relation: RelationMetadata, { numbering }: Defaults): RowFunction {
  let found: RowSource | undefined;
  const target = (): RowSource => (found ??= table.tableOf(relation));
  if (!relation.isOwning) return childrenFunction(table.shape, relation, target);
  const { placement, parentRelation } = table.shape;
  const asDeclared = declared(table.shape, relation.propertyName);
  if (asDeclared) return asDeclared;
  if (placement && relation === parentRelation) return ({ index }) => target().row(placement.parentOf(index));
  const column = relation.joinColumns.find((one) => referencedColumn(relation, one).isPrimary);
  if (column && isDetermined(table.shape, column, relation))
    return (row) => rowOf(target(), row[column.propertyName] as string | null);
  if (isOptional(relation)) return () => null;
  const digit = numbering.digits.get(relation.propertyName);
  return ({ index }, random) => {
    const rows = target().rowsBeside(table, index);
    return digit ? rows.at(Math.floor(index / digit.stride) % rows.length) : random.pick(rows);
  };
}

/** The rows of another table that are made for this one's: a list of them, or the only one. */
function childrenFunction(shape: TableShape, relation: RelationMetadata, childTable: () => RowSource): RowFunction {
  return ({ index }) => {
    const target = childTable();
    const { name, placement, parentRelation } = target.shape;
    if (!placement || parentRelation !== relation.inverseRelation) {
      throw new Error(`${name} are not made per row of ${shape.name}, so the ones that belong to a row are not known`);
    }
    const first = placement.childrenBefore(index);
    const count = placement.childrenOf(index);
    if (!relation.isOneToMany) return count > 0 ? target.row(first) : null;
    const rows = new Array<AnyRow>(count);
    for (let ordinal = 0; ordinal < count; ordinal++) rows[ordinal] = target.row(first + ordinal);
    return rows;
  };
}

/** The relation to the row whose generated key a column holds, where the row's number alone tells that key; undefined: none. */
export function keyRelation(shape: TableShape, column: ColumnMetadata): RelationMetadata | undefined {
  if (declared(shape, column.propertyName)) return undefined;
  const relation = leadingRelation(shape, column);
  const referenced = relation && referencedColumn(relation, column);
  return referenced?.isPrimary && referenced.isGenerated ? relation : undefined;
}

/** Whether a column holds the generated key of its own row, which the row's number alone tells. */
export function isOwnKey(shape: TableShape, column: ColumnMetadata): boolean {
  return column.isPrimary && column.isGenerated && !declared(shape, column.propertyName);
}

/** Whether the factory says which row a relation leads to. */
function isMade({ fields, parentRelation }: TableShape, relation: RelationMetadata): boolean {
  return relation === parentRelation || relation.propertyName in fields;
}

/** The relation that a foreign key's column follows: one that the factory makes, else one that must not be null, of the most columns. */
function leadingRelation(shape: TableShape, column: ColumnMetadata): RelationMetadata | undefined {
  const relations = relationsOf(shape.entity, column);
  const byColumns = relations.toSorted((a, b) => b.joinColumns.length - a.joinColumns.length);
  return relations.find((one) => isMade(shape, one)) ?? byColumns.find((one) => !isOptional(one));
}

/** Whether the value of a relation's column follows from what the factory says, or from another relation. */
function isDetermined(shape: TableShape, column: ColumnMetadata, relation: RelationMetadata): boolean {
  if (column.propertyName in shape.fields) return true;
  const leading = leadingRelation(shape, column);
  return leading !== undefined && leading !== relation;
}

/** The row of a table that has the key. */
function rowOf(table: RowSource, key: string | null): AnyRow | null {
  const origin = key === null ? undefined : table.origin(key);
  return origin ? table.row(origin.index) : null;
}
