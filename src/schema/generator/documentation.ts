import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import type * as TypeScript from 'typescript';
import { UserError } from '../../database/errors';

/** What the doc comments of a class say: of itself, and of each property. */
interface ClassDocumentation {
  text?: string;
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
    metadata.comment ??= ofClass?.text;
    for (const column of metadata.columns) column.comment ??= ofClass?.properties.get(column.propertyName);
  }
}

/** The documentation of every class below `directory`, by the class's name. */
function readDocumentation(directory: string): Map<string, ClassDocumentation> {
  const ts = loadTypeScript();
  const classes = new Map<string, ClassDocumentation>();
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const source = ts.createSourceFile(file, readFileSync(join(directory, file), 'utf8'), ts.ScriptTarget.Latest, true);
    ts.forEachChild(source, (node) => {
      if (ts.isClassDeclaration(node) && node.name) classes.set(node.name.text, documentationOf(ts, node));
    });
  }
  return classes;
}

function documentationOf(ts: typeof TypeScript, declaration: TypeScript.ClassDeclaration): ClassDocumentation {
  const properties = new Map<string, string>();
  for (const member of declaration.members) {
    const text = textOf(ts, member);
    if (ts.isPropertyDeclaration(member) && text) properties.set(member.name.getText(), text);
  }
  return { text: textOf(ts, declaration), properties };
}

/** The last doc comment before a declaration, its lines joined, without its tags. */
function textOf(ts: typeof TypeScript, node: TypeScript.Node): string | undefined {
  const comment = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)?.comment;
  const text = ts.getTextOfJSDocComment(comment)?.replace(/\s+/g, ' ').trim();
  return text || undefined;
}

function loadTypeScript(): typeof TypeScript {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- a development dependency: not there in production
    return require('typescript') as typeof TypeScript;
  } catch {
    throw new UserError(
      'The comments of tables and columns are read from the TypeScript sources, but the package typescript is not installed: ' +
        'run this in a checkout, after "npm ci".',
    );
  }
}
