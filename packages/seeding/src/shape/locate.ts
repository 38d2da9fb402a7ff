import { UserError } from '@entity-backend/schema';

/** Does what may fail for a column; an error says which column. */
export function located<T>(work: () => T, table: string, property: string): T {
  try {
    return work();
  } catch (error) {
    throw locate(error, table, property);
  }
}

/** The error with the column, and the row where there is one, that it is about. */
export function locate(error: unknown, table: string, property: string, row?: number): UserError {
  if (error instanceof UserError) return error;
  const where = row === undefined ? `${table}.${property}` : `${table}.${property}, row ${row}`;
  return new UserError(`${where}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
}
