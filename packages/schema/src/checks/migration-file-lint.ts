import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import type { Finding } from './finding';

/** Something that no migration file should do. */
interface MigrationFileRule {
  name: string;
  danger: string;
  safeWay: string;
  /** How a file breaks the rule, in a few words; nothing where it doesn't. */
  breaks: (file: MigrationFile) => string[];
}

interface MigrationFile {
  fileName: string;
  text: string;
  /** The classes that it exports. */
  classes: ts.ClassDeclaration[];
}

const FILE_NAME = /^(\d{13})-([A-Z][A-Za-z0-9]*)\.ts$/;
/** A migration is generated before it is run: an hour is for clocks that disagree. */
const LATEST_AHEAD_MS = 60 * 60 * 1000;

export const MIGRATION_FILE_RULES: MigrationFileRule[] = [
  {
    name: 'class-unlike-file',
    danger: 'the database records the class: who looks for the file of an applied migration does not find it.',
    safeWay:
      'one exported class a file, named as the file with the timestamp behind: 1763847000000-AddTasks.ts has AddTasks1763847000000.',
    breaks: ({ fileName, classes }) => {
      const [, timestamp, name] = FILE_NAME.exec(fileName)!;
      const expected = `${name}${timestamp}`;
      const names = classes.flatMap((declared) => [
        declared.name?.text ?? 'a class without a name',
        ...nameProperty(declared),
      ]);
      if (classes.length !== 1) return [`exports ${classes.length} classes`];
      return names.filter((given) => given !== expected).map((given) => `${given} in place of ${expected}`);
    },
  },
  {
    name: 'timestamp-ahead',
    danger: 'every migration that is generated from now until then is older than it, and is refused.',
    safeWay: 'the time of generation, as npm run migration:generate writes it.',
    breaks: ({ fileName }) => {
      const timestamp = Number.parseInt(fileName, 10);
      return timestamp > Date.now() + LATEST_AHEAD_MS ? [`is of ${new Date(timestamp).toISOString()}`] : [];
    },
  },
  {
    name: 'no-down',
    danger: 'a release that goes wrong can not be rolled back.',
    safeWay: 'a down() that leads back to the schema before.',
    breaks: ({ classes }) => classes.filter((declared) => !hasDown(declared)).map(() => 'does nothing in down()'),
  },
  {
    name: 'import-from-the-project',
    danger: 'a migration is history: what it imports changes, and then it does something else than it did.',
    safeWay: "imports from 'typeorm' alone; what else it needs stands in the migration.",
    breaks: ({ text }) =>
      importsOf(text)
        .filter((imported) => imported !== 'typeorm')
        .map((imported) => `imports ${imported}`),
  },
];

/**
 * What is wrong with the files of migrations.
 *
 * @param directory the folder of the migrations' sources
 */
export function lintMigrationFiles(directory: string): Finding[] {
  const names = readdirSync(directory).toSorted();
  const files = names.filter((name) => FILE_NAME.test(name)).map((name) => parse(directory, name));
  return [
    ...names.filter((name) => !FILE_NAME.test(name)).map(strayFile),
    ...sameTimestamps(files),
    ...MIGRATION_FILE_RULES.flatMap(({ name, danger, safeWay, breaks }) =>
      files.flatMap((file) =>
        breaks(file).map((how) => ({ rule: name, place: `${file.fileName} ${how}`, danger, safeWay })),
      ),
    ),
  ];
}

function strayFile(name: string): Finding {
  return {
    rule: 'not-a-migration',
    place: name,
    danger: 'TypeORM loads whatever is in the folder, and a person looks for migrations in it.',
    safeWay: 'nothing but <13 digits of a timestamp>-<NameInCamelCase>.ts in the folder.',
  };
}

/** Files whose order nothing says. */
function sameTimestamps(files: MigrationFile[]): Finding[] {
  return files.slice(1).flatMap(({ fileName }, index) => {
    const before = files[index].fileName;
    if (Number.parseInt(before, 10) !== Number.parseInt(fileName, 10)) return [];
    return {
      rule: 'timestamps-do-not-rise',
      place: `${before} and ${fileName}`,
      danger: 'nothing says which of them runs first.',
      safeWay: 'a timestamp of its own for each: generate the later one again.',
    };
  });
}

function parse(directory: string, fileName: string): MigrationFile {
  const text = readFileSync(join(directory, fileName), 'utf8');
  const classes = ts
    .createSourceFile(fileName, text, ts.ScriptTarget.Latest, true)
    .statements.filter(ts.isClassDeclaration)
    .filter(({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword));
  return { fileName, text, classes };
}

/** What the class's property `name` says, where it has one: TypeORM records it in the place of the class's. */
function nameProperty(declared: ts.ClassDeclaration): string[] {
  return declared.members.flatMap((member) =>
    ts.isPropertyDeclaration(member) && member.name.getText() === 'name' && member.initializer
      ? [ts.isStringLiteralLike(member.initializer) ? member.initializer.text : member.initializer.getText()]
      : [],
  );
}

/** Whether down() calls anything: an empty one, a mere `return` and a `throw` lead nowhere. */
function hasDown(declared: ts.ClassDeclaration): boolean {
  const down = declared.members.filter(ts.isMethodDeclaration).find(({ name }) => name.getText() === 'down');
  return down?.body?.statements.some((statement) => !ts.isThrowStatement(statement) && calls(statement)) ?? false;
}

function calls(node: ts.Node): boolean {
  return ts.isCallExpression(node) || (ts.forEachChild(node, calls) ?? false);
}

/** The modules that a file imports, re-exports, or loads while it runs. */
function importsOf(text: string): string[] {
  // Made for editors: it knows every form of import and require().
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}
