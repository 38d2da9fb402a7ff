import type { DatabaseError, Pool } from 'pg';
import { type DataSource, QueryFailedError } from 'typeorm';

const UNDEFINED_TABLE = '42P01';
const INSUFFICIENT_PRIVILEGE = '42501';

/** The names of migrations that are not applied yet; undefined: the login may not read the table of applied migrations. */
export async function pendingMigrations(dataSource: DataSource): Promise<string[] | undefined> {
  const applied = await appliedMigrations(dataSource);
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  return applied && known.filter((name) => !applied.has(name));
}

async function appliedMigrations(dataSource: DataSource): Promise<Set<string> | undefined> {
  try {
    const rows = await dataSource.query<{ name: string }[]>('SELECT "name" FROM "migrations"');
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    const { code } = (error instanceof QueryFailedError ? error.driverError : {}) as Partial<DatabaseError>;
    if (code === UNDEFINED_TABLE) return new Set();
    if (code === INSUFFICIENT_PRIVILEGE) return undefined;
    throw error;
  }
}

/** Connections in the pool, idle ones, requests that wait for one, and the maximum. */
export function poolUse(dataSource: DataSource): { total: number; idle: number; waiting: number; max: number } {
  const { totalCount, idleCount, waitingCount, options } = (dataSource.driver as unknown as { master: Pool }).master;
  return { total: totalCount, idle: idleCount, waiting: waitingCount, max: options.max };
}
