import { mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from './errors';
import { attempt } from './failure';
import { Lease } from './lease';
import { findHolder, type Holder, isElsewhere } from './lock';
import { ServerProcess, START_LIMIT } from './server-process';

/** An open database of the embedded PostgreSQL. */
export interface EmbeddedDatabase {
  /** `postgres://postgres@127.0.0.1:<port>/postgres`, for any client: pg, psql, a GUI. */
  readonly url: string;
  /** Releases the database. Close your own connections first. */
  close(): Promise<void>;
}

/** The database of a data directory, shared by all processes. */
export interface SharedDatabase extends EmbeddedDatabase {
  /** Keeps this process running until `close` is called, or the server has ended. */
  ended(): Promise<void>;
}

/** A database in memory, only for this process. */
export interface MemoryDatabase extends EmbeddedDatabase {
  /** Writes a tar of it, which `openMemory` takes as `template`. */
  dump(file: string): Promise<void>;
}

interface SharedOptions {
  /** The data directory. It is created if it does not exist. */
  directory: string;
  /** The port to listen on; if it is in use, any free port. Default: 54329, so that saved connections keep working. */
  port?: number;
}

interface MemoryOptions {
  /** A tar written by `dump`. Default: an empty database. */
  template?: string;
  /** How long a client waits for another client's transaction before it gets error 55P03. Milliseconds. Default: 30,000. */
  waitLimit?: number;
}

const PORT = 54329;
const WAIT_LIMIT = 30_000;
/** How long to wait for a server that does not answer; it may be about to end. Milliseconds. */
const SILENCE_LIMIT = 10_000;

/**
 * Opens the database of a data directory: connects to the running server, or starts one. The server stops soon after the last
 * process has released it or ended.
 *
 * @throws UserError if it can't be opened, with cause and remedy
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
    // A server that this process started waits until the lease is taken.
    server?.letGo();
  }
}

/**
 * Starts a database in memory. It ends with this process.
 *
 * @throws UserError if it does not start
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

/** Waits for a process that has the lock but does not serve: it is starting, or stopping. */
class Patience {
  private holder?: Holder;
  private since = 0;

  constructor(private readonly directory: string) {}

  /** @throws UserError if it takes too long */
  async with(holder: Holder): Promise<void> {
    if (holder.file !== this.holder?.file || holder.url !== this.holder.url) this.since = Date.now();
    this.holder = holder;
    const limit = holder.url ? SILENCE_LIMIT : START_LIMIT;
    if (isElsewhere(holder) || Date.now() - this.since > limit) throw this.doubt(holder);
    // A random delay, because processes that take the lock at the same time all withdraw.
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
