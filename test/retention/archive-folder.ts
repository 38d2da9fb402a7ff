import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { RetentionModule } from '../../src/retention/retention.module';
import { RetentionService } from '../../src/retention/retention.service';
import { migratedDatabase, type TestDatabase } from '../databases';
import { insert, type Row } from '../entities/rows';
import { clear } from './rows';
import { moduleOn } from '../module-on';

export const NOW = new Date('2026-06-15T12:00:00Z');

let client: Client;
let retention: RetentionService;
let directory: string;

/** The service of retention, and what its tests look at. */
export interface ServedRetention {
  readonly client: Client;
  readonly retention: RetentionService;
  /** The folder of the archive. */
  readonly directory: string;
}

/**
 * Gives each test of the file the service, on a database without rows that leave, and an empty folder.
 *
 * @param use takes them, before each test
 */
export function eachWithArchive(use: (served: ServedRetention) => void): void {
  let database: TestDatabase;
  let app: TestingModule;

  beforeAll(async () => {
    database = await migratedDatabase();
    client = await database.connect();
    app = await moduleOn(database, RetentionModule);
    retention = app.get(RetentionService);
  });

  beforeEach(async () => {
    await clear(client);
    directory = await mkdtemp(join(tmpdir(), 'archive-'));
    use({ client, retention, directory });
  });

  afterEach(() => rm(directory, { recursive: true }));

  afterAll(async () => {
    await app.close();
    await database.close();
  });
}

/** Runs the retention, and returns the names of the files that it has made. */
export async function run(now = NOW): Promise<string[]> {
  const paths = await retention.run({ directory }, now);
  return paths.map((path) => path.slice(directory.length + 1));
}

export function metric(date: string, columns: Row = {}): Promise<Row> {
  return insert(client, 'kpi_metrics', { date, ...columns });
}

/** The names in the folder, without what marks it as this database's. */
export async function names(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => !name.startsWith('.database-')).sort();
}
