import type * as TypeScript from 'typescript';
import type { Finding } from './finding';
import { filesIn, type MigrationSource, readMigration } from './migration-source';

/** Something that no migration file should do. */
interface MigrationFileRule {
  name: string;
  danger: string;
  safeWay: string;
  /** How a file breaks the rule, in a few words; nothing where it doesn't. */
  breaks: (file: MigrationSource) => string[];
}

const FILE_NAME = /^(\d{13})-([A-Z][A-Za-z0-9]*)\.[cm]?[jt]s$/;
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
      const names = classes.flatMap(({ name: ofClass = 'a class without a name', recordedName = ofClass }) => [
        ...new Set([ofClass, recordedName]),
      ]);
      if (classes.length !== 1) return [`exports ${classes.length} classes`];
      return names.filter((given) => given !== expected).map((given) => `${given} in place of ${expected}`);
    },
  },
  {
    name: 'timestamp-ahead',
    danger: 'every migration that is generated from now until then is older than it, and is refused.',
    safeWay: 'the time of generation, as entity-schema generate writes it.',
    breaks: ({ fileName }) => {
      const timestamp = Number.parseInt(fileName, 10);
      return timestamp > Date.now() + LATEST_AHEAD_MS ? [`is of ${new Date(timestamp).toISOString()}`] : [];
    },
  },
  {
    name: 'no-down',
    danger: 'a release that goes wrong can not be rolled back.',
    safeWay: 'a down() that leads back to the schema before.',
    breaks: ({ classes }) => classes.filter(({ hasDown }) => !hasDown).map(() => 'does nothing in down()'),
  },
  {
    name: 'import-from-the-project',
    danger: 'a migration is history: what it imports changes, and then it does something else than it did.',
    safeWay: "imports from 'typeorm' alone; what else it needs stands in the migration.",
    breaks: ({ imports }) =>
      imports.filter((imported) => imported !== 'typeorm').map((imported) => `imports ${imported}`),
  },
];

/**
 * What is wrong with the files of migrations.
 *
 * @param ts TypeScript's own parser, which reads JavaScript too
 * @param directory the folder of the migrations' sources
 */
export function lintMigrationFiles(ts: typeof TypeScript, directory: string): Finding[] {
  const names = filesIn(directory);
  const files = names.filter((name) => FILE_NAME.test(name)).map((name) => readMigration(ts, directory, name));
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
    safeWay: 'nothing but <13 digits of a timestamp>-<NameInCamelCase>.ts in the folder (or .js).',
  };
}

/** Files whose order nothing says. */
function sameTimestamps(files: MigrationSource[]): Finding[] {
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
