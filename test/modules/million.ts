import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Client, escapeIdentifier } from 'pg';
import { migratedDatabase, type TestDatabase } from '../databases';
import { type RowCounts, withoutIndexes } from './fill';

export { REFERENCE_DATE } from './fill';

/**
 * A server's database with so many rows of the seeding engine in these tables, and none in the others, for tests of plans:
 *
 *     describeOnServer('at a million rows', () => {
 *       let database: TestDatabase;
 *       beforeAll(async () => {
 *         database = await databaseWith({ scheduled_intents: 1_000_000 });
 *       }, 300_000);
 *       afterAll(() => database.close());
 *       it('finds due intents by their index', async () => {
 *         const [plan] = await plansOf(await database.dataSource(), () => intents.claimDue(100, REFERENCE_DATE));
 *         expect(plan).toMatchObject({ indexes: ['idx_intents_pending'], sequential: [] });
 *       });
 *     });
 *
 * A million rows take half a minute of an idle machine, so one a file. What the rows refer to is there only where its
 * table is listed, too: the engine's rows fit together, and foreign keys are not looked at. The login has to be a
 * superuser.
 */
export async function databaseWith(counts: RowCounts): Promise<TestDatabase> {
  const database = await migratedDatabase();
  // In a process of its own: in jest's sandbox rows take ten times as long to make.
  const parameters = [require.resolve('./fill.ts'), database.url, JSON.stringify(counts)];
  await promisify(execFile)(process.execPath, ['--require', './typescript.js', ...parameters]);
  return database;
}

/**
 * The rows of a table of such a database, each so many times: much faster than as many of the engine's own, and as good
 * where it matters only that they are many.
 *
 * @param changes what is not the same in a copy, in SQL over `rows` and the number `copy`; the id never is
 */
export async function multiply(
  client: Client,
  name: string,
  times: number,
  changes: Readonly<Record<string, string>> = {},
): Promise<void> {
  const table = escapeIdentifier(name);
  // Neither foreign keys nor row-level security.
  await client.query('SET session_replication_role = replica');
  const { fields } = await client.query(`SELECT * FROM ${table} LIMIT 0`);
  const values = fields.map(
    (field) => changes[field.name] ?? (field.name === 'id' ? 'gen_random_uuid()' : `rows.${field.name}`),
  );
  await withoutIndexes(client, name, async () => {
    await client.query(
      `INSERT INTO ${table} SELECT ${values.join(', ')} FROM ${table} AS rows, generate_series(2, ${times}) AS copy`,
    );
  });
  await client.query(`VACUUM ANALYZE ${table}`);
}
