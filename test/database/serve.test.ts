import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { findHolder } from '../../packages/embedded-postgres/src/lock';

const ROOT = join(__dirname, '../..');

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'serve-'));
});

afterAll(async () => {
  while (await findHolder(directory)) await sleep(50);
  rmSync(directory, { recursive: true });
});

/** `npm run db`. */
function serve(parameters: string[] = [], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, ['--require', './typescript.js', 'src/database/serve.ts', ...parameters], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: '', DATABASE_DIRECTORY: directory, ...environment },
  });
}

async function outcome(command: ChildProcess): Promise<{ code: number; output: string; errors: string }> {
  const [[code], output, errors] = await Promise.all([
    once(command, 'exit') as Promise<[number]>,
    text(command.stdout!),
    text(command.stderr!),
  ]);
  return { code, output, errors };
}

/** Waits until the command has printed a URL. */
async function printedUrl(command: ChildProcess): Promise<string> {
  for (let output = ''; ;) {
    const [chunk] = (await once(command.stdout!, 'data')) as [Buffer];
    output += chunk.toString();
    const url = /psql (postgres:\S+)/.exec(output);
    if (url) return url[1];
  }
}

describe('npm run db', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('keeps the database running, and says where, until %s', async (signal) => {
    const command = serve();
    const client = new Client(await printedUrl(command));
    await client.connect();
    expect((await client.query('SELECT 1')).rowCount).toBe(1);
    await client.end();
    await sleep(3000);
    expect(await findHolder(directory)).toBeDefined();
    command.kill(signal);
    expect(await once(command, 'exit')).toEqual([0, null]);
  });

  it('says so when the database has ended, and fails', async () => {
    const command = serve();
    await printedUrl(command);
    const ended = outcome(command);
    process.kill((await findHolder(directory))!.pid, 'SIGKILL');
    expect(await ended).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^The embedded PostgreSQL has stopped: see \S+server\.log\.\n$/) as string,
    });
  });

  it('has nothing to do where a server is configured', async () => {
    expect(await outcome(serve([], { DATABASE_URL: 'postgres://127.0.0.1:1/x' }))).toEqual({
      code: 1,
      output: '',
      errors: 'DATABASE_URL or DATABASE_SECRET_FILE is set: unset it to use the embedded PostgreSQL.\n',
    });
  });

  it.each([['--nosuch'], ['nosuch']])('refuses %s', async (parameter) => {
    const { code, errors } = await outcome(serve([parameter]));
    expect(code).toBe(1);
    expect(errors).toMatch(/^error: .*\n$/);
  });

  it('explains itself with --help', async () => {
    const { code, output } = await outcome(serve(['--help']));
    expect(code).toBe(0);
    expect(output).toContain('Usage: npm run db');
  });
});
