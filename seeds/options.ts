import { isISO8601 } from 'class-validator';
import { Command, InvalidArgumentError } from 'commander';
import { SEEDS } from './engine/keys';

/** What all dates hang off unless asked otherwise, so that two runs make the same rows on different days. */
const REFERENCE_DATE = new Date('2026-01-01T12:00:00Z');

/** The command line: its options are those of `seed`. */
export function seedCommand(): Command {
  return new Command('npm run seed --')
    .description(
      'Fills every table with demo data, or adds what is missing of it: all rows or none. Pending migrations run first.',
    )
    .option(
      '--seed <n>',
      `which demo data: the same number makes the same rows (0 to ${SEEDS - 1})`,
      wholeNumber(0, SEEDS - 1),
      42,
    )
    .option('--scale <n>', 'how much of everything: 1 is about a thousand rows', wholeNumber(1, 1_000_000), 1)
    .option('--only <tables>', 'fill only these tables, separated by commas, and those they refer to', list)
    .option(
      '--reference-date <date>',
      'the moment that all dates hang off: "now", or as 2026-01-31 or 2026-01-31T12:00:00Z',
      moment,
      REFERENCE_DATE,
    )
    .option('--reset', 'first remove all demo rows, those of other seeds too, and what belongs to them')
    .option('--dry-run', 'say what would be done and do nothing')
    .option('--force', 'run with NODE_ENV=production too, and beside rows that are no demo data')
    .configureOutput({ outputError: inOneLine });
}

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

const DAY_OR_MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** Without a time zone a time would mean another moment on another machine. */
function moment(text: string): Date {
  if (text === 'now') return new Date();
  if (DAY_OR_MOMENT.test(text) && isISO8601(text, { strict: true })) return new Date(text);
  throw new InvalidArgumentError('Give "now", a day as 2026-01-31, or a moment as 2026-01-31T12:00:00Z.');
}
