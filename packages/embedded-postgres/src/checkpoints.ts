import { PGlite } from '@electric-sql/pglite';
import type { Postgres } from './postgres';

/** How many files of 16 MB the write-ahead log may grow before a checkpoint. */
const MOST_SEGMENTS = 4;
/** The minimum time between two checks of the log. Milliseconds. */
const INTERVAL = 500;

/**
 * Makes checkpoints, because PGlite has no process for them. Without them, the write-ahead log would grow until PostgreSQL
 * ends, and recovery after a kill would take longer and longer. There is no checkpoint within a statement, such as a COPY.
 */
export class Checkpoints {
  private looked = Date.now();
  private segments = this.count();

  constructor(
    private readonly postgres: Postgres,
    private readonly module: PGlite['Module'],
  ) {}

  /** Call it between two statements, inside or outside a transaction. */
  makeWhereDue(): void {
    if (Date.now() - this.looked < INTERVAL) return;
    this.looked = Date.now();
    if (this.count() - this.segments <= MOST_SEGMENTS) return;
    this.postgres.ask('CHECKPOINT');
    this.segments = this.count();
  }

  private count(): number {
    const { FS } = this.module as unknown as { FS: { readdir(path: string): string[] } };
    return FS.readdir(`${PGlite.paths.PGDATA}/pg_wal`).length;
  }
}
