import { entities } from '../../../src/entities';
import { entityFactories } from '../../../seeds/engine/entity-factory';
import { factories } from '../../../seeds/factories';
import { migratedDatabase, type TestDatabase } from '../../databases';

/** What no machine can know: CHECKs that tie several columns together by more than an order. PostgreSQL refuses the row. */
const UNKNOWABLE: Record<string, string> = {
  // Which of schedule and condition there has to be depends on the trigger's type.
  ScheduledIntent: 'chk_scheduled_intents_trigger',
  // By its parent.
  IntentExecution: 'chk_scheduled_intents_trigger',
  // The four weights add up to one.
  SegmentedWeight: 'chk_segmented_weights_sum',
};

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
  async (name, entity) => {
    const made = factory(entity).createMany(await database.dataSource(), 20);
    if (name in UNKNOWABLE) await expect(made).rejects.toThrow(UNKNOWABLE[name]);
    else expect(await made).toHaveLength(20);
  },
);
