import type { Postgres } from './postgres';

/**
 * The clients that may hold advisory locks. All clients share one session, in which these locks exclude nobody. So a client
 * keeps the session while it holds one.
 */
export class AdvisoryLocks {
  private readonly clients = new Set<number>();

  constructor(private readonly postgres: Postgres) {}

  /** Notes that a client sends messages. */
  note(client: number, messages: Uint8Array): void {
    if (Buffer.from(messages.buffer, messages.byteOffset, messages.length).includes('advisory'))
      this.clients.add(client);
  }

  /** Removes disconnected clients. */
  forget(clients: number[]): void {
    for (const client of clients) this.clients.delete(client);
  }

  /** Whether the client that has the session holds any. Call it only outside a transaction. */
  areHeldBy(client: number): boolean {
    if (!this.clients.has(client)) return false;
    return this.postgres.ask(`SELECT 1 FROM pg_catalog.pg_locks WHERE locktype = 'advisory' LIMIT 1`).length > 0;
  }
}
