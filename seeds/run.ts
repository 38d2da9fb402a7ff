import 'reflect-metadata';
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import dataSource from '../ormconfig';
import { entities } from '../src/entities';
import { withoutPassword } from '../src/database/configuration';
import type { EntityDataSource } from '../src/database/data-source';
import { runCommand } from '../src/database/errors';
import type { TablePlan } from './engine/plan';
import { type OnProgress, seed, type SeedOptions } from './engine/seeder';
import { factories } from './factories';
import { seedCommand } from './options';

const options = seedCommand().parse().opts<SeedOptions>();

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
  for (const plan of plans) {
    const { kept, added, removed } = plan;
    if (kept + added + removed > 0) table.push(cells(plan.table.name, kept, added, removed));
  }
  table.push(cells('all', total(plans, 'kept'), total(plans, 'added'), total(plans, 'removed')));
  return table.toString();
}

function total(plans: readonly TablePlan[], what: 'kept' | 'added' | 'removed'): number {
  return plans.reduce((sum, plan) => sum + plan[what], 0);
}
