import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { extname, join } from 'node:path';
import { UserError } from './errors';
import type { BackendOptions } from './backend';
import { attempt } from './failure';

export interface ServerOptions extends BackendOptions {
  /** The port to listen on; where it is taken, any free one. */
  port: number;
  /** How long a client waits for the session. Milliseconds. */
  waitLimit: number;
}

/** What a server can be asked: to write a tar of its database. */
export interface DumpOrder {
  dump: string;
}

/** What a server tells. */
export type ServerReport =
  | { kind: 'ready'; url: string }
  /** Another process has the lock of the data directory. */
  | { kind: 'locked' }
  | { kind: 'failed'; message: string }
  | { kind: 'dumped' };

/** initdb on a slow disk, or the recovery of a large database after a crash, take their time. Milliseconds. */
export const START_LIMIT = 120_000;

/** A server that this process has started, and the IPC channel to it. */
export class ServerProcess {
  /** Where it serves; undefined: it does not, since another process has the lock of the data directory. */
  url?: string;

  private constructor(
    private readonly child: ChildProcess,
    private readonly log: string | undefined,
  ) {}

  /** @throws UserError when it does not start */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const log = options.directory && join(options.directory, 'server.log');
    const server = new ServerProcess(await spawnServer(options, log), log);
    const timer = setTimeout(() => server.child.kill('SIGKILL'), START_LIMIT);
    const report = await server.report().finally(() => clearTimeout(timer));
    if (report.kind === 'failed') throw new UserError(report.message);
    if (report.kind === 'ready') server.url = report.url;
    server.unref();
    return server;
  }

  /** Writes a tar of the database. */
  async dump(file: string): Promise<void> {
    this.child.ref();
    this.child.channel?.ref();
    this.child.send({ dump: file } satisfies DumpOrder);
    await this.report();
    this.unref();
  }

  /** Lets go of the channel, which keeps the server running. */
  letGo(): void {
    if (this.child.connected) this.child.disconnect();
  }

  /** Waits until the server has ended. */
  async ended(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.ref();
    await once(this.child, 'exit');
  }

  /** Does not keep this process running. */
  private unref(): void {
    this.child.unref();
    this.child.channel?.unref();
  }

  /** What it tells next. */
  private report(): Promise<ServerReport> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
        const seeLog = this.log ? `: see ${this.log}` : '';
        reject(
          new UserError(
            `The embedded PostgreSQL has stopped unexpectedly (${signal ?? `exit code ${code}`})${seeLog}.`,
          ),
        );
      };
      this.child.once('error', reject);
      this.child.once('exit', onExit);
      this.child.once('message', (report: ServerReport) => {
        this.child.off('error', reject).off('exit', onExit);
        resolve(report);
      });
    });
  }
}

/** That of a data directory outlives this process. */
async function spawnServer(options: ServerOptions, log: string | undefined): Promise<ChildProcess> {
  const output = log ? await attempt(options.directory!, () => openSync(log, 'a', 0o600)) : 'inherit';
  try {
    // What lets this process run TypeScript (its flags) lets its child, too.
    return fork(join(__dirname, `server${extname(__filename)}`), [JSON.stringify(options)], {
      detached: log !== undefined,
      stdio: ['ignore', output, output, 'ipc'],
    });
  } finally {
    if (typeof output === 'number') closeSync(output);
  }
}
