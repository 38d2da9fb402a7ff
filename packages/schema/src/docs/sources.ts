import { join, relative, sep } from 'node:path';
import type { DataSource, EntityMetadata } from 'typeorm';
import { type ClassDocumentation, readDocumentation } from '../language/documentation';
import { describeRetention } from '../language/retention';
import { entityMetadatasOf } from '../load-data-source';
import { settingsOf } from '../settings';

/** Where and how an entity class says what the catalog of its table does not. */
export interface EntitySource {
  table: string;
  /** The page that the table is on: the folder of its entity below the entities' folder. */
  domain: string;
  /** Undefined for a table between two others, which has no class. */
  className?: string;
  /** Its file, as a page links to it: '../../src/entities/tasks/task.entity.ts'. */
  file?: string;
  purpose?: string;
  retention?: string;
}

/** The page of tables whose entities are in no folder of a domain. */
export const OTHER_TABLES = 'tables';

/** What the entities of a DataSource say of their tables, in the order of its list of entities. */
export async function entitySources(dataSource: DataSource): Promise<EntitySource[]> {
  const { entities, docs } = settingsOf(dataSource);
  const documentation = entities === undefined ? undefined : readDocumentation(entities);
  const listed: unknown[] = Object.values(dataSource.options.entities ?? {});
  // TypeORM has them in the order in which their files were loaded. What is found by a glob stays in it, behind the others.
  const place = ({ target }: EntityMetadata): number => listed.indexOf(target) + 1 || Infinity;
  const sources = (await entityMetadatasOf(dataSource))
    .toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)))
    // A view is no table, and a child in single-table inheritance has none of its own.
    .filter(({ tableType }) => tableType !== 'view' && tableType !== 'entity-child')
    .map((metadata) => sourceOf(metadata, documentation, (file) => linkTo(docs, join(entities!, file))));
  return sources.filter(({ table }, index) => sources.findIndex((other) => other.table === table) === index);
}

function sourceOf(
  metadata: EntityMetadata,
  documentation: Map<string, ClassDocumentation> | undefined,
  link: (file: string) => string,
): EntitySource {
  const owner = ownerOf(metadata);
  const ofOwner = documentation?.get(owner.targetName);
  const domain = ofOwner?.file.split(/[\\/]/).slice(0, -1)[0] ?? OTHER_TABLES;
  if (owner !== metadata) return { table: metadata.tableName, domain, purpose: purposeOfJunction(metadata) };
  return {
    table: metadata.tableName,
    domain,
    className: metadata.targetName,
    file: ofOwner && link(ofOwner.file),
    purpose: ofOwner?.text,
    retention: describeRetention(metadata, ofOwner?.retention),
  };
}

/** The entity that a table belongs to: of a table between two others, the one that declares the relation. */
function ownerOf(metadata: EntityMetadata): EntityMetadata {
  if (metadata.tableType === 'closure-junction') return metadata.parentClosureEntityMetadata;
  return metadata.tableType === 'junction' ? metadata.foreignKeys[0].referencedEntityMetadata : metadata;
}

function purposeOfJunction({ foreignKeys, tableType }: EntityMetadata): string {
  const [first, second] = foreignKeys.map(({ referencedEntityMetadata }) => referencedEntityMetadata.tableName);
  return tableType === 'closure-junction'
    ? `Ancestors and descendants of ${first}.`
    : `Connects ${first} and ${second}.`;
}

function linkTo(folder: string, file: string): string {
  return relative(folder, file).replaceAll(sep, '/');
}
