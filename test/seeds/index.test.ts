import { validate } from 'class-validator';
import { factory } from '../../seeds';
import { UserError } from '@entity-backend/schema';
import type { EntityDataSource } from '../../src/database/data-source';
import {
  Author,
  Conversation,
  Decision,
  EngagementMessage,
  entities,
  Escalation,
  Message,
  Post,
  Reply,
  Session,
  Task,
  User,
  UserProfile,
} from '../../src/entities';
import { migratedDatabase, type TestDatabase } from '../databases';

let database: TestDatabase;
let dataSource: EntityDataSource;

beforeAll(async () => {
  database = await migratedDatabase();
  dataSource = await database.dataSource();
});
afterAll(() => database.close());

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('it does not fail');
}

it.each(entities.map((entity) => [entity.name, entity as new () => { id: string }] as const))(
  'saves 20 of %s, each with what it refers to',
  async (_, entity) => {
    const rows = (): Promise<number> => dataSource.manager.count(entity, { withDeleted: true });
    const before = await rows();
    const made = await factory(entity).createMany(dataSource, 20);
    expect(await rows()).toBe(before + 20);
    for (const one of made) {
      expect(one).toBeInstanceOf(entity);
      expect(await validate(one)).toEqual([]);
    }
  },
);

describe('build', () => {
  it('makes an entity with its parents, and saves nothing', async () => {
    const reply = factory(Reply).build();
    expect(reply).toBeInstanceOf(Reply);
    expect(reply.decision).toBeInstanceOf(Decision);
    expect(reply.decisionId).toBe(reply.decision!.id);
    expect(reply.decision!.post.author).toBeInstanceOf(Author);
    expect(reply.platform).toBe(reply.decision!.post.platform);
    expect(await dataSource.manager.existsBy(Reply, { id: reply.id })).toBe(false);
  });

  it('makes another one each time, with a parent of its own', () => {
    const users = Array.from({ length: 30 }, () => factory(Task).build().user);
    expect(new Set(users.map(({ id }) => id)).size).toBe(30);
    expect(new Set(users.map(({ email }) => email)).size).toBe(30);
  });

  it('takes values of the caller', () => {
    const [one, two] = [factory(Task).build({ title: 'Call home', description: null }), factory(Task).build()];
    expect(one).toMatchObject({ title: 'Call home', description: null });
    expect(two.title).not.toBe('Call home');
  });

  it('lets what is made from the caller’s values follow', () => {
    const post = factory(Post).build({ platform: 'REDDIT', platformPostId: 'abc' });
    const decision = factory(Decision).build({ post });
    const reply = factory(Reply).build({ decision });
    expect(decision).toMatchObject({ postId: post.id, post });
    expect(reply).toMatchObject({ decisionId: decision.id, platform: 'REDDIT', platformPostId: 'abc' });
    expect(factory(Author).build({ followerCount: 500_000 })).toMatchObject({ powerTier: 'MACRO', isPowerUser: true });
  });

  it('takes an entity that another than a factory made', () => {
    const user = Object.assign(new User(), { id: '6f1c3b52-7c3e-4a55-8f57-0d1f3f1c2a11', createdAt: new Date(0) });
    const task = factory(Task).build({ user });
    expect(task.user).toBe(user);
    expect(task.userId).toBe(user.id);
  });

  it('takes a foreign key instead of the entity', () => {
    const user = factory(User).build();
    expect(factory(Task).build({ userId: user.id })).toMatchObject({ userId: user.id, user });
    const unknown = factory(Task).build({ userId: '6f1c3b52-7c3e-4a55-8f57-0d1f3f1c2a11' });
    expect(unknown.userId).toBe('6f1c3b52-7c3e-4a55-8f57-0d1f3f1c2a11');
    expect(unknown.user).toBeUndefined();
  });

  it('follows a composite key', () => {
    const conversation = factory(Conversation).build();
    const message = factory(Message).build({ conversation });
    expect(message).toMatchObject({ conversationId: conversation.id, userId: conversation.userId });
    expect(message.user).toBe(conversation.user);
  });

  it('gives nobody what it gave before', () => {
    const [one, two] = [factory(Message).build(), factory(Message).build({ toolCalls: null })];
    one.domains.push('mine');
    expect(two.domains).not.toContain('mine');
  });
});

describe('create', () => {
  it('saves what it refers to once', async () => {
    const user = await factory(User).create(dataSource);
    const sessions = await factory(Session).createMany(dataSource, 3, { user });
    expect(sessions.map(({ userId }) => userId)).toEqual([user.id, user.id, user.id]);
    expect(await dataSource.manager.countBy(User, { id: user.id })).toBe(1);
    expect(await dataSource.manager.findOneByOrFail(Session, { id: sessions[2].id })).toMatchObject({
      expiresAt: sessions[2].expiresAt,
    });
  });

  it('saves a parent that has only been built', async () => {
    const user = factory(User).build({ name: 'Ada' });
    const profile = await factory(UserProfile).create(dataSource, { user });
    const found = await dataSource.manager.findOneOrFail(UserProfile, {
      where: { id: profile.id },
      relations: { user: true },
    });
    expect(found.user.name).toBe('Ada');
  });

  it('takes part in a transaction', async () => {
    const made = dataSource.transaction(async (manager) => {
      const task = await factory(Task).create(manager);
      expect(await manager.countBy(Task, { id: task.id })).toBe(1);
      throw new Error('not after all');
    });
    await expect(made).rejects.toThrow('not after all');
  });

  it('makes a thread of several messages of one conversation', async () => {
    const conversation = await factory(Conversation).create(dataSource);
    const messages = await factory(Message).createMany(dataSource, 4, { conversation });
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    const times = messages.map(({ createdAt }) => createdAt.getTime());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('keeps what is unique in one parent', async () => {
    const user = await factory(User).create(dataSource);
    const messages = await factory(EngagementMessage).createMany(dataSource, 30, { user });
    expect(new Set(messages.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(30);
  });

  it('leaves out what is set to null', async () => {
    const escalation = await factory(Escalation).create(dataSource, { post: null, decision: null, reply: null });
    expect(escalation).toMatchObject({ postId: null, decisionId: null, replyId: null });
  });
});

describe('a state', () => {
  it('is what its factory declares', async () => {
    const authors = await factory(Author).state('PowerUser').createMany(dataSource, 20);
    expect(authors.every(({ isPowerUser, powerTier }) => isPowerUser && powerTier !== null)).toBe(true);
    const reply = await factory(Reply).state('Posted').create(dataSource);
    expect(reply.postedAt).toBeInstanceOf(Date);
  });

  it('gives way to the caller’s values', () => {
    const reply = factory(Reply).state('Posted').build({ approvalStatus: 'AUTO_APPROVED' });
    expect(reply.approvalStatus).toBe('AUTO_APPROVED');
  });

  it('is known by its type', () => {
    // @ts-expect-error: Task's factory declares no such state
    expect(messageOf(() => factory(Task).state('PowerUser'))).toMatch(
      /^The factory of tasks declares no state PowerUser: /,
    );
    // @ts-expect-error: nor has Author's this one
    expect(messageOf(() => factory(Author).state('Posted'))).toMatch(/choose from .*PowerUser/);
  });
});

describe('a value that breaks a rule is refused, with table and column:', () => {
  it.each([
    [
      'a CHECK',
      () => factory(Author).build({ followerCount: -1 }),
      /^authors\.followerCount, row \d+: -1 violates CHECK/,
    ],
    ['a length', () => factory(Task).build({ title: 'x'.repeat(256) }), /^tasks\.title, row \d+: .* violates /],
    ['a list', () => factory(User).build({ role: 'king' as 'coach' }), /^users\.role, row \d+: "king" violates CHECK/],
    [
      'NOT NULL',
      () => factory(Task).build({ title: null as unknown as string }),
      /^tasks\.title, row \d+: null in a column/,
    ],
    [
      'a type',
      () => factory(Task).build({ completed: 1 as unknown as boolean }),
      /^tasks\.completed, row \d+: 1 is not a/,
    ],
    [
      'class-validator',
      () => factory(User).build({ email: 'nobody' }),
      /^users\.email, row \d+: "nobody" violates isEmail/,
    ],
    [
      'a rule of two columns',
      () => factory(Conversation).build({ shareEnabled: true, shareToken: null }),
      /^conversations\.shareToken, row \d+: null violates/,
    ],
    ['no property', () => factory(Task).build({ tilte: 'x' } as object), /^tasks\.tilte: Task has no such property/],
  ])('%s', (_, work, message) => {
    expect(messageOf(work)).toMatch(message);
    expect(messageOf(work)).not.toContain('\n');
  });
});
