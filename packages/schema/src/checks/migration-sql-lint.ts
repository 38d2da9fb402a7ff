import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../errors';
import { isInstalled } from '../optional-package';
import type { HazardKind } from '../changes/hazards';
import type { Finding } from './finding';
import type { RecordedMigration, RecordedStatement } from './migration-replay';

/** The oldest PostgreSQL that a release may meet. */
const OLDEST_POSTGRESQL = '15.0';

/** Rules of squawk that do not apply here, each with why. */
const EXCLUDED_RULES = [
  // The release runner sets a lock_timeout for each statement, steps back and tries again; a long migration is no mistake.
  'require-lock-timeout',
  'require-statement-timeout',
  // Types are the entities' business. A longer varchar costs nothing, and what reads every row is found out by running it.
  'prefer-text-field',
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
  'prefer-identity',
  // The lint of the catalog says so of every table, not of new columns alone.
  'prefer-timestamp-tz',
  // IF NOT EXISTS keeps the invalid index of a failed attempt. Migrations without a transaction are broken off and repeated.
  'prefer-robust-stmts',
  // Loses nothing, and the compiler finds who does not expect the null.
  'ban-drop-not-null',
  // The catalogs of migrations and entities are compared, the order of an enumeration's values included.
  'require-enum-value-ordering',
];

/** What is to be known of a rule beyond what squawk says. */
interface SquawkRule {
  /** The dangers of the generator that it finds, where it is one of those: what a migration acknowledges. */
  hazards?: HazardKind[];
  /** What to do, in the place of squawk's own help. */
  safeWay?: string;
  /** Whether it counts only where the statement did read or write every row: squawk doesn't know what was there before. */
  onlyIfEveryRowIsTouched?: boolean;
  /** Whether it also counts for tables that the migration itself creates. */
  alsoOnNewTables?: boolean;
}

const KEEP_IT = 'keep it, mark it @deprecated in the code, and drop it when no running release knows it any more.';
const COPY_IT = 'a new column, filled in a migration of its own, then the code moves over to it.';

const SQUAWK_RULES: Record<string, SquawkRule> = {
  'ban-drop-table': { hazards: ['drop-table'], safeWay: KEEP_IT },
  'ban-drop-column': { hazards: ['drop-column'], safeWay: KEEP_IT },
  'renaming-table': { hazards: ['rename'], safeWay: `a view by the old name until no running release uses it.` },
  'renaming-column': { hazards: ['rename'], safeWay: COPY_IT },
  'changing-column-type': {
    hazards: ['rewrite', 'narrowing', 'conversion'],
    safeWay: COPY_IT,
    onlyIfEveryRowIsTouched: true,
  },
  'adding-field-with-default': { hazards: ['rewrite'], onlyIfEveryRowIsTouched: true },
  'adding-required-field': { hazards: ['required-column'] },
  'adding-not-nullable-field': {
    safeWay:
      'CHECK (… IS NOT NULL) NOT VALID, VALIDATE it in the next migration, then SET NOT NULL, which needs no look at the rows.',
    onlyIfEveryRowIsTouched: true,
  },
  'identifier-too-long': { safeWay: 'a name of at most 63 bytes.', alsoOnNewTables: true },
  'syntax-error': { safeWay: 'the statements of this migration could not be read: look through them by hand.' },
};

/**
 * Rules that squawk does not have: a pattern of statements, and the danger that a migration acknowledges. A type that the same
 * migration has renamed, so that another takes its place, may go.
 */
const OWN_RULES: { rule: HazardKind; pattern: RegExp; danger: string; safeWay: string }[] = [
  {
    rule: 'drop-type',
    pattern: /^DROP\s+(TYPE|DOMAIN)\b/i,
    danger: 'Dropping a type breaks running releases that name it.',
    safeWay: KEEP_IT,
  },
  {
    rule: 'drop-extension',
    pattern: /^DROP\s+EXTENSION\b/i,
    danger: 'Dropping an extension takes its types, operators and functions from every schema of the database.',
    safeWay: 'leave it: an extension that nobody uses costs nothing.',
  },
];

const DATA = /^(INSERT|UPDATE|DELETE|MERGE|COPY|TRUNCATE)\b/i;
const SCHEMA = /^(CREATE|ALTER|DROP)\b/i;

/**
 * The dangers of what migrations do to tables that others are using: found by squawk, where it is installed, but for
 * statements on tables that the same migration creates. A migration accepts a danger with its reason: `readonly acknowledged = { 'drop-column': 'why' }`.
 */
export async function lintMigrationSql(migrations: RecordedMigration[]): Promise<Finding[]> {
  const complaints = await squawk(migrations);
  return migrations.flatMap((migration, index) =>
    [...complaints[index], ...ownComplaints(migration), ...dataWithSchema(migration)]
      .filter(({ accepts }) => !accepts.some((rule) => migration.acknowledged[rule]?.trim()))
      .map(({ accepts: [rule], statement, danger, safeWay }) => ({
        rule,
        place: `${migration.name}: ${inOneLine(statement.sql)}`,
        danger,
        safeWay: `${safeWay} Or accept it, in the migration: readonly acknowledged = { '${rule}': '<why>' };`,
      })),
  );
}

interface Complaint {
  /** What the migration may acknowledge, the first one being the rule's name. */
  accepts: string[];
  statement: RecordedStatement;
  danger: string;
  safeWay: string;
}

function ownComplaints({ statements }: RecordedMigration): Complaint[] {
  const replaced = new Set(statements.flatMap(({ sql }) => nameIn(sql, /^ALTER\s+TYPE\s.*?\sRENAME\s+TO\s+/is)));
  return statements
    .filter(({ sql }) => !nameIn(sql, /^DROP\s+TYPE\s+/i).some((name) => replaced.has(name)))
    .flatMap((statement) =>
      OWN_RULES.filter(({ pattern }) => pattern.test(statement.sql.trim())).map(({ rule, danger, safeWay }) => ({
        accepts: [rule],
        statement,
        danger,
        safeWay,
      })),
    );
}

/** Rows that are changed by a migration that changes tables too (DATA_MODEL, "Migration safety"). */
function dataWithSchema({ statements }: RecordedMigration): Complaint[] {
  const data = statements.find(({ sql }) => DATA.test(sql.trim()));
  if (!data || !statements.some(({ sql }) => SCHEMA.test(sql.trim()))) return [];
  return [
    {
      accepts: ['data-with-schema'],
      statement: data,
      danger: 'The tables stay locked for as long as the rows take, and neither can be rolled back without the other.',
      safeWay: 'a migration of its own for the rows.',
    },
  ];
}

/** What squawk says of one place. */
interface SquawkReport {
  file: string;
  /** From 0. */
  line: number;
  rule_name: string;
  message: string;
  help: string | null;
}

/** What squawk complains of in each migration. */
async function squawk(migrations: RecordedMigration[]): Promise<Complaint[][]> {
  const directory = await mkdtemp(join(tmpdir(), 'squawk-'));
  try {
    const files = migrations.map((_, index) => join(directory, `${index}.sql`));
    const scripts = migrations.map(scriptOf);
    await Promise.all(files.map((file, index) => writeFile(file, scripts[index].sql)));
    const reports = files.length && hasSquawk() ? await runSquawk(files) : [];
    return migrations.map((migration, index) => {
      const { statementAt } = scripts[index];
      const createdTables = new Set(
        migration.statements.flatMap(({ sql }) => nameIn(sql, /^CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?/i)),
      );
      return reports
        .filter(({ file }) => file === files[index])
        .flatMap((report) => complaint(report, statementAt(report.line), createdTables));
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

function complaint(
  { rule_name: name, message, help }: SquawkReport,
  statement: RecordedStatement | undefined,
  createdTables: ReadonlySet<string>,
): Complaint[] {
  const { hazards = [], safeWay = help, onlyIfEveryRowIsTouched, alsoOnNewTables } = SQUAWK_RULES[name] ?? {};
  if (!statement) return [];
  if (onlyIfEveryRowIsTouched && !statement.touchesEveryRow) return [];
  if (!alsoOnNewTables && tableOf(statement).some((table) => createdTables.has(table))) return [];
  return [{ accepts: hazards.length ? hazards : [name], statement, danger: message, safeWay: safeWay ?? '' }];
}

/** A migration as a script, and which statement stands on a line of it. */
function scriptOf({ transaction, statements }: RecordedMigration) {
  const lines: (RecordedStatement | undefined)[] = [];
  const texts: string[] = [];
  const add = (sql: string, statement?: RecordedStatement): void => {
    const text = `${sql.trim().replace(/;$/, '')}\n;`;
    texts.push(text);
    lines.push(...text.split('\n').map(() => statement));
  };
  if (transaction) add('BEGIN');
  for (const statement of statements) add(statement.sql, statement);
  if (transaction) add('COMMIT');
  return { sql: `${texts.join('\n')}\n`, statementAt: (line: number) => lines[line] };
}

/** Its program, as Node finds it. */
const SQUAWK = 'squawk-cli/js/bin/squawk';

/** Whether squawk is installed. Where it is not, its rules are left out. */
export function hasSquawk(): boolean {
  return isInstalled(SQUAWK);
}

async function runSquawk(files: string[]): Promise<SquawkReport[]> {
  const options = ['--reporter', 'json', '--pg-version', OLDEST_POSTGRESQL, '--exclude', EXCLUDED_RULES.join(',')];
  const program = require.resolve(SQUAWK);
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [program, ...options, ...files], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      // It also exits with 1 when it has found something.
      if (error && !stdout)
        reject(new UserError(`squawk could not look at the migrations: ${stderr || error.message}`));
      else resolve(stdout);
    });
  });
  return JSON.parse(output) as SquawkReport[];
}

/** The existing table that a statement changes. */
function tableOf({ sql }: RecordedStatement): string[] {
  return [
    ...nameIn(sql, /^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?/i),
    ...nameIn(sql, /^CREATE\s+(?:UNIQUE\s+)?INDEX\s.*?\sON\s+(?:ONLY\s+)?/is),
  ];
}

/** The name that follows the beginning of a statement, where that is the beginning. */
function nameIn(sql: string, beginning: RegExp): string[] {
  const start = beginning.exec(sql.trim())?.[0].length;
  const name =
    start === undefined ? null : /^(?:"?public"?\.)?(?:"((?:[^"]|"")+)"|(\w+))/.exec(sql.trim().slice(start));
  return name ? [name[1] ?? name[2].toLowerCase()] : [];
}

function inOneLine(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 120)} …` : line;
}
