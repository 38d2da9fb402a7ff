import { type Command, InvalidArgumentError } from 'commander';
import type { DataSource } from 'typeorm';
import { urlOf, withoutPassword } from '../database-url';
import { migrate, type MigrateOptions } from '../migrations/runner';
import { pendingSql } from '../migrations/script';
import { loadDataSource } from '../load-data-source';
import { dataSourceCommand } from './data-source';

interface Flags {
  dataSource: string;
  to?: string;
  dryRun?: true;
  lockTimeout: number;
  attempts: number;
  wait: number;
}

export function migrateCommand(): Command {
  return dataSourceCommand('migrate')
    .description(
      'Runs the pending migrations on the database of the DataSource. ' +
        'Any number of replicas may run it at once: one migrates, the others wait for it.',
    )
    .option('--to <name>', 'the last migration to run, by the name of its class (default: all)')
    .option('--dry-run', 'print the SQL that would run, and change nothing')
    .option(
      '--lock-timeout <seconds>',
      'how long a statement may wait for a table, and others behind it',
      seconds(0.001),
      2,
    )
    .option('--attempts <number>', 'how often to try a migration that does not get its locks', wholeNumber, 10)
    .option('--wait <seconds>', 'how long to wait for another runner', seconds(0), 600)
    .addHelpText(
      'after',
      `
Exit codes:
  0  done, or nothing to do
  1  a migration failed, or the database could not be reached; what was applied before stays applied
  2  refused: an applied migration has been edited or is missing, or a pending one is older than an applied one,
     or runs outside a transaction and the database is reached through a pooler
  3  another runner or a long transaction did not finish in time: try again later`,
    )
    .action(runMigrations);
}

async function runMigrations({ dataSource: file, to, dryRun, lockTimeout, attempts, wait }: Flags): Promise<void> {
  const dataSource = await loadDataSource(file);
  const options = { to, lockTimeoutMs: lockTimeout * 1000, attempts, waitMs: wait * 1000 };

  // Each statement is the concern of whoever asks with --dry-run; errors are told once, by the runner.
  dataSource.setOptions({ logging: [] });
  await dataSource.initialize();
  try {
    if (dryRun) console.log(await pendingSql(dataSource, options));
    else await migrateAloud(dataSource, options);
  } finally {
    await dataSource.destroy();
  }
}

async function migrateAloud(dataSource: DataSource, options: MigrateOptions): Promise<void> {
  console.log(`Migrating ${withoutPassword(urlOf(dataSource))}`);
  const start = Date.now();
  const done = await migrate(dataSource, { ...options, report: (line) => console.log(line) });
  const migrations = done.length === 1 ? '1 migration' : `${done.length} migrations`;
  console.log(
    done.length === 0
      ? 'Nothing to migrate.'
      : `${migrations} applied in ${((Date.now() - start) / 1000).toFixed(1)} s.`,
  );
}

/** A parser of seconds, with fractions, from `least` to a day. */
function seconds(least: number): (text: string) => number {
  return (text) => {
    const number = text.trim() === '' ? NaN : Number(text);
    if (!(number >= least && number <= 86_400)) throw new InvalidArgumentError(`Give seconds, from ${least} to 86400.`);
    return number;
  };
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Give a whole number of at least 1.');
  return Number(text);
}
