import { PGlite } from '@electric-sql/pglite';
import type { Postgres } from './postgres';

/** How many files of 16 MB the write-ahead log may grow by before there is a checkpoint. */
const MOST_SEGMENTS = 4;
/** How often the log is looked at, at most. Milliseconds. */
const INTERVAL = 500;

/**
 * Makes checkpoints, which PGlite has no process for: without, the write-ahead log would grow until PostgreSQL ends, and
 * reopening after a kill would take as long as it is. The log of one statement, a COPY too, can't be cut short.
 */
export class Checkpoints {
  private looked = Date.now();
  private segments = this.count();

  constructor(
    private readonly postgres: Postgres,
    private readonly module: PGlite['Module'],
  ) {}

  /** To be called between two statements, in a transaction or not. */
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
