import 'reflect-metadata';
import { Client, escapeIdentifier } from 'pg';
import { compileTables } from '@entity-backend/seeding';
import { binaryChunks, numbersBelow } from '../../packages/seeding/src/loading/chunks';
import { copyRows } from '../../packages/seeding/src/loading/writer';
import { factories } from '../../seeds/factories';
import { dataSourceAt } from '../template';

/** The moment that the dates of the rows hang off: "now", for whoever asks about them. */
export const REFERENCE_DATE = new Date('2026-01-01T12:00:00Z');

/** How many rows of which tables. */
export type RowCounts = Readonly<Record<string, number>>;

/** Fills tables of a server's migrated database with so many rows of the seeding engine, without what they refer to. */
export async function fill(url: string, counts: RowCounts): Promise<void> {
  const dataSource = await dataSourceAt(url).initialize();
  const tables = compileTables(dataSource.entityMetadatas, factories, { seed: 42, referenceDate: REFERENCE_DATE });
  await dataSource.destroy();
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    // Neither foreign keys nor row-level security.
    await client.query('SET session_replication_role = replica');
    for (const table of tables) {
      if (!counts[table.name]) continue;
      const rows = binaryChunks(table, numbersBelow(counts[table.name]));
      await withoutIndexes(client, table.name, () => copyRows(client, table, rows, () => undefined));
      await client.query(`VACUUM ANALYZE ${escapeIdentifier(table.name)}`);
    }
  } finally {
    await client.end();
  }
}

/** An index is made of many rows at once much faster than row by row. */
export async function withoutIndexes(client: Client, name: string, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
    [escapeIdentifier(name)],
  );
  for (const index of rows) await client.query(`DROP INDEX ${index.name}`);
  await work();
  for (const index of rows) await client.query(index.definition);
}

// As a process of its own: node --require ./typescript.js test/modules/fill.ts URL '{ "tasks": 1000 }'
if (require.main === module) void fill(process.argv[2], JSON.parse(process.argv[3]) as RowCounts);
