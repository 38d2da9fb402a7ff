import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';
import { makerByMetadata } from './defaults';
import { type AnyRow, located, type Maker } from './rows';
import type { Table } from './tables';

/** How each column and relation of a table's rows is made, by property: as the factory says, or as follows from the entity. */
export function makersOf(table: Table): Map<string, Maker> {
  const makers = new Map<string, Maker>();
  for (const column of table.entity.columns) {
    const { propertyName } = column;
    makers.set(
      propertyName,
      located(() => columnMaker(table, column), table.name, propertyName),
    );
  }
  for (const relation of table.entity.relations) makers.set(relation.propertyName, relationMaker(table, relation));
  return makers;
}

/** What the factory says about a property; undefined: nothing. */
function declared({ fields }: Table, property: string): Maker | undefined {
  const field = fields[property];
  if (field === undefined) return undefined;
  return typeof field === 'function' ? (field as Maker) : () => field;
}

function columnMaker(table: Table, column: ColumnMetadata): Maker {
  const maker = declared(table, column.propertyName);
  if (maker) return maker;
  if (column.isPrimary && column.isGenerated) return ({ index }) => table.key(index);
  const relations = relationsOf(table, column);
  if (relations.length === 0) return makerByMetadata(column);
  // Where the factory says nothing about any of them, one that must not be null.
  const relation = relations.find((one) => isMade(table, one)) ?? relations.find((one) => !one.isNullable);
  if (!relation) return () => null;
  const { propertyName } = referencedColumn(relation, column);
  return (row) => (row[relation.propertyName] as AnyRow | null)?.[propertyName] ?? null;
}

function relationMaker(table: Table, relation: RelationMetadata): Maker {
  if (!relation.isOwning) return childrenMaker(table, relation);
  const { placement, parentRelation } = table;
  const target = (): Table => table.tableOf(relation);
  const maker = declared(table, relation.propertyName);
  if (maker) return maker;
  if (placement && relation === parentRelation) return ({ index }) => target().row(placement.parentOf(index));
  const column = relation.joinColumns.find((one) => referencedColumn(relation, one).isPrimary);
  if (column && isDetermined(table, column)) return (row) => rowOf(target(), row[column.propertyName] as string | null);
  if (relation.isNullable) return () => null;
  return ({ index }, random) => random.pick(target().rowsBeside(table, index));
}

/** The rows of another table that are made for this one's: a list of them, or the only one. */
function childrenMaker(table: Table, relation: RelationMetadata): Maker {
  return ({ index }) => {
    const target = table.tableOf(relation);
    const { placement } = target;
    if (!placement || target.parentRelation !== relation.inverseRelation) {
      throw new Error(
        `${target.name} are not made per row of ${table.name}, so that it is not known which belong to it`,
      );
    }
    const first = placement.childrenBefore(index);
    const rows = Array.from({ length: placement.childrenOf(index) }, (_, ordinal) => target.row(first + ordinal));
    return relation.isOneToMany ? rows : (rows[0] ?? null);
  };
}

/** The relations whose foreign keys a column is part of. */
function relationsOf({ entity }: Table, column: ColumnMetadata): RelationMetadata[] {
  return entity.relations.filter((relation) => relation.joinColumns.includes(column));
}

/** Whether the factory says which row a relation leads to. */
function isMade({ fields, parentRelation }: Table, relation: RelationMetadata): boolean {
  return relation === parentRelation || relation.propertyName in fields;
}

/** Whether the value of a foreign key's column follows from what the factory says. */
function isDetermined(table: Table, column: ColumnMetadata): boolean {
  return column.propertyName in table.fields || relationsOf(table, column).some((relation) => isMade(table, relation));
}

/** The row of a table that has the key. */
function rowOf(table: Table, key: string | null): AnyRow | null {
  const origin = key === null ? undefined : table.origin(key);
  return origin ? table.row(origin.index) : null;
}

/** The column that a column of a relation's foreign key refers to. A column may be part of several foreign keys. */
function referencedColumn({ foreignKeys: [key] }: RelationMetadata, column: ColumnMetadata): ColumnMetadata {
  return key.referencedColumns[key.columns.indexOf(column)];
}
