import { entities } from '../../../src/entities';
import { entityFactories } from '../../../seeds/engine/entity-factory';
import { factories } from '../../../seeds/factories';
import { migratedDatabase, type TestDatabase } from '../../databases';

/** What no machine can find: CHECKs that tie several columns together by more than an order. It is said before a row is sent. */
const UNKNOWABLE: Record<string, RegExp> = {
  // Which of schedule and condition there has to be depends on the trigger's type.
  ScheduledIntent:
    /^scheduled_intents\.triggerType, triggerSchedule, triggerCondition, row \d+: .* violate CHECK chk_scheduled_intents_trigger: its factory has to make values that keep it\.$/,
  // By its parent, which PostgreSQL is asked for.
  IntentExecution: /chk_scheduled_intents_trigger/,
  // The four weights add up to one.
  SegmentedWeight:
    /^segmented_weights\.sssWeight, arsWeight, evsWeight, trsWeight, row \d+: .* violate CHECK chk_segmented_weights_sum: /,
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
