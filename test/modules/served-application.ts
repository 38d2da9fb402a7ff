import { Conversation, Task, User } from '../../src/entities';
import { migratedDatabase, type TestDatabase } from '../databases';
import type { EntityDataSource } from '../../src/database/data-source';
import { serve, type Served } from '../http/served';

let served: Served;

/** The application with two people, by their ids. */
export interface ServedApplication {
  readonly database: TestDatabase;
  readonly dataSource: EntityDataSource;
  readonly served: Served;
  readonly ada: string;
  readonly bob: string;
}

/**
 * Serves the application to the tests of the file, on a database of its own. None of them may leave a line in its log.
 *
 * @param use takes it, before the first test
 */
export function onServedApplication(use: (application: ServedApplication) => void): void {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await migratedDatabase();
    const dataSource = await database.dataSource();
    served = await serve(dataSource);
    const users = await dataSource
      .getRepository(User)
      .save(['ada', 'bob'].map((name) => ({ email: `${name}@example.org`, ssoProvider: 'test', ssoId: name })));
    const [ada, bob] = users.map(({ id }) => id);
    use({ database, dataSource, served, ada, bob });
  });
  afterAll(async () => {
    await served.application.close();
    await database.close();
  });
  afterEach(() => expect(served.takeLog()).toEqual([]));
}

export async function newTask(userId: string, title = 'Water the plants'): Promise<Task> {
  const { body } = (await served.as(userId).post('/tasks').send({ title }).expect(201)) as { body: object };
  return body as Task;
}

export async function newConversation(userId: string): Promise<Conversation> {
  const { body } = (await served.as(userId).post('/conversations').send({ title: 'Plants' }).expect(201)) as {
    body: object;
  };
  return body as Conversation;
}
