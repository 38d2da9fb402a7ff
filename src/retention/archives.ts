import { basename } from 'node:path';
import type { DataSource, EntityMetadata } from 'typeorm';
import { escapeIdentifier } from 'pg';
import { describeRetention, type Retention, retentionOf, UserError } from '@entity-backend/schema';
import { type Extension, extensionOf } from './archive-file';
import { dueRows, labelOf, oldestRows } from './due-rows';
import { type Tree, treeOf } from './tree';

/** How many rows a file holds that is no month, quarter or year. */
export const ROWS_A_FILE = 1000;
/** How many rows of a month, quarter or year one transaction archives and deletes. */
export const ROWS_A_PART = 5_000;

/** What an entity's `@Retention` makes of its table. In its SQL $1 is the current time, and the session's time zone is UTC. */
export interface Archive {
  /** The table's name, as files and messages have it. */
  readonly name: string;
  /** The table and its primary key's column, quoted. */
  readonly table: string;
  readonly key: string;
  /** What the entity declares, in words. */
  readonly description: string;
  /** The format of new files. */
  readonly extension: Extension;
  /** All that is deleted, or loses a reference, with rows of the table. */
  readonly tree: Tree;
  /** The predicate of rows that have been kept long enough. */
  readonly due: string;
  /** Selects the keys of the next batch: rows of one file, deleted in one transaction. */
  readonly next: string;
  /** An aggregate of the rows in a file that tells it from others. */
  readonly label: string;
  /** Whether a file holds all batches with its label (a month, quarter or year), or one batch. */
  readonly inParts: boolean;
  /** The order of rows in a file. */
  readonly order: string;
}

/**
 * The archives of the entities that declare `@Retention`, in the order of the DataSource's list of entities. No connection
 * is needed, only the metadata.
 *
 * @throws UserError if a declaration can't be kept: it does not fit the entity's columns, keys or foreign keys
 */
export function archivesOf(dataSource: DataSource): Archive[] {
  const listed: unknown[] = Object.values(dataSource.options.entities ?? {});
  return dataSource.entityMetadatas
    .toSorted((a, b) => listed.indexOf(a.target) - listed.indexOf(b.target))
    .flatMap((metadata) => {
      const retention = retentionOf(metadata);
      return retention ? [archiveOf(metadata, retention)] : [];
    });
}

function archiveOf(metadata: EntityMetadata, retention: Retention): Archive {
  const { archive, column, per } = retention;
  if (metadata.primaryColumns.length !== 1)
    throw new UserError(`@Retention of ${metadata.name}: the entity needs a primary key of one column.`);
  const tree = treeOf(metadata, retention);
  const [{ table, keys }, ...others] = [...tree.branches, ...tree.links];
  if (archive === 'csv' && others.length > 0)
    throw new UserError(
      `@Retention of ${metadata.name}: a CSV file holds the rows of one table, but rows of ${others[0].name} refer to them. Archive to 'json' or 'json.gz'.`,
    );
  return {
    name: tree.branches[0].name,
    table,
    key: keys[0],
    description: describeRetention(metadata)!,
    extension: `.${archive}`,
    tree,
    due: dueRows(retention),
    next: oldestRows(metadata, retention, table, per ? ROWS_A_PART : ROWS_A_FILE),
    label: labelOf(retention),
    inParts: per !== undefined,
    order: `${escapeIdentifier(column.databaseName)}, ${keys[0]}`,
  };
}

/** The archive that a file belongs to, by its name; undefined: none. */
export function archiveOfFile(archives: readonly Archive[], path: string): Archive | undefined {
  const name = basename(path);
  if (extensionOf(name) === undefined) return undefined;
  const candidates = archives.filter((archive) => name.startsWith(`${archive.name}-`));
  // One table's name may begin with another's.
  return candidates.toSorted((a, b) => b.name.length - a.name.length)[0];
}
