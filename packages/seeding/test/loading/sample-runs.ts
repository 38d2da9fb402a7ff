import { pipeline } from 'node:stream/promises';
import { type Client, escapeIdentifier } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { DataSource } from 'typeorm';
import type { TablePlan } from '../../src/loading/plan';
import { type OnProgress, seed, type SeedOptions } from '../../src/loading/seeder';
import { sampleDatabase, type TestDatabase } from '../databases';
import { BASIS } from '../metadata';
import { deleteSettings, factories, migrateHint } from '../sample/seeds';

/** What the tests seed by, unless they say otherwise. */
export const OPTIONS: SeedOptions = { ...BASIS, scale: 1, deleteSettings, migrateHint };

let database: TestDatabase;
let dataSource: DataSource;
let client: Client;

/**
 * Gives the test file the sample's database.
 *
 * @param use takes it before the first test, with a connection, and with how many rows there are of scale 1
 */
export function onSample(use: (sample: { database: TestDatabase; client: Client; all: number }) => void): void {
  beforeAll(async () => {
    database = await sampleDatabase();
    dataSource = await database.dataSource();
    client = await database.connect();
    use({ database, client, all: (await run({ dryRun: true })).added });
  });

  afterAll(() => database.close());
}

/** The numbers of all tables together. */
interface Sums {
  kept: number;
  removed: number;
  added: number;
}

export async function run(
  options: Partial<SeedOptions> = {},
  onProgress?: OnProgress,
  made = factories,
): Promise<Sums> {
  const plans = await seed(dataSource, made, { ...OPTIONS, ...options }, onProgress);
  const sum = (what: keyof Sums): number => plans.reduce((total, plan: TablePlan) => total + plan[what], 0);
  return { kept: sum('kept'), removed: sum('removed'), added: sum('added') };
}

export function tableNames(): string[] {
  return dataSource.entityMetadatas.map(({ tableName }) => tableName).sort();
}

export async function empty(): Promise<void> {
  await client.query(`TRUNCATE ${tableNames().join(', ')}`);
}

/** What tables hold, as text. */
export async function contents(table: string, on: Client = client): Promise<string[]> {
  let text = '';
  const rows = copyTo(`COPY (SELECT * FROM ${escapeIdentifier(table)} AS r ORDER BY r::text) TO STDOUT`);
  await pipeline(on.query(rows), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) text += chunk.toString('utf8');
  });
  return text.split('\n').slice(0, -1);
}

/** How many rows each table has. */
export async function counts(on: Client = client): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of tableNames()) found[table] = (await contents(table, on)).length;
  return found;
}
