import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors';
import { nextReport, START_LIMIT, startServer } from './child';
import { attempt } from './failure';
import { Lease } from './lease';
import { findHolder, type Holder, isElsewhere } from './lock';

/** A database of the embedded PostgreSQL. */
export interface EmbeddedDatabase {
  /** `postgres://postgres@127.0.0.1:<port>/postgres`: any client can use it, psql and GUIs too. */
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

interface EmbeddedOptions {
  /** The data directory. It is made where it does not exist. */
  directory: string;
  /** The port to listen on; where it is taken, any free one. Default: 54329, so that a GUI's saved connection keeps working. */
  port?: number;
  /** How long a client waits while another is in a transaction, before it gets error 55P03. Milliseconds. Default: 30,000. */
  waitLimit?: number;
}

const PORT = 54329;
const WAIT_LIMIT = 30_000;
/** How long a server may refuse to answer: it may be about to end. Milliseconds. */
const PATIENCE = 10_000;

/**
 * Opens the database of a data directory: joins the server that serves it, or starts one. The server ends soon after the
 * last process has let go of it, or has ended.
 *
 * @throws UserError when it can't be opened, with cause and remedy
 */
export async function openEmbedded({
  directory,
  port = PORT,
  waitLimit = WAIT_LIMIT,
}: EmbeddedOptions): Promise<SharedDatabase> {
  const path = resolve(directory);
  attempt(path, () => mkdirSync(path, { recursive: true, mode: 0o700 }));
  let unanswered: Holder | undefined;
  let since = 0;
  for (;;) {
    const holder = attempt(path, () => findHolder(path));
    if (!holder) {
      const { child, url } = await startServer({ directory: path, port, waitLimit });
      child.unref();
      if (url) continue;
    } else {
      const lease = holder.url && (await Lease.take(holder.url, basename(holder.file)));
      if (lease) return share(holder.url!, lease);
      if (holder.file !== unanswered?.file || holder.url !== unanswered.url) since = Date.now();
      unanswered = holder;
      if (isElsewhere(holder) || Date.now() - since > (holder.url ? PATIENCE : START_LIMIT))
        throw new UserError(describeDoubt(path, holder));
    }
    await sleep(50 + Math.random() * 100);
  }
}

/**
 * Starts a database in memory: of a template (a tar that `dump` has written), or empty. It ends with this process.
 *
 * @throws UserError when it does not start
 */
export async function openMemory({
  template,
  waitLimit = WAIT_LIMIT,
}: { template?: string; waitLimit?: number } = {}): Promise<MemoryDatabase> {
  const { child, url } = await startServer({ template: template && resolve(template), port: 0, waitLimit });
  child.unref();
  child.channel?.unref();
  return {
    url: url!,
    async dump(file) {
      child.ref();
      child.channel?.ref();
      child.send({ dump: resolve(file) });
      await nextReport(child);
      child.unref();
      child.channel?.unref();
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

function share(url: string, lease: Lease): SharedDatabase {
  return { url, close: () => Promise.resolve(lease.release()), ended: () => lease.ended() };
}

function describeDoubt(directory: string, { pid, host, file }: Holder): string {
  return `${directory} is locked by process ${pid} on ${host}, which does not answer: end it, or, if that is no embedded PostgreSQL, delete ${file}.`;
}
