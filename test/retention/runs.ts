import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { migratedDatabase, type TestDatabase } from '../databases';
import { archivesIn, type Run, startRetention } from './command';
import { clear, DAY } from './rows';

let database: TestDatabase;
let directory: string;
const children: ChildProcess[] = [];

/** What the tests of the command look at. */
export interface Archived {
  readonly database: TestDatabase;
  readonly client: Client;
  /** The folder of the archive, which is not there yet. */
  readonly directory: string;
}

/**
 * Gives each test of the file a database without rows that leave, and ends after it the commands that it has started.
 *
 * @param use takes them, before each test
 */
export function eachWithRuns(use: (archived: Archived) => void): void {
  let client: Client;
  let folder: string;

  beforeAll(async () => {
    database = await migratedDatabase();
    client = await database.connect();
  });

  beforeEach(async () => {
    await clear(client);
    folder = await mkdtemp(join(tmpdir(), 'archive-'));
    directory = join(folder, 'archive');
    use({ database, client, directory });
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  afterAll(() => database.close());
}

/** Starts the command. */
export function start(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  required: readonly string[] = [],
): Run {
  const run = startRetention(argv, { DATABASE_URL: database.url, ...environment }, required);
  children.push(run.child);
  return run;
}

/** The command, to its end. */
export function retention(...argv: string[]): Run['ended'] {
  return start(['--directory', directory, ...argv]).ended;
}

/** A time so many days ago. */
export function ago(days: number): string {
  return new Date(Date.now() - days * DAY).toISOString();
}

export function files(): Promise<string[]> {
  return archivesIn(directory);
}
