import type { Backend } from './backend';
import { message, query, SYNC } from './wire';

/** Someone the session can belong to. */
export interface Owner {
  /** Sends an answer; `sent` is called once it is out, or never can be. */
  answer(bytes: Uint8Array, sent: () => void): void;
  /** Who it is, for those who wait: `"psql" on port 40312`. */
  readonly name: string;
  /** Whether it is gone for good. */
  readonly gone: boolean;
}

const NOBODY: Owner = { name: 'the server itself', gone: false, answer: (_, sent) => sent() };

/** What a client that has waited for the session too long is told. */
export class WaitedTooLong extends Error {
  readonly hint = 'The embedded PostgreSQL serves one transaction at a time: end that one, or close its client.';
}

interface Waiting {
  owner: Owner;
  resolve: () => void;
  timer?: NodeJS.Timeout;
}

/**
 * Whose turn it is. The one session of PostgreSQL belongs to a client from its first message until it is in no
 * transaction, and to nobody else in between; the others queue.
 */
export class Session {
  private owner?: Owner;
  private since = 0;
  private queue: Waiting[] = [];
  private onSettled: (() => void)[] = [];

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
    if (!owner.gone) await this.acquire(owner, this.waitLimit);
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
    if (status === 'I') this.release();
    for (const resolve of this.onSettled.splice(0)) resolve();
  }

  /** A client is gone: its place in the queue is free; what it has begun is undone, and nothing of it stays behind. */
  async leave(owner: Owner): Promise<void> {
    this.forget(owner);
    await this.acquire(owner);
    // In whatever state it left: in a COPY (else CopyFail means nothing), after an error in an extended query (which
    // skips all but Sync, and Sync alone would commit what came before), in a transaction.
    for (const part of [
      message('f', 'the client is gone'),
      query('ROLLBACK'),
      SYNC,
      query('ROLLBACK'),
      query('DISCARD ALL'),
    ])
      this.backend.send(part);
  }

  /** Writes a tar of the database's data directory, when nobody is at work. */
  async dump(file: string): Promise<void> {
    await this.acquire(NOBODY);
    await this.backend.dump(file);
    this.release();
  }

  /** Ends PostgreSQL, when nobody is at work. */
  async end(): Promise<void> {
    await this.acquire(NOBODY);
    await this.backend.close();
  }

  private async acquire(owner: Owner, limit?: number): Promise<void> {
    if (this.owner === owner) return;
    if (!this.owner) return this.give(owner);
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        this.forget(owner);
        reject(new WaitedTooLong(this.describeWait()));
      };
      this.queue.push({ owner, resolve, timer: limit === undefined ? undefined : setTimeout(giveUp, limit) });
    });
  }

  private release(): void {
    this.owner = undefined;
    const next = this.queue.shift();
    if (!next) return;
    clearTimeout(next.timer);
    this.give(next.owner);
    next.resolve();
  }

  private give(owner: Owner): void {
    this.owner = owner;
    this.since = Date.now();
  }

  private forget(owner: Owner): void {
    for (const waiting of this.queue.filter((one) => one.owner === owner)) clearTimeout(waiting.timer);
    this.queue = this.queue.filter((one) => one.owner !== owner);
  }

  private describeWait(): string {
    const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`;
    const doing = this.backend.isIdle ? 'is idle in a transaction' : 'is running a statement';
    return `waited ${seconds(this.waitLimit)}, while ${this.owner?.name} ${doing} (for ${seconds(Date.now() - this.since)})`;
  }
}
