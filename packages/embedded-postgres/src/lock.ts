import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { answers, listen } from './lock-socket';

/** What a lock file says: the process that serves, or is about to serve, the data directory. */
export interface Holder {
  pid: number;
  /** The name of its machine. */
  host: string;
  /** When it began, as the system says it: another process may have the pid by now. Empty: the system does not say. */
  began: string;
  /** Whether it listens on the socket beside the lock file for as long as it lives. Default: false. */
  listens?: boolean;
  /** Where it serves; undefined: it is not ready yet. */
  url?: string;
  /** The lock file. */
  file: string;
}

/** A lock file's name: no two are ever the same, so that removing one that is stale never removes another. */
const LOCK = /^server-\d+-[0-9a-f]+\.lock$/;

/**
 * The right to open a data directory, which at most one living process has.
 *
 * Whether a holder lives is asked of the kernel: it answers on the holder's socket, whatever the name of the container and
 * whatever pids it has there, and refuses as soon as the holder has ended. A pid counts only where there are no sockets.
 */
export class Lock {
  private constructor(
    private readonly holder: Omit<Holder, 'file'>,
    readonly file: string,
    private readonly socket: Server | undefined,
  ) {}

  /**
   * Takes the lock; undefined: another process has it, or tries to at this moment.
   *
   * Each listens, writes a file of its own and then looks for others': of two that do so at once at least one sees the
   * other's, and whoever does withdraws.
   */
  static async take(directory: string): Promise<Lock | undefined> {
    const file = join(directory, `server-${process.pid}-${randomBytes(4).toString('hex')}.lock`);
    const socket = await listen(socketOf(file));
    const { pid } = process;
    const lock = new Lock({ pid, host: hostname(), began: beginningOf(pid), listens: !!socket }, file, socket);
    let alone = false;
    try {
      lock.write();
      alone = (await findHolders(directory)).length === 1;
    } finally {
      if (!alone) lock.release();
    }
    return alone ? lock : undefined;
  }

  /** Lets others know where the database is served. */
  publish(url: string): void {
    this.holder.url = url;
    this.write();
  }

  release(): void {
    rmSync(this.file, { force: true });
    this.socket?.close();
    rmSync(socketOf(this.file), { force: true });
  }

  private write(): void {
    const unfinished = `${this.file}.new`;
    try {
      writeFileSync(unfinished, JSON.stringify(this.holder), { mode: 0o600 });
      renameSync(unfinished, this.file);
    } finally {
      rmSync(unfinished, { force: true });
    }
  }
}

/** Who serves the data directory; undefined: nobody. Locks of processes that have ended are removed. */
export async function findHolder(directory: string): Promise<Holder | undefined> {
  const holders = await findHolders(directory);
  return holders.find((holder) => holder.url) ?? holders[0];
}

async function findHolders(directory: string): Promise<Holder[]> {
  const living: Holder[] = [];
  for (const name of readdirSync(directory).filter((name) => LOCK.test(name))) {
    const holder = readHolder(join(directory, name));
    if (!holder) continue;
    if (await hasEnded(holder)) for (const file of [holder.file, socketOf(holder.file)]) rmSync(file, { force: true });
    else living.push(holder);
  }
  return living;
}

/** The socket that belongs to a lock file. */
function socketOf(file: string): string {
  return file.replace(/lock$/, 'sock');
}

function readHolder(file: string): Holder | undefined {
  try {
    return { ...(JSON.parse(readFileSync(file, 'utf8')) as Omit<Holder, 'file'>), file };
  } catch (error) {
    // Released in the meantime.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether it is a process of another machine, or container: from here nobody can say whether it still runs. */
export function isElsewhere({ host }: Holder): boolean {
  return host !== hostname();
}

async function hasEnded(holder: Holder): Promise<boolean> {
  if (isElsewhere(holder)) return false;
  return holder.listens ? !(await answers(socketOf(holder.file))) : !isRunning(holder);
}

function isRunning({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = beginningOf(pid);
  return began === '' || now === '' || began === now;
}

/** When a process began, in a form to be compared only; empty where the system has no /proc. */
function beginningOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name in parentheses may hold anything; field 22 of `man 5 proc` is the 20th after it.
    const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19];
    return `${boot} ${ticks}`;
  } catch {
    return '';
  }
}
