import { type Backend, LOCKED, type Turn } from './backend';
import { message, query, SYNC } from './wire';

/** Someone the session can belong to. */
export interface Owner {
  /** Who it is, for those who wait: `"psql" on port 40312`. */
  readonly name: string;
  /** Whether it is gone for good. */
  readonly gone: boolean;
  /** What PostgreSQL has to know when its turn comes. */
  readonly turn: Turn;
  /** Sends an answer; `sent` is called once it is out, or never can be. */
  answer(bytes: Uint8Array, sent: () => void): void;
}

/** What a client that has waited for the session too long is told. */
export class WaitedTooLong extends Error {}

interface Waiting {
  /** Undefined: the server itself. */
  owner: Owner | undefined;
  resolve: () => void;
  timer?: NodeJS.Timeout;
}

/**
 * Whose turn it is. The one session of PostgreSQL belongs to a client from its first message until it is in no
 * transaction and has no advisory lock, and to nobody else in between; the others queue.
 */
export class Session {
  private taken = false;
  private owner?: Owner;
  private since = 0;
  /** What the last query ended with. */
  private status?: string;
  private queue: Waiting[] = [];
  private onSettled: (() => void)[] = [];
  /** Those that have had a turn and are not gone. */
  private readonly clients = new Set<Owner>();
  /** Those that have had one and are gone, since the last turn. */
  private gone: number[] = [];
  /** The last one that had a turn. */
  private last?: Owner;

  /** @param waitLimit how long a client waits for the session before it is told who holds it. Milliseconds. */
  constructor(
    private readonly backend: Backend,
    private readonly waitLimit: number,
  ) {}

  isOwnedBy(owner: Owner): boolean {
    return this.owner === owner;
  }

  /**
   * Waits until the session belongs to the client and its last query, if it has sent any, is answered.
   *
   * @throws WaitedTooLong
   */
  async turn(owner: Owner): Promise<void> {
    if (this.owner === owner && !this.backend.isIdle)
      await new Promise<void>((resolve) => this.onSettled.push(resolve));
    if (this.owner !== owner && !owner.gone) await this.acquire(owner, this.waitLimit);
  }

  /** Sends messages of the client whose session it is. */
  async send(messages: Buffer): Promise<void> {
    this.backend.send(messages);
    await this.backend.room();
  }

  output(bytes: Uint8Array, sent: () => void): void {
    if (this.owner) this.owner.answer(bytes, sent);
    else sent();
  }

  idle(status: string | undefined): void {
    this.since = Date.now();
    this.status = status;
    if (status === 'I') this.release();
    for (const resolve of this.onSettled.splice(0)) resolve();
  }

  /**
   * A client is gone: its place in the queue is free, what it has begun is undone, its statements are dropped. What else
   * it may have left (temporary tables) goes as soon as no other client is there whose it could be.
   */
  async leave(owner: Owner, statements: Buffer[]): Promise<void> {
    this.queue = this.queue.filter((waiting) => waiting.owner !== owner);
    if (!this.clients.delete(owner)) return;
    this.gone.push(owner.turn.client);
    const cleaning = this.clients.size > 0 ? statements : [query('DISCARD ALL')];
    if (this.owner === owner) {
      for (const order of [...UNDO, ...cleaning, SYNC]) this.backend.send(order);
    } else if (cleaning.length > 0) {
      await this.acquire();
      for (const order of [...cleaning, SYNC]) this.backend.send(order);
    }
  }

  /** Writes a tar of the database's data directory, when nobody is at work. */
  async dump(file: string): Promise<void> {
    await this.acquire();
    await this.backend.dump(file);
    this.release();
  }

  /** Ends PostgreSQL, when nobody is at work. */
  async end(): Promise<void> {
    await this.acquire();
    await this.backend.close();
  }

  /** Waits until the session is the owner's, or the server's own. */
  private async acquire(owner?: Owner, limit?: number): Promise<void> {
    if (!this.taken) return this.give(owner);
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { owner, resolve };
      this.queue.push(waiting);
      if (limit === undefined) return;
      waiting.timer = setTimeout(() => {
        this.queue = this.queue.filter((one) => one !== waiting);
        reject(new WaitedTooLong(this.describeWait()));
      }, limit);
    });
  }

  private release(): void {
    this.taken = false;
    this.owner = undefined;
    const next = this.queue.shift();
    if (!next) return;
    clearTimeout(next.timer);
    this.give(next.owner);
    next.resolve();
  }

  private give(owner: Owner | undefined): void {
    this.taken = true;
    this.owner = owner;
    this.since = Date.now();
    if (!owner) return;
    this.clients.add(owner);
    if (owner !== this.last) this.backend.turn(owner.turn, this.gone.splice(0));
    this.last = owner;
  }

  private describeWait(): string {
    const idle = this.status === LOCKED ? 'holds an advisory lock' : 'is idle in a transaction';
    const doing = this.backend.isIdle ? idle : 'is running a statement';
    const who = this.owner?.name ?? 'the server itself';
    return (
      `waited ${seconds(this.waitLimit)} for the embedded PostgreSQL, which serves one transaction at a time: ` +
      `${who} ${doing} (for ${seconds(Date.now() - this.since)}); end that, or close that client`
    );
  }
}

/**
 * Ends whatever a client was doing: a COPY (CopyFail, which else means nothing), an extended query with an error (which
 * skips all up to Sync) or without (which Sync alone would commit), a transaction. And gives its advisory locks back.
 */
const UNDO = [
  message('f', 'the client is gone'),
  query('ROLLBACK'),
  SYNC,
  query('ROLLBACK'),
  query('SELECT pg_catalog.pg_advisory_unlock_all()'),
];

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
