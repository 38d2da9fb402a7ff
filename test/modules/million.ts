import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { migratedDatabase, type TestDatabase } from '../databases';
import type { RowCounts } from './fill';

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
