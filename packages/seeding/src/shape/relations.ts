import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';

/** The relations whose foreign keys a column is part of. */
export function relationsOf({ relations }: EntityMetadata, column: ColumnMetadata): RelationMetadata[] {
  return relations.filter(({ joinColumns }) =>
    joinColumns.some(({ databaseName }) => databaseName === column.databaseName),
  );
}

/** Whether a row may do without the row that a relation leads to: its columns tell, since a relation is optional to TypeORM by default. */
export function isOptional({ joinColumns }: RelationMetadata): boolean {
  return joinColumns.some(({ isNullable }) => isNullable);
}

/** The column that a column of a relation's foreign key refers to. A column may be part of several foreign keys. */
export function referencedColumn({ foreignKeys: [key] }: RelationMetadata, column: ColumnMetadata): ColumnMetadata {
  return key.referencedColumns[key.columns.findIndex(({ databaseName }) => databaseName === column.databaseName)];
}
