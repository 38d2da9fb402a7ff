import { entities } from '../../src/entities';
import type { EntityDataSource } from '../../src/database/data-source';
import { ReadableNamingStrategy } from '../../src/database/naming-strategy';
import { entityFactories, seed } from '@entity-backend/seeding';
import { factories } from '../../seeds/factories';
import { migratedDatabase, type TestDatabase } from '../databases';

const OPTIONS = { seed: 42, scale: 1, referenceDate: new Date('2026-01-01T12:00:00Z') };
const CASES = entities.map((entity) => [entity.name, entity as new () => object] as const);

let database: TestDatabase;
let dataSource: EntityDataSource;

beforeAll(async () => {
  database = await migratedDatabase();
  dataSource = await database.dataSource();
});
afterAll(() => database.close());

async function emptied(): Promise<void> {
  const names = dataSource.entityMetadatas.map(({ tableName }) => `"${tableName}"`);
  await dataSource.query(`TRUNCATE ${names.join(', ')}`);
}

/** The entities with their numbers of rows, and nothing said about their columns. */
const factory = entityFactories(
  entities,
  factories.map((one) => ({ ...one, fields: {}, states: {} })),
  new ReadableNamingStrategy(),
);

it.each(CASES)('makes entities of %s for tests of what it says alone', async (_, entity) => {
  expect(await factory(entity).createMany(dataSource, 20)).toHaveLength(20);
});

it.each(CASES)('fills all tables without the factory of %s, and its own alone', async (_, entity) => {
  const others = factories.filter((one) => one.entity !== entity);
  const { tableName } = dataSource.getMetadata(entity);
  const added = (plans: Awaited<ReturnType<typeof seed>>): number =>
    plans.find(({ table }) => table.name === tableName)!.added;
  await emptied();
  // The same rows as beside all others, so PostgreSQL need not see them twice.
  const alone = added(await seed(dataSource, others, { ...OPTIONS, only: [tableName], dryRun: true }));
  expect(alone).toBeGreaterThan(0);
  expect(added(await seed(dataSource, others, OPTIONS))).toBe(alone);
});

it('fills all tables without any factory', async () => {
  await emptied();
  const plans = await seed(dataSource, [], { ...OPTIONS, scale: 3 });
  expect(plans.filter(({ added }) => added < 30).map(({ table }) => table.name)).toEqual([]);
});
