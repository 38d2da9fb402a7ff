import type { Client } from 'pg';
import { insert, minimalRows, refusalOf, type Row } from '../rows';

/** What PostgreSQL says of a row with these columns; undefined where it takes it. */
export function refusalOfRow(client: Client, table: string, columns: Row) {
  return refusalOf(client, () => insert(client, table, columns));
}

/** The names of the constraints of a type that the entities' tables have in the catalog, unique indexes among the unique ones. */
export async function constraintsInCatalog(client: Client, type: 'u' | 'c' | 'f'): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT conname AS name FROM pg_constraint WHERE contype = $1::"char" AND conrelid::regclass::text = ANY ($2)
     UNION
     SELECT indexrelid::regclass::text FROM pg_index
     WHERE $1 = 'u' AND indisunique AND NOT indisprimary AND indrelid::regclass::text = ANY ($2)`,
    [type, Object.keys(minimalRows)],
  );
  return rows.map(({ name }) => name).sort();
}
