import { escapeLiteral } from 'pg';
import type { Postgres } from './postgres';

/** The session's settings as one SQL statement that sets them. Custom settings (`app.user_id`) can't be listed. */
const CURRENT = `SELECT 'SELECT ' || string_agg(format('pg_catalog.set_config(%L, %L, false)', name, value), ', ' ORDER BY rank)
  FROM (
    SELECT 1 AS rank, name, current_setting(name) AS value FROM pg_catalog.pg_settings WHERE source = 'session'
    UNION ALL SELECT 2, 'role', current_setting('role') WHERE current_setting('role') <> 'none'
  ) AS settings`;

/** SQL that sets them; empty: the server's defaults. */
type Settings = string;

/**
 * Gives each client its own settings (SET, SET ROLE, connection parameters), although all clients share one session. They are
 * saved when the session passes to another client, and restored with the client's next turn. Settings that can't be listed
 * end with the turn.
 */
export class ClientSettings {
  private readonly byClient = new Map<number, Settings>();
  private client = 0;
  /** The session's current settings; undefined: unknown. */
  private inEffect: Settings | undefined = '';

  constructor(private readonly postgres: Postgres) {}

  /** The session passes to a client. `initial` are the settings of its connection by name, for its first turn. */
  turn(client: number, initial: Record<string, string>): void {
    if (this.postgres.settingsTouched) this.keep();
    this.client = client;
    const settings = this.byClient.get(client);
    if (settings === undefined) this.begin(initial);
    else this.apply(settings);
    this.postgres.settingsTouched = false;
  }

  /** Clients are gone. */
  forget(clients: number[]): void {
    for (const client of clients) this.byClient.delete(client);
  }

  private keep(): void {
    if (this.byClient.has(this.client)) this.byClient.set(this.client, this.current());
    this.inEffect = undefined;
  }

  private begin(initial: Record<string, string>): void {
    this.apply('');
    // One by one: an invalid one is only logged and does not affect the others.
    for (const [name, value] of Object.entries(initial))
      this.postgres.ask(`SELECT pg_catalog.set_config(${escapeLiteral(name)}, ${escapeLiteral(value)}, false)`);
    this.inEffect = Object.keys(initial).length > 0 ? this.current() : '';
    this.byClient.set(this.client, this.inEffect);
  }

  private apply(settings: Settings): void {
    if (settings === this.inEffect) return;
    for (const sql of ['RESET SESSION AUTHORIZATION', 'RESET ROLE', 'RESET ALL', settings])
      if (sql) this.postgres.ask(sql);
    this.inEffect = settings;
  }

  private current(): Settings {
    return this.postgres.ask(CURRENT)[0] ?? '';
  }
}
