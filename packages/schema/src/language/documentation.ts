import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import type * as TypeScript from 'typescript';
import { UserError } from '../errors';
import { optionalPackage } from '../optional-package';
import { describeRetention } from './retention';

const CHECKOUT = 'run this in a checkout, after "npm ci".';

/** What the doc comments of a class say: of itself, and of each property. */
export interface ClassDocumentation {
  /** The file of the class, relative to the folder that was read. */
  file: string;
  text?: string;
  /** How long rows are kept and what becomes of them then: the tag `@retention`, where `@Retention` does not say it. */
  retention?: string;
  properties: Map<string, string>;
}

/**
 * Makes the doc comments of the entity classes in `directory` the COMMENTs of their tables and columns, so that each is
 * written once: an editor shows it, and so does psql. A `comment` that a decorator gives goes before.
 *
 * Types and comments are gone at run time, so the sources are read, with TypeScript's own parser: generating migrations is
 * done in a checkout, never in production.
 */
export function documentFromSources(dataSource: DataSource, directory: string): void {
  const documentation = readDocumentation(directory);
  for (const metadata of dataSource.entityMetadatas) {
    const ofClass = documentation.get(metadata.targetName);
    metadata.comment ??= ofClass && commentOf(ofClass, metadata);
    for (const column of metadata.columns) column.comment ??= commentOfColumn(documentation, column);
  }
}

/** What the class says that declares the column, be it a base class or an embedded one; of a foreign key, its relation may. */
function commentOfColumn(
  documentation: Map<string, ClassDocumentation>,
  { target, propertyName, databaseName, entityMetadata }: ColumnMetadata,
): string | undefined {
  const relation = entityMetadata.relations.find(
    ({ joinColumns }) => joinColumns.length === 1 && joinColumns[0].databaseName === databaseName,
  );
  const said = (by: ColumnMetadata['target'], property: string): string | undefined =>
    documentation.get(typeof by === 'function' ? by.name : by)?.properties.get(property);
  return said(target, propertyName) ?? (relation && said(relation.target, relation.propertyName));
}

function commentOf({ text, retention: tag }: ClassDocumentation, metadata: EntityMetadata): string | undefined {
  const retention = describeRetention(metadata, tag);
  return [text, retention && `Retention: ${retention}.`].filter(Boolean).join(' ') || undefined;
}

/** The documentation of every class below `directory`, by the class's name. */
export function readDocumentation(directory: string): Map<string, ClassDocumentation> {
  const ts = loadTypeScript();
  const classes = new Map<string, ClassDocumentation>();
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  if (!files.length) throw new UserError(`There are no TypeScript sources in ${directory}: ${CHECKOUT}`);
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(join(directory, file), 'utf8'), ts.ScriptTarget.Latest, true);
    ts.forEachChild(source, (node) => {
      if (ts.isClassDeclaration(node) && node.name) classes.set(node.name.text, { file, ...documentationOf(ts, node) });
    });
  }
  return classes;
}

function documentationOf(
  ts: typeof TypeScript,
  declaration: TypeScript.ClassDeclaration,
): Omit<ClassDocumentation, 'file'> {
  const properties = new Map<string, string>();
  for (const member of declaration.members) {
    const text = textOf(ts, lastComment(ts, member)?.comment);
    if (ts.isPropertyDeclaration(member) && text) properties.set(member.name.getText(), text);
  }
  const comment = lastComment(ts, declaration);
  const retention = comment?.tags?.find(({ tagName }) => tagName.text === 'retention');
  return { text: textOf(ts, comment?.comment), retention: textOf(ts, retention?.comment), properties };
}

/** The last doc comment before a declaration. */
function lastComment(ts: typeof TypeScript, node: TypeScript.Node): TypeScript.JSDoc | undefined {
  return ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1);
}

/** The text of a comment or tag, its lines joined. */
function textOf(ts: typeof TypeScript, comment: TypeScript.JSDoc['comment']): string | undefined {
  return ts.getTextOfJSDocComment(comment)?.replace(/\s+/g, ' ').trim() || undefined;
}

function loadTypeScript(): typeof TypeScript {
  const ts = optionalPackage<typeof TypeScript>('typescript');
  if (ts) return ts;
  throw new UserError(
    'The comments of tables and columns are read from the TypeScript sources, but the package typescript is not installed: ' +
      CHECKOUT,
  );
}
