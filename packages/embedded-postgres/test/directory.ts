import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { openEmbedded, type SharedDatabase } from '../src';

let root: string;
/** A data directory that has been used, and is not now. */
let used: string;
let directory: string;
let databases: SharedDatabase[];
let processes: ChildProcess[];

/**
 * Gives each test of the file a data directory that has been used before, and ends after it whoever uses it.
 *
 * @param use takes the directory, before each test
 */
export function eachInDirectory(use: (directory: string) => void): void {
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'embedded-'));
    used = join(root, 'used');
    const database = await openEmbedded({ directory: used, port: 0 });
    await database.close();
    await ended(used);
  });

  afterAll(() => rmSync(root, { recursive: true }));

  beforeEach(() => {
    use((directory = newDirectory()));
    databases = [];
    processes = [];
  });

  afterEach(async () => {
    for (const process of processes) process.kill('SIGKILL');
    await Promise.all(databases.map((database) => database.close()));
    await ended(directory);
  });
}

/** Another data directory that has been used before; it goes with the file's others. */
export function newDirectory(): string {
  const made = mkdtempSync(join(root, 'data-'));
  cpSync(used, made, { recursive: true });
  return made;
}

/** Opens the database of the test's directory; it is closed after the test. */
export async function open(): Promise<SharedDatabase> {
  const database = await openEmbedded({ directory, port: 0 });
  databases.push(database);
  return database;
}

export async function connect({ url }: { url: string }): Promise<Client> {
  const client = new Client(url);
  client.on('error', () => undefined); // The server may be killed.
  await client.connect();
  return client;
}

export async function ask<T>(database: { url: string }, sql: string): Promise<T[]> {
  const client = await connect(database);
  const { rows } = await client.query<T & object>(sql);
  await client.end();
  return rows;
}

/** Starts another process of Node.js, which is killed after the test. */
export function start(parameters: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--require', './typescript.js', ...parameters]);
  child.stderr.pipe(process.stderr);
  processes.push(child);
  return child;
}

/** The files of locks, in the test's directory or in another. */
export function locks(at = directory): string[] {
  return existsSync(at) ? readdirSync(at).filter((name) => name.endsWith('.lock')) : [];
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(50);
}

/** Waits until nobody serves a directory any more. */
export function ended(at: string): Promise<void> {
  return until(() => locks(at).length === 0);
}
