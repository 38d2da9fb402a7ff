import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, totalmem, tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import { escapeIdentifier } from 'pg';
import dataSource from '../../ormconfig';
import { scripts } from '../../package.json';
import { entityMetadatasOf, runCommand, UserError } from '@entity-backend/schema';
import { compileTables, type Table as SeedTable } from '@entity-backend/seeding';
import { factories } from '../../seeds/factories';
import { query, withDatabase } from '../databases';
import { median } from '../median';
import { type Measurement, measure } from './measure';

interface Options {
  allTables?: boolean;
  rows: number[];
  peersUpTo: number;
  rounds: number;
}

/** A way to get so many rows into a database: a command, and where they come from. */
interface Contender {
  readonly name: string;
  /** Whether it takes so long that it runs at the smaller sizes alone. */
  readonly peer: boolean;
  readonly command: (size: Size, url: string) => string[];
}

interface Size {
  readonly scale: number;
  readonly rows: number;
  /** How many rows each table has. */
  readonly tables: ReadonlyMap<string, number>;
  /** A folder with a file a table: the rows that the seeder makes, as COPY writes them. */
  readonly files: string;
}

/** What lets Node run the project's TypeScript. */
const TYPESCRIPT = ['--conditions=entity-backend', '--require', './typescript.js'];

const SEEDER = 'npm run seed';
const COPY = 'psql \\copy';
/** A database in which the migrations have run: each contender fills a copy. */
const TEMPLATE = 'seeding_template';
const THREE_TABLES = ['authors', 'posts', 'decisions'];

const options = new Command('npm run bench:seed --')
  .description(
    'Fills tables in several ways and compares each with psql’s \\copy of rows generated beforehand. ' +
      'Needs DATABASE_URL of a server; creates and drops its own databases there. Run npm ci --prefix bench once before.',
  )
  .option('--all-tables', 'fill all tables instead of authors, posts and decisions; without the other tools')
  .option('--rows <n,…>', 'approximate number of rows', wholeNumbers, [11_000, 110_000, 440_000])
  .option('--peers-up-to <n>', 'the largest number of rows for the other tools', wholeNumber, 110_000)
  .option('--rounds <n>', 'how often to run each; prints medians', wholeNumber, 5)
  .parse()
  .opts<Options>();

/** The seeder as npm starts it. */
const seeder: Contender = {
  name: SEEDER,
  peer: false,
  command: ({ scale }) => [
    ...[process.execPath, ...scripts.seed.split(' ').slice(1), '--scale', String(scale)],
    ...(options.allTables ? [] : ['--only', 'decisions']),
  ],
};
const copy: Contender = {
  name: COPY,
  peer: false,
  command: ({ tables, files }, url) => [
    ...['psql', '--quiet', '--no-psqlrc', '--single-transaction', '--set=ON_ERROR_STOP=1', '--dbname'],
    url,
    ...[...tables.keys()].flatMap((table) => ['--command', `\\copy "${table}" FROM '${join(files, table)}'`]),
  ],
};
const peers = ['typeorm-insert', 'drizzle-seed', 'typeorm-extension'].map((name): Contender => ({
  name,
  peer: true,
  command: ({ tables }) => [
    ...[process.execPath, ...TYPESCRIPT, `bench/seeding/peers/${name}.js`],
    ...THREE_TABLES.map((table) => String(tables.get(table))),
  ],
}));
const contenders = [copy, seeder, ...(options.allTables ? [] : peers)];

runCommand(async () => {
  if (dataSource.configuration.embedded)
    throw new UserError('Set DATABASE_URL: the comparison needs a server and psql.');
  const all = compileTables(await entityMetadatasOf(dataSource), factories, {
    seed: 42,
    referenceDate: new Date('2026-01-01T12:00:00Z'),
  });
  const [{ server_version: version }] = await query<{ server_version: string }>('SHOW server_version');
  console.log(
    `PostgreSQL ${version}, Node ${process.versions.node}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB; medians of ${options.rounds} interleaved rounds.`,
  );
  await withDatabase(TEMPLATE, async (url) => {
    await measure(
      [process.execPath, ...TYPESCRIPT, 'packages/schema/bin/entity-schema.js', 'migrate', '-d', 'ormconfig.ts'],
      url,
    );
    for (const rows of options.rows) await compare(all, rows);
  });
});

/** Runs all contenders, one after the other, round by round, and prints what came of it. */
async function compare(all: readonly SeedTable[], rows: number): Promise<void> {
  const files = await mkdtemp(join(tmpdir(), 'bench-seed-'));
  try {
    const size = await prepare(all, rows, files);
    const running = contenders.filter(({ peer }) => !peer || rows <= options.peersUpTo);
    const results = new Map(running.map(({ name }) => [name, [] as Measurement[]]));
    for (let round = 1; round <= options.rounds; round++) {
      for (const contender of running) {
        process.stderr.write(`${size.rows} rows, round ${round}: ${contender.name}\n`);
        results.get(contender.name)!.push(await run(contender, size));
      }
    }
    print(size, results);
  } finally {
    await rm(files, { recursive: true });
  }
}

/** Makes the rows that \copy sends: those that the seeder makes, written by COPY. */
async function prepare(all: readonly SeedTable[], rows: number, files: string): Promise<Size> {
  const counted = all.filter(({ name }) => options.allTables || THREE_TABLES.includes(name));
  const count = (scale: number): number => counted.reduce((sum, table) => sum + table.rows(scale), 0);
  const scale = Math.max(1, Math.round((1000 * rows) / count(1000)));
  const sizeBefore: Size = { scale, rows: 0, tables: new Map(), files };
  const tables = new Map<string, number>();
  await withDatabase('seeding_rows', async (url) => {
    await measure(seeder.command(sizeBefore, url), url);
    for (const { name } of all) {
      const held = await countOf(name, url);
      if (held === 0) continue;
      tables.set(name, held);
      await measure(['psql', url, '--quiet', '--command', `\\copy "${name}" TO '${join(files, name)}'`], url);
    }
  });
  return { scale, rows: [...tables.values()].reduce((sum, one) => sum + one, 0), tables, files };
}

function run(contender: Contender, size: Size): Promise<Measurement> {
  const work = async (url: string): Promise<Measurement> => {
    const measurement = await measure(contender.command(size, url), url);
    for (const table of options.allTables ? size.tables.keys() : THREE_TABLES) {
      const count = await countOf(table, url);
      if (count !== size.tables.get(table)) throw new Error(`${contender.name} made ${count} rows of ${table}.`);
    }
    return measurement;
  };
  return withDatabase('seeding_run', work, TEMPLATE);
}

async function countOf(table: string, url: string): Promise<number> {
  const [{ count }] = await query<{ count: number }>(`SELECT count(*)::integer FROM ${escapeIdentifier(table)}`, url);
  return count;
}

function print(size: Size, results: ReadonlyMap<string, readonly Measurement[]>): void {
  const baseline = results.get(COPY)!;
  const table = new Table({
    head: [`${size.rows} rows`, 'seconds', 'rows/s', `ratio to ${COPY}`, 'peak memory, MB'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, measurements] of results) {
    const seconds = median(measurements.map((one) => one.seconds));
    // Paired: each round is compared with the \copy beside it.
    const ratio = median(measurements.map((one, round) => baseline[round].seconds / one.seconds));
    const memory = Math.max(...measurements.map((one) => one.peakMegabytes));
    table.push([name, seconds.toFixed(2), Math.round(size.rows / seconds), ratio.toFixed(3), Math.round(memory)]);
  }
  console.log(table.toString());
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Give a whole number above 0.');
  return Number(text);
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber);
}
