import { mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from './errors';
import { attempt } from './failure';
import { Lease } from './lease';
import { findHolder, type Holder, isElsewhere } from './lock';
import { ServerProcess, START_LIMIT } from './server-process';

/** A database of the embedded PostgreSQL. */
export interface EmbeddedDatabase {
  /** `postgres://postgres@127.0.0.1:<port>/postgres`, for any client: pg, psql, a GUI. */
  readonly url: string;
  /** Lets go of it. Connections of one's own have to be closed before. */
  close(): Promise<void>;
}

/** The database of a data directory, which all processes share. */
export interface SharedDatabase extends EmbeddedDatabase {
  /** Keeps this process running until `close` is called, or the server has ended. */
  ended(): Promise<void>;
}

/** A database in memory, of this process alone. */
export interface MemoryDatabase extends EmbeddedDatabase {
  /** Writes a tar of it, which `openMemory` starts others from. */
  dump(file: string): Promise<void>;
}

interface SharedOptions {
  /** The data directory. It is made where it does not exist. */
  directory: string;
  /** The port to listen on; where it is taken, any free one. Default: 54329, so that a GUI's saved connection keeps working. */
  port?: number;
}

interface MemoryOptions {
  /** A tar that `dump` has written. Default: an empty database. */
  template?: string;
  /** How long a client waits for another's transaction, before it gets error 55P03. Milliseconds. Default: 30,000. */
  waitLimit?: number;
}

const PORT = 54329;
const WAIT_LIMIT = 30_000;
/** How long a server that should answer may be silent: it may be about to end. Milliseconds. */
const SILENCE_LIMIT = 10_000;

/**
 * Opens the database of a data directory: joins the server that serves it, or starts one. The server ends soon after the
 * last process has let go of it, or has ended.
 *
 * @throws UserError when it can't be opened, with cause and remedy
 */
export async function openEmbedded({ directory, port = PORT }: SharedOptions): Promise<SharedDatabase> {
  const path = resolve(directory);
  await attempt(path, () => mkdirSync(path, { recursive: true, mode: 0o700 }));
  const patience = new Patience(path);
  let server: ServerProcess | undefined;
  try {
    for (;;) {
      const holder = await attempt(path, () => findHolder(path));
      const lease = holder?.url && (await Lease.take(holder.url, basename(holder.file)));
      if (lease) return share(holder.url!, lease);
      if (holder) await patience.with(holder);
      else server = await ServerProcess.start({ directory: path, port, waitLimit: WAIT_LIMIT });
    }
  } finally {
    // The server that this process has started has waited for its lease.
    server?.letGo();
  }
}

/**
 * Starts a database in memory. It ends with this process.
 *
 * @throws UserError when it does not start
 */
export async function openMemory({ template, waitLimit = WAIT_LIMIT }: MemoryOptions = {}): Promise<MemoryDatabase> {
  const server = await ServerProcess.start({ template: template && resolve(template), port: 0, waitLimit });
  return {
    url: server.url!,
    dump: (file) => server.dump(resolve(file)),
    close() {
      server.letGo();
      return server.ended();
    },
  };
}

function share(url: string, lease: Lease): SharedDatabase {
  return { url, close: () => Promise.resolve(lease.release()), ended: () => lease.ended() };
}

/** Waits for a process that has the lock of a data directory and does not serve: not yet, or no more. */
class Patience {
  private holder?: Holder;
  private since = 0;

  constructor(private readonly directory: string) {}

  /** @throws UserError when it has lasted too long */
  async with(holder: Holder): Promise<void> {
    if (holder.file !== this.holder?.file || holder.url !== this.holder.url) this.since = Date.now();
    this.holder = holder;
    const limit = holder.url ? SILENCE_LIMIT : START_LIMIT;
    if (isElsewhere(holder) || Date.now() - this.since > limit) throw this.doubt(holder);
    // Not all in step: two that take the lock at once both withdraw.
    await sleep(50 + Math.random() * 100);
  }

  private doubt(holder: Holder): UserError {
    const { pid, host, file, url, listens } = holder;
    if (listens && !isElsewhere(holder))
      return new UserError(
        `${this.directory} is in use by process ${pid} on ${host}, which ${url ? `cannot be reached at ${url}` : 'is not ready'}: it may run in another container. End it, or use the database there.`,
      );
    return new UserError(
      `${this.directory} is locked by process ${pid} on ${host}, which does not answer: end it, or, if it is not an embedded PostgreSQL, delete ${file}.`,
    );
  }
}
