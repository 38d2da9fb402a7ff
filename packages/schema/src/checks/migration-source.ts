import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as TypeScript from 'typescript';

/** What the source of a migration says. */
export interface MigrationSource {
  fileName: string;
  /** The classes that it exports. */
  classes: MigrationClass[];
  /** The modules that it imports, re-exports, or loads while it runs. */
  imports: string[];
}

interface MigrationClass {
  /** Undefined where it has none. */
  name: string | undefined;
  /** What its property `name` says, where it has one: TypeORM records it in the place of the class's. */
  recordedName: string | undefined;
  /** Whether down() calls anything: an empty one, a mere `return` and a `throw` lead nowhere. */
  hasDown: boolean;
}

/** The names of the files in a folder, in order; none where it does not exist. */
export function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export function readMigration(ts: typeof TypeScript, directory: string, fileName: string): MigrationSource {
  const text = readFileSync(join(directory, fileName), 'utf8');
  const { statements } = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  return {
    fileName,
    classes: statements.flatMap((statement) => exportedClass(ts, statement)).map((one) => classOf(ts, one)),
    // Made for editors: it knows every form of import and require().
    imports: ts.preProcessFile(text, true, true).importedFiles.map((imported) => imported.fileName),
  };
}

/** `export class …`, or `module.exports = class …`. */
function exportedClass(ts: typeof TypeScript, node: TypeScript.Statement): TypeScript.ClassLikeDeclaration[] {
  if (ts.isClassDeclaration(node)) {
    return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ? [node] : [];
  }
  if (!ts.isExpressionStatement(node) || !ts.isBinaryExpression(node.expression)) return [];
  const { left, right } = node.expression;
  return left.getText() === 'module.exports' && ts.isClassExpression(right) ? [right] : [];
}

function classOf(ts: typeof TypeScript, { name, members }: TypeScript.ClassLikeDeclaration): MigrationClass {
  const recorded = members.filter(ts.isPropertyDeclaration).find((member) => member.name.getText() === 'name');
  const value = recorded?.initializer;
  const down = members.filter(ts.isMethodDeclaration).find((member) => member.name.getText() === 'down');
  const calls = (node: TypeScript.Node): boolean =>
    ts.isCallExpression(node) || (ts.forEachChild(node, calls) ?? false);
  return {
    name: name?.text,
    recordedName: value && (ts.isStringLiteralLike(value) ? value.text : value.getText()),
    hasDown: down?.body?.statements.some((statement) => !ts.isThrowStatement(statement) && calls(statement)) ?? false,
  };
}
