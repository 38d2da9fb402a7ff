import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Client, escapeIdentifier } from 'pg';

/** What a command took: the whole process, from its start to its end. */
export interface Measurement {
  readonly seconds: number;
  /** The most memory that the process held at a time. */
  readonly peakMegabytes: number;
}

const PREFIX = 'bench_seed_';
const POLL_MS = 20;
const server = process.env.DATABASE_URL!;

/** Runs a command on a database. @throws Error with what it wrote where it fails */
export function measure([program, ...parameters]: string[], url: string): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, parameters, {
      env: { ...process.env, DATABASE_URL: url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    let peakMegabytes = 0;
    const timer = setInterval(() => (peakMegabytes = Math.max(peakMegabytes, peakOf(child.pid!))), POLL_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      if (code === 0) resolve({ seconds: (performance.now() - began) / 1000, peakMegabytes });
      else reject(new Error(`${program} ended with ${code}: ${output.trim()}`));
    });
  });
}

/** The high-water mark of a process's memory, as Linux keeps it. */
function peakOf(pid: number): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0; // It has just ended.
  }
}

/** Makes a database on the server, gives its URL to `work`, and drops it where that fails. */
export async function makeDatabase(
  name: string,
  work: (url: string) => Promise<void>,
  template = 'template0',
): Promise<void> {
  const from = template === 'template0' ? template : PREFIX + template;
  await dropDatabase(name);
  await query(server, `CREATE DATABASE ${escapeIdentifier(PREFIX + name)} TEMPLATE ${escapeIdentifier(from)}`);
  // Nobody pays for what was written before.
  await query(server, 'CHECKPOINT');
  const url = new URL(server);
  url.pathname = `/${PREFIX}${name}`;
  try {
    await work(url.href);
  } catch (error) {
    await dropDatabase(name);
    throw error;
  }
}

export async function dropDatabase(name: string): Promise<void> {
  await query(server, `DROP DATABASE IF EXISTS ${escapeIdentifier(PREFIX + name)} WITH (FORCE)`);
}

export async function version(): Promise<string> {
  const [{ server_version }] = await query<{ server_version: string }>(server, 'SHOW server_version');
  return server_version;
}

export async function query<R>(url: string, sql: string): Promise<R[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as R[];
  } finally {
    await client.end();
  }
}
