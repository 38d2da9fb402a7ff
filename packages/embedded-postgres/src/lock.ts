import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** What a lock file says: the process that serves, or is about to serve, the data directory. */
export interface Holder {
  pid: number;
  /** The name of its machine. */
  host: string;
  /** When it began, as the system says it: another process may have the pid by now. Empty: the system does not say. */
  began: string;
  /** Where it serves; undefined: it is not ready yet. */
  url?: string;
  /** The lock file. */
  file: string;
}

/** A lock file's name: no two are ever the same, so that removing one that is stale never removes another. */
const LOCK = /^server-\d+-[0-9a-f]+\.lock$/;

/** The right to open a data directory, which at most one living process has. */
export class Lock {
  private constructor(
    private readonly holder: Omit<Holder, 'file'>,
    readonly file: string,
  ) {}

  /**
   * Takes the lock; undefined: another process has it, or tries to at this moment.
   *
   * Each writes a file of its own and then looks for others': of two that do so at once at least one sees the other's,
   * and whoever does withdraws.
   */
  static take(directory: string): Lock | undefined {
    const file = join(directory, `server-${process.pid}-${randomBytes(4).toString('hex')}.lock`);
    const lock = new Lock({ pid: process.pid, host: hostname(), began: beginningOf(process.pid) }, file);
    lock.write();
    if (findHolders(directory).length === 1) return lock;
    lock.release();
    return undefined;
  }

  /** Lets others know where the database is served. */
  publish(url: string): void {
    this.holder.url = url;
    this.write();
  }

  release(): void {
    rmSync(this.file, { force: true });
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
export function findHolder(directory: string): Holder | undefined {
  const holders = findHolders(directory);
  return holders.find((holder) => holder.url) ?? holders[0];
}

function findHolders(directory: string): Holder[] {
  const holders = readdirSync(directory)
    .filter((name) => LOCK.test(name))
    .map((name) => readHolder(join(directory, name)))
    .filter((holder) => holder !== undefined);
  for (const holder of holders) if (hasEnded(holder)) rmSync(holder.file, { force: true });
  return holders.filter((holder) => !hasEnded(holder));
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

function hasEnded(holder: Holder): boolean {
  const { pid, began } = holder;
  if (isElsewhere(holder)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  const now = beginningOf(pid);
  return began !== '' && now !== '' && began !== now;
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
