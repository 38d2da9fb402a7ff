import 'reflect-metadata';
import { constants } from 'node:os';
import { entityMetadatasOf, loadDataSource, runCommand, urlOf, withoutPassword } from '@entity-backend/schema';
import type { DataSource } from 'typeorm';
import { dumpCsv, dumpSql, rowsOf } from '../files/dump';
import { seed } from '../loading/seeder';
import { sizesOf } from '../loading/sizes';
import { compileTables } from '../rows/table';
import { checkTables } from '../rows/trial';
import { type Options, readOptions, seedCommand } from './options';
import { Progress } from './progress';
import { type Outcome, reportOf } from './report';
import { loadSeeds, type Seeds } from './seeds';

/** Those that end a process from outside: Ctrl-C, kill, a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const command = seedCommand().parse();
const progress = new Progress();

runCommand(async () => {
  const files = command.opts<{ dataSource: string; seeds?: string }>();
  const seeds = await loadSeeds(files.seeds);
  const options = readOptions(command, seeds);
  const dataSource = await loadDataSource(files.dataSource);
  const outcome = await (options.toSql || options.toCsv
    ? dump(dataSource, seeds, options)
    : fill(dataSource, seeds, options));
  const print = options.toSql === '-' ? console.error : console.log;
  print(reportOf(outcome, options, progress));
});

/** Fills the database. */
async function fill(dataSource: DataSource, seeds: Seeds, options: Options): Promise<Outcome> {
  // What --json prints is for programs: statements don't belong into it. To TypeORM `false` would mean no change.
  if (options.json) dataSource.setOptions({ logging: [] });
  await dataSource.initialize();
  try {
    const { factories, production: inProduction, deleteSettings, migrateHint } = seeds;
    const plans = await stoppable('no rows have been added or removed', () =>
      seed(dataSource, factories, { ...options, inProduction, deleteSettings, migrateHint }, progress.hear),
    );
    // In the order in which the entities are listed: domain by domain.
    const order = dataSource.entityMetadatas.map(({ tableName }) => tableName);
    const results = plans.map(({ table, kept, added, removed }) => ({ name: table.name, kept, added, removed }));
    return {
      tables: results.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)),
      target: { database: withoutPassword(urlOf(dataSource)) },
      next: seeds.next ?? 'look at it with psql or any other client; --reset makes it anew.',
    };
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Work that shows its progress and leaves nothing behind when a signal ends it: what is not committed goes with the
 * connection, and files that are not complete with the process.
 *
 * @param left what is to be told then
 */
async function stoppable<T>(left: string, work: () => Promise<T>): Promise<T> {
  const stop = (signal: NodeJS.Signals): void => {
    progress.stop();
    console.error(`Stopped: ${left}.`);
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
    progress.stop();
  }
}

/** Writes the rows into files. */
async function dump(dataSource: DataSource, seeds: Seeds, options: Options): Promise<Outcome> {
  const sizes = sizesOf(compileTables(await entityMetadatasOf(dataSource), seeds.factories, options), options);
  checkTables(sizes);
  const tables = [...sizes.keys()];
  const total = [...sizes.values()].reduce((sum, rows) => sum + rows, 0);
  let sent = 0;
  const rows = rowsOf(sizes, ({ name }, count) => progress.hear(name, (sent += count), total));
  const { toSql, toCsv, force } = options;
  await stoppable('no files have been written', () =>
    toCsv ? dumpCsv(toCsv, tables, rows, force) : dumpSql(toSql!, tables, rows, force),
  );
  return {
    // In the order of their foreign keys, in which they can be loaded.
    tables: tables.map((table) => ({ name: table.name, kept: 0, added: sizes.get(table)!, removed: 0 })),
    ...whereabouts(options),
  };
}

/** Where a dump is, and how to load it. */
function whereabouts({ toSql, toCsv }: Options): Pick<Outcome, 'target' | 'next'> {
  const loads = 'loads it into a database in which the migrations have run.';
  if (toCsv) {
    const next = `in psql, for each table in the order above: \\copy <table> FROM '<table>.csv' (FORMAT csv, HEADER)`;
    return { target: { folder: toCsv }, next };
  }
  if (toSql === '-') return { target: { file: 'standard output' }, next: `psql -v ON_ERROR_STOP=1 ${loads}` };
  return { target: { file: toSql! }, next: `psql -v ON_ERROR_STOP=1 -f ${toSql} ${loads}` };
}
