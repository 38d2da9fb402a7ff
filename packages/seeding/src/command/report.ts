import Table from 'cli-table3';
import type { TablePlan } from '../loading/plan';
import type { Options } from './options';
import type { Pace, Progress } from './progress';

/** For fewer rows a time says nothing. */
const TIMED_FROM_ROWS = 10_000;

/** What has been done to a table; with --dry-run, what would be. */
export type TableResult = Pick<TablePlan, 'kept' | 'added' | 'removed'> & { name: string };

/** What the command has done. */
export interface Outcome {
  /** In the order in which they are shown. */
  tables: readonly TableResult[];
  /** Where the rows are now: a database's URL without its password, or the path of a file or folder. */
  target: { database: string } | { file: string } | { folder: string };
  /** What the user may want to do next. */
  next: string;
}

/** What is to be told about the outcome: text for people, or with --json a document for programs. */
export function reportOf(outcome: Outcome, options: Options, progress: Progress): string {
  return options.json ? json(outcome, options, progress) : text(outcome, options, progress);
}

function json(
  { tables, target }: Outcome,
  { seed, scale, referenceDate, dryRun = false }: Options,
  progress: Progress,
): string {
  const document = {
    ...target,
    seed,
    scale,
    referenceDate,
    dryRun,
    seconds: secondsOf(performance.now()),
    tables: tables.map(({ name, kept, added, removed }) => ({
      name,
      rows: kept + added,
      added,
      removed,
      seconds: secondsOf(progress.of(name).milliseconds),
    })),
  };
  return JSON.stringify(document, null, 2);
}

function text({ tables, target, next }: Outcome, options: Options, progress: Progress): string {
  const { seed, scale, rows, append, dryRun } = options;
  const lines: string[] = [];
  if (total(tables, 'added') + total(tables, 'removed') === 0) {
    const what = rows || append ? '' : ` at scale ${scale}`;
    lines.push(`Already seeded with --seed ${seed}${what}: there is nothing to do.`);
  } else {
    lines.push(grid(tables, options, progress));
    const verb = 'database' in target ? 'Seeded' : 'Written';
    lines.push(dryRun ? 'Dry run: nothing was changed.' : `${verb} in ${(performance.now() / 1000).toFixed(1)} s.`);
  }
  const [[kind, where]] = Object.entries(target);
  lines.push(`${kind[0].toUpperCase()}${kind.slice(1)}: ${where}`);
  lines.push(`Next: ${dryRun ? 'run it again without --dry-run.' : next}`);
  return lines.join('\n');
}

interface Column {
  head: string;
  cell: (result: TableResult, pace: Pace) => string | number;
}

/** A row a table that has rows or had some, and their sums. */
function grid(tables: readonly TableResult[], { dryRun }: Options, progress: Progress): string {
  const verb = dryRun ? 'to be ' : '';
  const columns: Column[] = [
    { head: 'table', cell: ({ name }) => name },
    { head: 'rows', cell: ({ kept, added }) => kept + added },
    { head: `${verb}added`, cell: ({ added }) => added },
  ];
  if (total(tables, 'removed') > 0) columns.push({ head: `${verb}removed`, cell: ({ removed }) => removed });
  if (!dryRun && total(tables, 'added') >= TIMED_FROM_ROWS) {
    columns.push({ head: 'seconds', cell: (_, { milliseconds }) => secondsOf(milliseconds).toFixed(1) });
    columns.push({ head: 'rows/s', cell: (_, { rate }) => rate ?? '' });
  }
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: ['left', ...columns.slice(1).map(() => 'right' as const)],
    // No colours and no lines between rows: it is read in files and logs too.
    style: { head: [], border: [], compact: true },
  });
  const shown = tables.filter(({ kept, added, removed }) => kept + added + removed > 0);
  for (const result of shown) table.push(columns.map(({ cell }) => cell(result, progress.of(result.name))));
  const all = {
    name: 'all',
    kept: total(tables, 'kept'),
    added: total(tables, 'added'),
    removed: total(tables, 'removed'),
  };
  table.push(columns.map(({ cell }) => cell(all, progress.all)));
  return table.toString();
}

function total(tables: readonly TableResult[], what: 'kept' | 'added' | 'removed'): number {
  return tables.reduce((sum, table) => sum + table[what], 0);
}

function secondsOf(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}
