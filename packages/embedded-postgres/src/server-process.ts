import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { extname, join } from 'node:path';
import { UserError } from './errors';
import type { BackendOptions } from './backend';
import { attempt } from './failure';

export interface ServerOptions extends BackendOptions {
  /** The port to listen on; if it is in use, any free port. */
  port: number;
  /** How long a client waits for the session. Milliseconds. */
  waitLimit: number;
}

/** A request to the server: write a tar of the database. */
export interface DumpOrder {
  dump: string;
}

/** Messages from a server. */
export type ServerReport =
  | { kind: 'ready'; url: string }
  /** Another process has the lock of the data directory. */
  | { kind: 'locked' }
  | { kind: 'failed'; message: string }
  | { kind: 'dumped' };

/** Long enough for initdb on a slow disk, and for recovery of a large database. Milliseconds. */
export const START_LIMIT = 120_000;

/** A server that this process started, with the IPC channel to it. */
export class ServerProcess {
  /** The URL of the database; undefined: another process has the lock of the data directory. */
  url?: string;

  private constructor(
    private readonly child: ChildProcess,
    private readonly log: string | undefined,
  ) {}

  /** @throws UserError if it does not start */
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

  /** Closes the channel, which keeps the server running. */
  letGo(): void {
    if (this.child.connected) this.child.disconnect();
  }

  /** Waits until the server has ended. */
  async ended(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.ref();
    await once(this.child, 'exit');
  }

  /** Lets this process end while the server runs. */
  private unref(): void {
    this.child.unref();
    this.child.channel?.unref();
  }

  /** The next message from the server. */
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

/** Starts the server. The server of a data directory outlives this process. */
async function spawnServer(options: ServerOptions, log: string | undefined): Promise<ChildProcess> {
  const output = log ? await attempt(options.directory!, () => openSync(log, 'a', 0o600)) : 'inherit';
  try {
    // fork passes the flags of this process on, so the child runs TypeScript if this process does.
    return fork(join(__dirname, `server${extname(__filename)}`), [JSON.stringify(options)], {
      detached: log !== undefined,
      stdio: ['ignore', output, output, 'ipc'],
    });
  } finally {
    if (typeof output === 'number') closeSync(output);
  }
}
