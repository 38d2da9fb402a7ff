import { basename } from 'node:path';
import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { AuditLog } from '../entities';

/** For how long posts are kept after they were detected (003). */
export const KEEP_POSTS_DAYS = 90;
/** For how long metrics are kept (003): whole quarters leave. */
export const KEEP_METRICS_YEARS = 2;
/** For how long audit logs are kept (003): whole years leave. */
export const KEEP_AUDIT_LOGS_YEARS = 3;

/** How many rows one transaction deletes. */
export const ROWS_A_PART = 5_000;

/** What becomes of the rows of a table when their time is over. In its SQL $1 is now, and the time zone is UTC. */
export interface Archive {
  /** The table's name, with which its files begin. */
  readonly name: string;
  readonly entity: EntityTarget<ObjectLiteral>;
  readonly extension: '.json' | '.json.gz' | '.csv';
  /** The predicate of rows whose time is over. */
  readonly due: string;
  /** Selects the id of each row of the next batch, which is deleted in one transaction: rows of one file. */
  readonly next: string;
  /** How a file is told from others, from the rows in it. */
  readonly label: string;
  /** Whether a file takes as many batches as have its label, or one. */
  readonly inParts: boolean;
  /** The order of rows in a file. */
  readonly order: string;
}

const createdDue = `created_at < date_trunc('year', $1::timestamptz AT TIME ZONE 'UTC' - interval '${KEEP_AUDIT_LOGS_YEARS} years') AT TIME ZONE 'UTC'`;

/**
 * What is kept for how long, and where it goes then (003). A file a quarter and a file a year hold a whole one: it leaves
 * when its last day may.
 */
export const ARCHIVES: readonly Archive[] = [
  {
    name: 'audit_logs',
    entity: AuditLog,
    extension: '.json.gz',
    due: createdDue,
    next: `SELECT id FROM audit_logs WHERE ${createdDue}
      AND created_at < (SELECT date_trunc('year', min(created_at)) + interval '1 year' FROM audit_logs)
      ORDER BY created_at, id LIMIT ${ROWS_A_PART}`,
    label: `to_char(min(created_at), 'YYYY')`,
    inParts: true,
    order: 'created_at, id',
  },
];

/** The archive that a file belongs to, by its name; undefined: none. */
export function archiveOf(path: string): Archive | undefined {
  const name = basename(path);
  return ARCHIVES.find((archive) => name.startsWith(`${archive.name}-`) && name.endsWith(archive.extension));
}
