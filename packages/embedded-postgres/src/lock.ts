import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { answers, listen } from './lock-socket';

/** The content of a lock file: the process that serves the data directory, or is about to. */
export interface Holder {
  pid: number;
  /** The name of its machine. */
  host: string;
  /** The start time of the process, because pids are reused. Empty: the system does not provide it. */
  began: string;
  /** Whether it listens on the socket beside the lock file until it ends. Default: false. */
  listens?: boolean;
  /** The URL of the database; undefined: it is not ready yet. */
  url?: string;
  /** The lock file. */
  file: string;
}

/** The name of a lock file. Names are unique, so removing a stale file never removes another one. */
const LOCK = /^server-\d+-[0-9a-f]+\.lock$/;

/**
 * The exclusive right to open a data directory. At most one running process has it.
 *
 * The holder's socket shows whether it is running: the kernel accepts connections until the process has ended, independent of
 * container names and pids. The pid is checked only if the file system has no sockets.
 */
export class Lock {
  private constructor(
    private readonly holder: Omit<Holder, 'file'>,
    readonly file: string,
    private readonly socket: Server | undefined,
  ) {}

  /**
   * Takes the lock; undefined: another process has it, or is trying to take it.
   *
   * Each process listens, writes its own file, and then looks for other files. If two do so at once, at least one sees the
   * other's file and withdraws.
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

  /** Publishes the URL of the database for other processes. */
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

/** The process that serves the data directory; undefined: none. Removes locks of processes that have ended. */
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

/** Whether the process is on another machine or in another container, where we can't check whether it is running. */
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

/** The start time of a process, only for comparison; empty if the system has no /proc. */
function beginningOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name in parentheses may contain anything; field 22 of `man 5 proc` is the 20th field after it.
    const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19];
    return `${boot} ${ticks}`;
  } catch {
    return '';
  }
}
