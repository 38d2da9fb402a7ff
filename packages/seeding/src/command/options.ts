import { isISO8601 } from 'class-validator';
import { Command, InvalidArgumentError, Option } from 'commander';
import { MAX_ROWS, SEEDS } from '../shape/keys';
import type { SeedOptions } from '../loading/seeder';
import type { Seeds } from './seeds';

/** What all dates hang off unless asked otherwise, so that two runs make the same rows on different days. */
const REFERENCE_DATE = new Date('2026-01-01T12:00:00Z');

/** What the command line asks for. */
export interface Options extends SeedOptions {
  /** The file of a dump in place of a database; `-` is the standard output. */
  toSql?: string;
  /** The folder of a dump in place of a database. */
  toCsv?: string;
  /** Whether a program reads the report. */
  json?: boolean;
}

/** The options as they are parsed, before the profile fills in what is not said. */
type Flags = Omit<Options, 'scale'> & { scale?: number; profile?: string };

/** What is asked for on the command line, the profile's shape where it says nothing else. */
export function readOptions(command: Command, { profiles }: Pick<Seeds, 'profiles'>): Options {
  const { profile, ...flags } = command.opts<Flags>();
  const [unexpected] = command.args;
  if (unexpected !== undefined)
    command.error(`error: unexpected argument ${unexpected}. Separate tables by commas: --only a,b`);
  const names = Object.keys(profiles);
  if (profile !== undefined && !Object.hasOwn(profiles, profile))
    command.error(`error: unknown profile ${profile}. Choose from ${names.join(', ')}.`);
  const { scale, rows } = profiles[profile ?? names[0]];
  if (flags.toSql === '-' && flags.json)
    command.error("error: '--json' and '--to-sql -' both write to the standard output");
  return {
    ...flags,
    // Who appends rows of some tables wants those, and not a scale of all else.
    scale: flags.scale ?? (flags.append && flags.rows ? 0 : scale),
    rows: flags.rows || rows ? { ...rows, ...flags.rows } : undefined,
  };
}

/** The command line: its options are those of `seed`. */
export function seedCommand(): Command {
  return new Command('entity-seed')
    .description(
      'Fills every table with demo data, or adds what is missing. Either all rows are written or none. Pending migrations run first.\n' +
        'With --to-sql or --to-csv, the rows are written to files instead; no database is needed.',
    )
    .optionsGroup('What:')
    .requiredOption('-d, --dataSource <file>', 'the file that exports the DataSource')
    .option('--seeds <file>', 'the file that exports factories and profiles (default: rows follow from the entities)')
    .optionsGroup('How much:')
    .option('--profile <name>', 'a named size of the data, from the file of --seeds (default: its first)')
    .option(
      '--scale <n>',
      'size of everything: 1 is a few rows of each table (default: from the profile)',
      wholeNumber(1, 1_000_000),
    )
    .option(
      '--rows <table=n>',
      'exact number of rows of a table; related tables get as many as that needs. Separate several by commas',
      rows,
    )
    .option('--only <tables>', 'fill only these tables, separated by commas, and the tables they refer to', list)
    .optionsGroup('Which rows:')
    .option(
      '--seed <n>',
      `which demo data: the same number always makes the same rows (0 to ${SEEDS - 1})`,
      wholeNumber(0, SEEDS - 1),
      42,
    )
    .option(
      '--reference-date <date>',
      'the reference date for generated dates: "now", 2026-01-31 or 2026-01-31T12:00:00Z',
      moment,
      REFERENCE_DATE,
    )
    .optionsGroup('Existing rows (by default, rows of the same seed stay and only missing ones are added):')
    .addOption(
      new Option(
        '--append',
        'keep all rows, whoever made them, and add as many as --scale or --rows say: the next ones of the seed',
      ).conflicts(['reset', 'toSql', 'toCsv']),
    )
    .addOption(
      new Option('--reset', 'first remove all demo rows, of every seed, and what belongs to them').conflicts([
        'toSql',
        'toCsv',
      ]),
    )
    .option('--force', 'run in production too, and beside rows that are not demo data; replace existing files')
    .optionsGroup('Files instead of a database:')
    .addOption(
      new Option('--to-sql <file>', 'write one script for psql; "-" is the standard output').conflicts([
        'toCsv',
        'dryRun',
      ]),
    )
    .addOption(new Option('--to-csv <folder>', 'write a CSV file for each table').conflicts('dryRun'))
    .optionsGroup('How:')
    .option('--dry-run', 'show what would be done, and do nothing')
    .option('--json', 'report in JSON, for programs: one document, and nothing else, on the standard output')
    .optionsGroup('Help:')
    .allowExcessArguments()
    .configureOutput({ outputError: inOneLine })
    .addHelpText('after', EXAMPLES);
}

const EXAMPLES = `
Examples, each after entity-seed -d data-source.ts --seeds seeds.ts:
  --profile load                  the profile of this name
  --rows posts=5000000            5,000,000 posts, and as many rows of other tables as they need
  --append --rows posts=100       100 posts more than there are
  --to-sql - | gzip > load.sql.gz

Exit code: 0, or 1 when something is refused or fails. Then the reason is one line on the standard error (with --json
too, and nothing on the standard output), and the database is as it was before.`;

/** Commander puts its suggestion into a second line. */
function inOneLine(text: string, write: (text: string) => void): void {
  write(`${text.trim().replaceAll('\n', ' ')}\n`);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };
}

function list(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Give names of tables, separated by commas.');
  return names;
}

const rowsOfTable = wholeNumber(0, MAX_ROWS);

/** `posts=100,tasks=20`, added to what was given before. */
function rows(text: string, before: Record<string, number> = {}): Record<string, number> {
  const all = { ...before };
  for (const part of text.split(',')) {
    const [, table, count] = /^\s*([^=\s]+)=(.*?)\s*$/.exec(part) ?? [];
    if (!table) throw new InvalidArgumentError('Give tables and numbers like posts=100, separated by commas.');
    if (table in all) throw new InvalidArgumentError(`${table} is given twice.`);
    all[table] = rowsOfTable(count);
  }
  return all;
}

const DAY_OR_MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** Without a time zone a time would mean another moment on another machine. */
function moment(text: string): Date {
  if (text === 'now') return new Date();
  if (DAY_OR_MOMENT.test(text) && isISO8601(text, { strict: true })) return new Date(text);
  throw new InvalidArgumentError('Give "now", a date like 2026-01-31, or a time like 2026-01-31T12:00:00Z.');
}
