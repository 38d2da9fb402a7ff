import { escapeIdentifier } from 'pg';
import type { EntityMetadata } from 'typeorm';
import type { ForeignKeyMetadata } from 'typeorm/metadata/ForeignKeyMetadata';
import { type Retention, UserError } from '@entity-backend/schema';

/** A table from which rows leave, or lose a reference, when others are deleted. */
export interface Branch {
  /** The table's name, as files and messages have it. */
  readonly name: string;
  /** The table and the columns of its primary key, quoted. */
  readonly table: string;
  readonly keys: readonly string[];
  /** The predicate of these rows. Those at the root are the ones whose key is in the table `leaving`. */
  readonly where: string;
}

/** A table whose rows stay and lose references: the columns that hold them, each with the predicate of where it does. */
export interface Link extends Branch {
  readonly columns: Readonly<Record<string, string>>;
}

/** All that a DELETE at the root takes with it. */
export interface Tree {
  /** The root, and what is deleted with it by cascade; each after what it refers to. */
  readonly branches: readonly Branch[];
  /** What stays, and whose references are set to null. */
  readonly links: readonly Link[];
}

/**
 * What the foreign keys of the entities make of a DELETE of rows of `root`.
 *
 * @throws UserError if `with` of the retention is not exactly the entities whose rows are deleted by cascade, or rows of one
 *   are deleted through more than one foreign key
 */
export function treeOf(root: EntityMetadata, retention: Retention): Tree {
  const [key] = keysOf(root);
  const branches = [branchOf(root, `${key} IN (SELECT id FROM leaving)`)];
  const found = [root];
  for (const [index, metadata] of found.entries()) {
    for (const foreignKey of referencesTo(metadata, 'CASCADE')) {
      if (found.includes(foreignKey.entityMetadata))
        throw new UserError(
          `@Retention of ${root.name}: rows of ${foreignKey.entityMetadata.tableName} would be deleted with those of ${root.tableName} in more than one way. Leave ON DELETE CASCADE to one foreign key.`,
        );
      found.push(foreignKey.entityMetadata);
      branches.push(branchOf(foreignKey.entityMetadata, within(foreignKey, branches[index])));
    }
  }
  refuseOtherThan(retention, found);
  const links = new Map<EntityMetadata, Record<string, string>>();
  for (const [index, metadata] of found.entries()) {
    for (const foreignKey of referencesTo(metadata, 'SET NULL')) {
      const where = within(foreignKey, branches[index]);
      const columns = foreignKey.columns.map(({ databaseName }) => [databaseName, where] as const);
      links.set(foreignKey.entityMetadata, {
        ...links.get(foreignKey.entityMetadata),
        ...Object.fromEntries(columns),
      });
    }
  }
  return {
    branches,
    links: [...links].map(([metadata, columns]) => ({
      ...branchOf(metadata, [...new Set(Object.values(columns))].join(' OR ')),
      columns,
    })),
  };
}

/** A table between two others has no class to name: it goes without a word. */
function refuseOtherThan({ with: children }: Retention, [root, ...found]: readonly EntityMetadata[]): void {
  const named = children.map((child) => root.dataSource.getMetadata(child()));
  const missing = found.find((metadata) => !metadata.isJunction && !named.includes(metadata));
  if (missing)
    throw new UserError(
      `@Retention of ${root.name}: rows of ${missing.tableName} are deleted with those of ${root.tableName} by ON DELETE CASCADE. Add () => ${missing.name} to "with".`,
    );
  const extra = named.find((metadata) => !found.includes(metadata));
  if (extra)
    throw new UserError(
      `@Retention of ${root.name}: no ON DELETE CASCADE deletes rows of ${extra.tableName} with those of ${root.tableName}. Take ${extra.name} out of "with", or change the foreign key.`,
    );
}

/** The foreign keys that refer to a table, and do so much when its rows are deleted. */
function referencesTo(referenced: EntityMetadata, onDelete: 'CASCADE' | 'SET NULL'): ForeignKeyMetadata[] {
  return referenced.dataSource.entityMetadatas
    .filter(({ tableType }) => tableType !== 'entity-child')
    .flatMap(({ foreignKeys }) => foreignKeys)
    .filter((key) => key.onDelete === onDelete && key.referencedEntityMetadata.tablePath === referenced.tablePath);
}

function branchOf(metadata: EntityMetadata, where: string): Branch {
  const { tablePath, schema, tableName } = metadata;
  const table = [schema, tableName].flatMap((name) => (name ? [escapeIdentifier(name)] : [])).join('.');
  return { name: tablePath, table, keys: keysOf(metadata), where };
}

function keysOf({ primaryColumns }: EntityMetadata): string[] {
  return primaryColumns.map(({ databaseName }) => escapeIdentifier(databaseName));
}

/** The predicate of rows that refer to those of a branch. */
function within({ columnNames, referencedColumnNames }: ForeignKeyMetadata, { table, where }: Branch): string {
  const [columns, referenced] = [columnNames, referencedColumnNames].map((names) =>
    names.map(escapeIdentifier).join(', '),
  );
  return `(${columns}) IN (SELECT ${referenced} FROM ${table} WHERE ${where})`;
}
