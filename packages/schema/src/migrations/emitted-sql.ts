import { createHash } from 'node:crypto';
import { type DataSource, type MigrationInterface, QueryResult, type QueryRunner } from 'typeorm';

/** A statement that a migration sends. */
export interface Statement {
  readonly sql: string;
  /** The values of `$1` …, as JSON. */
  readonly parameters: readonly string[];
}

/** What a migration's `up` sends, and whether that is sure to be all: it is not where it reads, and so may act by what it finds. */
export interface EmittedSql {
  readonly statements: readonly Statement[];
  readonly complete: boolean;
}

/**
 * The SQL that `up` sends, found by running it against a query runner that writes down instead of executing: nothing
 * reaches the database. Every query seems to find no rows; a migration that can't go on from there ends the list.
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

/** Statements that give rows back. */
const READS = /^\s*(SELECT|WITH|VALUES|TABLE|SHOW)\b|\bRETURNING\b/i;

/** A query runner that never connects. What a migration reaches through it, its DataSource and manager, leads back to it. */
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
 * SHA-256, in hexadecimal, of a migration's statements. It is taken of the SQL and not of the file, so that TypeScript and
 * what is compiled from it agree, and so that a comment or a formatter changes nothing.
 */
export function checksum({ statements }: EmittedSql): string {
  return createHash('sha256')
    .update(JSON.stringify(statements.map(({ sql, parameters }) => [sql, parameters])))
    .digest('hex');
}
