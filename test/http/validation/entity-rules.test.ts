import { DataSource, type DeepPartial, type ObjectLiteral } from 'typeorm';
import { Conversation, EngagementMessage, KpiMetric, Message, Task, User } from '../../../src/entities';
import { BrokenRulesError } from '../../../src/http/validation/broken-rules';
import { migratedDatabase, type TestDatabase } from '../../databases';
import { moduleOn } from '../../module-on';

let database: TestDatabase;
let dataSource: DataSource;
let user: User;

beforeAll(async () => {
  database = await migratedDatabase();
  const module = await moduleOn(database);
  dataSource = module.get(DataSource);
  user = await dataSource
    .getRepository(User)
    .save({ email: 'ada@example.org', passwordHash: '$2b$12$abcdefghijklmnopqrstuv' });
});
afterAll(() => database.close());

const HASH = 'hunter2-in-clear-text';

describe('a new row', () => {
  it.each<[string, new () => ObjectLiteral, ObjectLiteral]>([
    [
      'The task is wrong: title must match /\\S/ regular expression (it is text of 1 characters).',
      Task,
      { title: ' ' },
    ],
    [
      'title must be shorter than or equal to 255 characters (it is text of 300 characters)',
      Task,
      { title: 'a'.repeat(300) },
    ],
    ['title must match /\\S/ regular expression (it is missing)', Task, {}],
    ['completed must be a boolean value (it is null)', Task, { title: 'x', completed: null }],
    ['passwordHash must match', User, { email: 'bob@example.org', passwordHash: HASH }],
    ['The kpi metric is wrong: ', KpiMetric, { date: new Date() }],
    ['The engagement message is wrong: ', EngagementMessage, { scheduledFor: new Date('never') }],
  ])('%s', async (message, entity, values) => {
    const repository = dataSource.getRepository(entity);
    const row = { ...values, ...(entity !== User && { userId: user.id }) };
    for (const write of [
      () => repository.save(row as DeepPartial<ObjectLiteral>),
      () => repository.save(repository.create(row)),
      () => repository.insert(row),
      () => repository.createQueryBuilder().insert().values(row).execute(),
    ]) {
      const error: unknown = await write().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BrokenRulesError);
      expect((error as Error).message).toContain(message);
      expect((error as Error).message).not.toContain(HASH);
      expect(error).toMatchObject({ status: 400 });
    }
  });

  it('may take its keys from the rows that are saved with it', async () => {
    const task = await dataSource.getRepository(Task).save({ user, title: 'Water the plants' });
    expect(task.user).toBe(user);
    const { id } = await dataSource
      .getRepository(Conversation)
      .save({ userId: user.id, messages: [{ user, role: 'user', content: 'Hello' }] });
    expect(await dataSource.getRepository(Message).countBy({ conversationId: id })).toBe(1);
  });

  it('may be SQL in part', async () => {
    const row = { userId: user.id, title: () => "'made of SQL'" };
    await dataSource.createQueryBuilder().insert().into(Task).values(row).execute();
    expect(await dataSource.getRepository(Task).countBy({ title: 'made of SQL' })).toBe(1);
  });
});

describe('a changed row', () => {
  let task: Task;
  beforeEach(async () => {
    task = await dataSource.getRepository(Task).save({ userId: user.id, title: 'Water the plants' });
  });

  it('is held to the rules in what is given', async () => {
    const tasks = dataSource.getRepository(Task);
    await expect(tasks.save({ id: task.id, title: '' })).rejects.toThrow(BrokenRulesError);
    await expect(tasks.save(Object.assign(task, { title: '' }))).rejects.toThrow(BrokenRulesError);
    await expect(tasks.update(task.id, { title: '' })).rejects.toThrow(BrokenRulesError);
    expect(await tasks.findOneByOrFail({ id: task.id })).toMatchObject({ title: 'Water the plants' });
  });

  it('needs no more than is given', async () => {
    const tasks = dataSource.getRepository(Task);
    await tasks.save({ id: task.id, completed: true });
    await tasks.update(task.id, { description: 'All of them', completed: () => 'NOT completed' });
    expect(await tasks.findOneByOrFail({ id: task.id })).toMatchObject({
      description: 'All of them',
      completed: false,
    });
  });
});

it('leaves SQL to the database', async () => {
  await expect(dataSource.query('INSERT INTO tasks (user_id, title) VALUES ($1, $2)', [user.id, ' '])).rejects.toThrow(
    /chk_tasks_title/,
  );
});
