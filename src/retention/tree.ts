import { type EntityMetadata, type EntityTarget, type ObjectLiteral, type DataSource } from 'typeorm';
import { escapeIdentifier } from 'pg';

/** A table from which rows leave, or lose a reference, when others are deleted. */
export interface Branch {
  readonly table: string;
  /** The predicate of these rows. The rows at the root are those whose id is in the table `leaving`. */
  readonly where: string;
}

/** A table whose rows stay and forget what they referred to: each column, and the predicate of where it does. */
export interface Link extends Branch {
  readonly columns: Readonly<Record<string, string>>;
}

/** All that a DELETE at the root takes with it. */
export interface Tree {
  /** The root, and what leaves with it by cascade; each after what it refers to. */
  readonly branches: readonly Branch[];
  /** What stays, and whose references are set to null. */
  readonly links: readonly Link[];
}

/**
 * What the foreign keys of the entities make of a DELETE of rows of `root`, so that a table that will refer to it one day
 * is archived without a word here.
 */
export function treeOf(dataSource: DataSource, root: EntityTarget<ObjectLiteral>): Tree {
  const { tableName } = dataSource.getMetadata(root);
  const branches: Branch[] = [{ table: tableName, where: '"id" IN (SELECT id FROM leaving)' }];
  for (const branch of branches) {
    for (const { table, column } of references(dataSource.entityMetadatas, branch.table, 'CASCADE')) {
      if (branches.some((known) => known.table === table))
        throw new Error(`${table} leaves with ${tableName} in more than one way, which its archive does not know.`);
      branches.push({ table, where: within(column, branch) });
    }
  }
  const links = new Map<string, Record<string, string>>();
  for (const branch of branches) {
    for (const { table, column } of references(dataSource.entityMetadatas, branch.table, 'SET NULL')) {
      links.set(table, { ...links.get(table), [column]: within(column, branch) });
    }
  }
  return {
    branches,
    links: [...links].map(([table, columns]) => ({ table, columns, where: Object.values(columns).join(' OR ') })),
  };
}

function references(
  metadatas: readonly EntityMetadata[],
  referenced: string,
  onDelete: string,
): { table: string; column: string }[] {
  return metadatas.flatMap(({ tableName, foreignKeys }) =>
    foreignKeys
      .filter((key) => key.referencedEntityMetadata.tableName === referenced && key.onDelete === onDelete)
      .map((key) => ({ table: tableName, column: key.columnNames[0] })),
  );
}

function within(column: string, { table, where }: Branch): string {
  return `${escapeIdentifier(column)} IN (SELECT "id" FROM ${escapeIdentifier(table)} WHERE ${where})`;
}
