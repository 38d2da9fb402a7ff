import 'reflect-metadata';
import { factory } from '../../seeds';
import { declared } from '../../seeds/factories';
import { migratedDatabase, type TestDatabase } from '../databases';

/** A factory whose states are not known to its type, since it is one of many. */
interface AnyFactory {
  state(name: string): { createMany(dataSource: object, count: number): Promise<object[]> };
}

let database: TestDatabase;

beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database.close());

const states = declared.flatMap(({ entity, states }) =>
  Object.keys(states).map((state) => [entity.name, state, entity] as const),
);

it.each(states)('%s can be %s, as far as the database can tell', async (_, state, entity) => {
  const one = factory(entity as never) as unknown as AnyFactory;
  await expect(one.state(state).createMany(await database.dataSource(), 5)).resolves.toHaveLength(5);
});
