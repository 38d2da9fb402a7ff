import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { extname, join } from 'node:path';
import { UserError } from '../errors';
import type { BackendOptions } from './backend';
import { attempt } from './failure';

export interface ServerOptions extends BackendOptions {
  /** The port to listen on; where it is taken, any free one. */
  port: number;
  /** How long a client waits for the session. Milliseconds. */
  waitLimit: number;
}

/** What the server can be asked over IPC: to write a tar of the database. */
export interface DumpOrder {
  dump: string;
}

/** What the server tells over IPC. */
export type ServerReport =
  | { kind: 'ready'; url: string }
  /** Another process has the lock of the data directory. */
  | { kind: 'locked' }
  | { kind: 'failed'; message: string }
  | { kind: 'dumped' };

/** initdb on a slow disk, or the recovery of a large database after a crash, take their time. Milliseconds. */
export const START_LIMIT = 120_000;

/**
 * Starts a server in a process of its own. That of a data directory outlives this process, and writes to server.log there.
 *
 * @returns the process, and its URL, undefined where another process has the lock of the data directory
 * @throws UserError when it does not start
 */
export async function startServer(options: ServerOptions): Promise<{ child: ChildProcess; url: string | undefined }> {
  const child = spawnServer(options);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_LIMIT);
  try {
    const report = await nextReport(child);
    if (report.kind === 'failed') throw new UserError(report.message);
    return { child, url: report.kind === 'ready' ? report.url : undefined };
  } finally {
    clearTimeout(timer);
  }
}

function spawnServer(options: ServerOptions): ChildProcess {
  const { directory } = options;
  const log = directory ? attempt(directory, () => openSync(join(directory, 'server.log'), 'a', 0o600)) : 'inherit';
  const extension = extname(__filename);
  try {
    return spawn(
      process.execPath,
      [
        ...(extension === '.ts' ? ['--require', require.resolve('@swc-node/register')] : []),
        join(__dirname, `server${extension}`),
        JSON.stringify(options),
      ],
      {
        detached: directory !== undefined,
        stdio: ['ignore', log, log, 'ipc'],
        // Where tsconfig.json is.
        cwd: join(__dirname, '../../..'),
      },
    );
  } finally {
    if (typeof log === 'number') closeSync(log);
  }
}

/** What the server tells next. */
export function nextReport(child: ChildProcess): Promise<ServerReport> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void =>
      reject(new UserError(`The embedded PostgreSQL has ended (${signal ?? `exit code ${code}`}).`));
    child.once('error', reject);
    child.once('exit', onExit);
    child.once('message', (report: ServerReport) => {
      child.off('error', reject).off('exit', onExit);
      resolve(report);
    });
  });
}
