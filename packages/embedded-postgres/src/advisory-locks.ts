import type { Postgres } from './postgres';

/**
 * The clients that may hold advisory locks of the session. Within the one session nobody is kept out by them, so a client
 * keeps the session itself while it has one.
 */
export class AdvisoryLocks {
  private readonly clients = new Set<number>();

  constructor(private readonly postgres: Postgres) {}

  /** A client sends messages. */
  note(client: number, messages: Uint8Array): void {
    if (Buffer.from(messages.buffer, messages.byteOffset, messages.length).includes('advisory'))
      this.clients.add(client);
  }

  /** Clients are gone. */
  forget(clients: number[]): void {
    for (const client of clients) this.clients.delete(client);
  }

  /** Whether the client, whose session it is, holds any. Only outside a transaction. */
  areHeldBy(client: number): boolean {
    if (!this.clients.has(client)) return false;
    return this.postgres.ask(`SELECT 1 FROM pg_catalog.pg_locks WHERE locktype = 'advisory' LIMIT 1`).length > 0;
  }
}
