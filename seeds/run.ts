import 'reflect-metadata';
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import dataSource from '../ormconfig';
import { entities } from '../src/entities';
import { withoutPassword } from '../src/database/configuration';
import type { EntityDataSource } from '../src/database/data-source';
import { runCommand } from '../src/database/errors';
import { SEEDS } from './engine/keys';
import type { TablePlan } from './engine/plan';
import { type OnProgress, seed, type SeedOptions } from './engine/seeder';
import { factories } from './factories';

/** What all dates hang off unless asked otherwise, so that two runs make the same rows on different days. */
const REFERENCE_DATE = new Date('2026-01-01T12:00:00Z');

const options = new Command('npm run seed --')
  .description(
    'Fills every table with demo data. Rows that are there already stay: a second run adds what is missing, so nothing.\n' +
      'All rows are added or none. Pending migrations run first.',
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
  .option('--reset', 'first remove all demo rows, those of other seeds too, and what belongs to them', false)
  .option('--dry-run', 'say what would be done and do nothing', false)
  .option('--force', 'run with NODE_ENV=production too, and beside rows that are no demo data', false)
  // One line, the suggestion included.
  .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`) })
  .parse()
  .opts<SeedOptions>();

runCommand(async () => {
  await dataSource.initialize();
  try {
    const progress = progressBar();
    const plans = await seed(dataSource, factories, options, progress.show).finally(progress.stop);
    report(plans, dataSource);
  } finally {
    await dataSource.destroy();
  }
});

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

/** Without a time zone a time would mean another moment on another machine. */
function moment(text: string): Date {
  const date = text === 'now' ? new Date() : new Date(text);
  const isMoment = text === 'now' || /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  if (isMoment && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError('Give "now", a day as 2026-01-31, or a moment as 2026-01-31T12:00:00Z.');
}

/** A progress bar, on terminals alone. */
function progressBar(): { show: OnProgress; stop: () => void } {
  if (!process.stdout.isTTY || !process.stderr.isTTY) return { show: () => undefined, stop: () => undefined };
  const format = '{bar} {percentage} % of {total} rows, {table}';
  const bar = new SingleBar({ format, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
  return {
    show(table, sent, total) {
      if (!bar.isActive) bar.start(total, 0, { table });
      bar.update(sent, { table });
    },
    stop: () => bar.stop(),
  };
}

function report(plans: readonly TablePlan[], dataSource: EntityDataSource): void {
  const { url, configuration } = dataSource;
  const { seed, scale, dryRun } = options;
  if (total(plans, 'added') + total(plans, 'removed') === 0) {
    console.log(`Already seeded with --seed ${seed} at scale ${scale}: there is nothing to do.`);
  } else {
    // In the order in which the entities are listed: domain by domain.
    const order = entities.map((entity) => dataSource.getMetadata(entity).tableName);
    console.log(grid(plans.toSorted((a, b) => order.indexOf(a.table.name) - order.indexOf(b.table.name))));
    console.log(dryRun ? 'A dry run: nothing has been changed.' : `Seeded in ${seconds()} s.`);
  }
  console.log(`Database: ${withoutPassword(url)}`);
  if (dryRun) console.log('Next: the same without --dry-run.');
  else if (configuration.embedded)
    console.log('Next: "npm run db" keeps the database running and prints its URL for psql.');
  else console.log('Next: look at it with psql or any other client; "npm run seed -- --reset" makes it anew.');
}

function seconds(): string {
  return (performance.now() / 1000).toFixed(1);
}

/** A row a table that has rows or had some, and their sums. */
function grid(plans: readonly TablePlan[]): string {
  const withRemoved = total(plans, 'removed') > 0;
  const cells = (name: string, kept: number, added: number, removed: number): (string | number)[] => [
    name,
    kept + added,
    added,
    ...(withRemoved ? [removed] : []),
  ];
  const verb = options.dryRun ? 'to be ' : '';
  const table = new Table({
    head: ['table', 'rows', `${verb}added`, ...(withRemoved ? [`${verb}removed`] : [])],
    colAligns: ['left', 'right', 'right', 'right'],
    // No colours and no lines between rows: it is read in files and logs too.
    style: { head: [], border: [], compact: true },
  });
  for (const {
    table: { name },
    kept,
    added,
    removed,
  } of plans) {
    if (kept + added + removed > 0) table.push(cells(name, kept, added, removed));
  }
  table.push(cells('all', total(plans, 'kept'), total(plans, 'added'), total(plans, 'removed')));
  return table.toString();
}

function total(plans: readonly TablePlan[], what: 'kept' | 'added' | 'removed'): number {
  return plans.reduce((sum, plan) => sum + plan[what], 0);
}
