import { entities } from '../../../src/entities';
import { entityFactories } from '../../../seeds/engine/entity-factory';
import { factories } from '../../../seeds/factories';
import { migratedDatabase, type TestDatabase } from '../../databases';

let database: TestDatabase;

beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database.close());

/** The entities with their numbers of rows, and nothing said about their columns. */
const factory = entityFactories(
  entities,
  factories.map((one) => ({ ...one, fields: {}, states: {} })),
);

it.each(entities.map((entity) => [entity.name, entity as new () => object] as const))(
  'fills %s from what its entity says alone',
  async (_, entity) => {
    expect(await factory(entity).createMany(await database.dataSource(), 20)).toHaveLength(20);
  },
);
