import { createHash } from 'node:crypto';
import type { DataSource, EntityMetadata } from 'typeorm';
import { nameWithSuffix } from '../sql';

/** An object of a table in TypeORM's metadata. Its name is automatic unless the entity gives one. */
interface Named {
  name: string;
  givenName?: unknown;
}

/**
 * Tells apart the automatic names that a naming strategy gives twice in a table: those of checks with other expressions,
 * of indexes with other predicates, of foreign keys to other tables. Each of them gets a suffix that depends on what it
 * says, and not on the order in which they are declared. A name that an entity gives stays as it is.
 */
export function tellNamesApart({ entityMetadatas }: DataSource): void {
  for (const { checks, exclusions, indices, foreignKeys } of entityMetadatas) {
    distinguish([...checks, ...exclusions], ({ expression }) => hash(expression));
    distinguish(indices, ({ where, isUnique }) => hash(`${isUnique ? 'UNIQUE ' : ''}${where ?? ''}`));
    distinguish(foreignKeys, ({ referencedEntityMetadata, referencedColumnNames }) =>
      [referencedEntityMetadata.tableName, ...referencedColumnNames].join('_'),
    );
  }
}

function distinguish<T extends Named>(objects: T[], suffixOf: (one: T) => string): void {
  const names = objects.map(({ name }) => name);
  for (const one of objects) {
    const isTaken = names.filter((name) => name === one.name).length > 1;
    if (isTaken && one.givenName === undefined) one.name = nameWithSuffix(one.name, `_${suffixOf(one)}`);
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** What a person may have meant by a column that PostgreSQL does not find: a property, whose column has another name. */
export function meantColumn({ columns, targetName }: EntityMetadata, name: string): string {
  const meant = columns.find(({ propertyName, databaseName }) => propertyName === name && databaseName !== name);
  return meant ? `. The column of ${targetName}.${name} is called "${meant.databaseName}": use this name in SQL` : '';
}

/** The properties that share a column's name, where PostgreSQL finds it twice. */
export function sharedColumn({ columns, targetName }: EntityMetadata, name: string): string {
  const properties = columns.filter(({ databaseName }) => databaseName === name).map((column) => column.propertyPath);
  return `. It is the column of ${properties.map((property) => `${targetName}.${property}`).join(' and of ')}: give one of them another name`;
}
