import { createHash } from 'node:crypto';
import { type DataSource, type MigrationInterface, QueryResult, type QueryRunner } from 'typeorm';

/** A statement that a migration sends. */
export interface Statement {
  readonly sql: string;
  /** The values of `$1` …, as JSON. */
  readonly parameters: readonly string[];
}

/** What a migration's `up` sends, and whether that is certainly complete: not if it reads, since its SQL may depend on the result. */
export interface EmittedSql {
  readonly statements: readonly Statement[];
  readonly complete: boolean;
}

/**
 * The SQL that `up` sends. It runs `up` with a query runner that records statements and sends nothing to the database. Every
 * query returns no rows; if the migration fails because of that, the list ends there.
 */
export async function emittedSql(dataSource: DataSource, migration: MigrationInterface): Promise<EmittedSql> {
  const statements: Statement[] = [];
  try {
    await migration.up(recorder(dataSource, statements));
    return { statements, complete: !statements.some(({ sql }) => READS.test(sql)) };
  } catch {
    return { statements, complete: false };
  }
}

/** Statements that return rows. */
const READS = /^\s*(SELECT|WITH|VALUES|TABLE|SHOW)\b|\bRETURNING\b/i;

/** A query runner that never connects. Its DataSource and manager lead back to it. */
function recorder(dataSource: DataSource, statements: Statement[]): QueryRunner {
  const recorder = dataSource.createQueryRunner();
  const query = (sql: string, parameters: unknown[] = [], structured = false): Promise<unknown> => {
    statements.push({ sql, parameters: parameters.map(toJson) });
    return Promise.resolve(structured ? Object.assign(new QueryResult(), { raw: [], records: [], affected: 0 }) : []);
  };
  return Object.assign(recorder, {
    query,
    connect: () => Promise.reject(new Error('A recorded migration has no connection.')),
    release: () => Promise.resolve(),
    dataSource: Object.create(dataSource, {
      createQueryRunner: { value: () => recorder },
      manager: { value: recorder.manager },
    }) as DataSource,
  });
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? 'null';
}

/**
 * SHA-256, in hexadecimal, of a migration's statements. It uses the SQL and not the file, so that TypeScript and its compiled
 * form have the same checksum, and comments and formatting don't matter.
 */
export function checksum({ statements }: EmittedSql): string {
  return createHash('sha256')
    .update(JSON.stringify(statements.map(({ sql, parameters }) => [sql, parameters])))
    .digest('hex');
}
