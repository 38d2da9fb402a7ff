import { escapeLiteral } from 'pg';
import { type DataSource } from 'typeorm';
import { type Statement } from './emitted-sql';
import { ADOPT_MIGRATION, type KnownMigration, missingBookkeeping, planMigrations, RECORD_MIGRATION } from './history';

/**
 * The SQL that `migrate` would send, as a script for psql. It does not wait for other runners and changes nothing. psql stops
 * at a migration whose SQL can't be known in advance, because it reads or has parameters.
 *
 * @param to as in `MigrateOptions`
 * @throws MigrationsRefusedError as in `migrate`
 */
export async function pendingSql(dataSource: DataSource, { to }: { to?: string } = {}): Promise<string> {
  const connection = dataSource.createQueryRunner('master');
  try {
    const { pending, adopted } = await planMigrations(dataSource, connection, to);
    const bookkeeping = [
      ...(await missingBookkeeping(connection)),
      ...adopted.map(({ id, checksum }) => inline(ADOPT_MIGRATION, [id, checksum])),
    ];
    return [
      '\\set ON_ERROR_STOP on',
      ...(bookkeeping.length > 0 ? [section('Bookkeeping of applied migrations', bookkeeping)] : []),
      ...pending.map(sectionOf),
      pending.length === 0 ? '-- Nothing to migrate.' : `-- Pending migrations: ${pending.length}.`,
    ].join('\n\n');
  } finally {
    await connection.release();
  }
}

function sectionOf({ migration: { name, timestamp, instance }, emitted, checksum }: KnownMigration): string {
  const unknown = `This migration reads from the database: the rest of its SQL is not known in advance.`;
  const statements = [
    ...emitted.statements.flatMap(withParameters),
    ...(emitted.complete ? [] : [`DO $$BEGIN RAISE EXCEPTION '${unknown}'; END$$`]),
    inline(RECORD_MIGRATION, [timestamp, name, checksum]),
  ];
  return instance!.transaction === false
    ? section(`${name}, outside a transaction`, statements)
    : section(name, ['START TRANSACTION', ...statements, 'COMMIT']);
}

function section(title: string, statements: readonly string[]): string {
  return [`-- ${title}`, ...statements.map(terminated)].join('\n');
}

/** The statement with a semicolon, which must not become part of a trailing comment. A comment line needs none. */
function terminated(sql: string): string {
  if (/^-- .*$/.test(sql)) return sql;
  const bare = sql.trim().replace(/;$/, '');
  return /--.*$/.test(bare) ? `${bare}\n;` : `${bare};`;
}

/** A statement of the runner with its parameters (`$1` …) inserted. */
function inline(sql: string, parameters: readonly (string | number)[]): string {
  return sql.replace(/\$(\d)/g, (_, position) => {
    const value = parameters[Number(position) - 1];
    return typeof value === 'number' ? String(value) : escapeLiteral(value);
  });
}

/** A migration's statement, after a comment with its parameters, which only the driver can insert. */
function withParameters({ sql, parameters }: Statement): string[] {
  const values = parameters.map((value, index) => `$${index + 1} = ${value}`);
  return [...(values.length > 0 ? [`-- with ${values.join(', ')}`] : []), sql];
}
