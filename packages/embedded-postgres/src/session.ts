import { type Backend, LOCKED, type Turn } from './backend';
import { message, query, SYNC } from './wire';

/** A client that can have the session. */
export interface Owner {
  /** Its name for waiting clients: `"psql" on port 40312`. */
  readonly name: string;
  /** Whether it has disconnected. */
  readonly gone: boolean;
  /** What PostgreSQL needs when the client gets the session. */
  readonly turn: Turn;
  /** Sends a response; `sent` is called when it is sent, or can't be. */
  answer(bytes: Uint8Array, sent: () => void): void;
}

/** A client has waited too long for the session. */
export class WaitedTooLong extends Error {}

interface Waiting {
  /** Undefined: the server itself. */
  owner: Owner | undefined;
  resolve: () => void;
  timer?: NodeJS.Timeout;
}

/**
 * Decides which client has PostgreSQL's only session. A client keeps it from its first message until it is in no transaction and
 * holds no advisory lock; the other clients wait in a queue.
 */
export class Session {
  private taken = false;
  private owner?: Owner;
  private since = 0;
  /** The status after the last query. */
  private status?: string;
  private queue: Waiting[] = [];
  private onSettled: (() => void)[] = [];
  /** Connected clients that have had the session. */
  private readonly clients = new Set<Owner>();
  /** Clients that have disconnected since the last turn. */
  private gone: number[] = [];
  /** The last client that had the session. */
  private last?: Owner;

  /** @param waitLimit how long a client waits for the session before it gets an error. Milliseconds. */
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

  /** Sends messages of the client that has the session. */
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
   * Cleans up after a client that has disconnected: removes it from the queue, rolls back its transaction, and drops its prepared
   * statements. Other leftovers (temporary tables) are dropped when no other client is connected.
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

  /** Writes a tar of the data directory, when no client has the session. */
  async dump(file: string): Promise<void> {
    await this.acquire();
    await this.backend.dump(file);
    this.release();
  }

  /** Shuts PostgreSQL down, when no client has the session. */
  async end(): Promise<void> {
    await this.acquire();
    await this.backend.close();
  }

  /** Waits for the session, for a client or for the server itself. */
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
 * Ends whatever a client was doing: a COPY (CopyFail has no other effect), an extended query with an error (which skips
 * everything up to Sync) or without (which Sync alone would commit), or a transaction. Also releases advisory locks.
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
