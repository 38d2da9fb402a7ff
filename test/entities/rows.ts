import { type Client, DatabaseError } from 'pg';
import { DataSource, type EntityMetadata, getMetadataArgsStorage } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';
import { EntityMetadataBuilder } from 'typeorm/metadata-builder/EntityMetadataBuilder';
import { ReadableNamingStrategy } from '../../src/database/naming-strategy';
import { factory } from '../../seeds';
import { entities } from '../../src/entities';

/** A row, or the columns of one, by the names of its columns. */
export type Row = Record<string, unknown>;

/** Makes the value of a column from those before it. */
type MakeValue = (client: Client, row: Row) => Promise<unknown>;

let count = 0;

/** A name that no row has yet. */
export function fresh(name: string): string {
  return `${name}_${++count}`;
}

/** The entities as the database has them; it takes no connection. */
const metadata = new EntityMetadataBuilder(
  new DataSource({ type: 'postgres', namingStrategy: new ReadableNamingStrategy() }),
  getMetadataArgsStorage(),
).build([...entities]);

/** What CHECKs ask for besides: a way to sign in, an end after the database's now, a schedule that fits the trigger. */
const ALSO: Record<string, () => Row> = {
  users: () => ({ password_hash: '$2b$12$abcdefghijklmnopqrstuv' }),
  sessions: () => ({ expires_at: new Date(Date.now() + 3_600_000) }),
  scheduled_intents: () => ({ trigger_type: 'cron', trigger_schedule: { cron: '0 7 * * 1-5' } }),
};

/** What a row of each table can't do without, as its factory makes it; a function makes the row that a foreign key points to. */
export const minimalRows: Record<string, () => Row> = Object.fromEntries(
  metadata.map((entity) => [entity.tableName, () => ({ ...minimalRow(entity), ...ALSO[entity.tableName]?.() })]),
);

function minimalRow({ target, columns, relations }: EntityMetadata): Row {
  const made = factory(target as new () => Row).build();
  const row: Row = {};
  for (const column of columns) {
    const { databaseName, propertyName, type } = column;
    if (column.isNullable || column.isGenerated || column.isCreateDate || column.isUpdateDate) continue;
    if (column.default !== undefined) continue;
    // A key of several columns first: the others follow it.
    const [relation] = relations
      .filter(({ joinColumns }) => joinColumns.some((one) => one.databaseName === databaseName))
      .sort((a, b) => b.joinColumns.length - a.joinColumns.length);
    const value = made[propertyName];
    row[databaseName] = relation ? referred(relation, column) : type === 'vector' ? JSON.stringify(value) : value;
  }
  return row;
}

/** The column of the row that a foreign key leads to: of a new one, unless another column of the key says which. */
function referred(
  { foreignKeys: [{ columns, referencedColumns, referencedEntityMetadata }] }: RelationMetadata,
  column: ColumnMetadata,
): MakeValue {
  const referencedBy = (own: ColumnMetadata): string =>
    referencedColumns[columns.findIndex(({ databaseName }) => databaseName === own.databaseName)].databaseName;
  const { tableName } = referencedEntityMetadata;
  return async (client, row) => {
    const known = columns.find(({ databaseName }) => row[databaseName] !== undefined);
    if (!known) return (await insert(client, tableName))[referencedBy(column)];
    const { rows } = await client.query<Row>(`SELECT * FROM ${tableName} WHERE ${referencedBy(known)} = $1`, [
      row[known.databaseName],
    ]);
    return rows[0]?.[referencedBy(column)];
  };
}

/** Inserts a valid row of `table`, with `columns` in the place of its own, and the rows that it needs; returns what was stored. */
export async function insert(client: Client, table: string, columns: Row = {}): Promise<Row> {
  const row: Row = {};
  for (const [column, value] of Object.entries({ ...minimalRows[table](), ...columns })) {
    row[column] = typeof value === 'function' ? await (value as MakeValue)(client, row) : value;
  }
  const names = Object.keys(row).map((column) => client.escapeIdentifier(column));
  const places = names.map((_, index) => `$${index + 1}`);
  const { rows } = await client.query<Row>(
    `INSERT INTO ${client.escapeIdentifier(table)} (${names.join(', ')}) VALUES (${places.join(', ')}) RETURNING *`,
    Object.values(row),
  );
  return rows[0];
}

/** SQLSTATE and constraint by which the database refuses `work`; undefined where it accepts it. The transaction goes on. */
export async function refusalOf(
  client: Client,
  work: () => Promise<unknown>,
): Promise<{ code?: string; constraint?: string } | undefined> {
  await client.query('SAVEPOINT before');
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT before');
    return { code: error.code, constraint: error.constraint };
  }
}
