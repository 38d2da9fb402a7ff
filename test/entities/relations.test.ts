import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type DataSource, getMetadataArgsStorage } from 'typeorm';
import * as everything from '../../src/entities';
import { Author, Conversation, Decision, entities, Message, Post, Reply, User } from '../../src/entities';
import { migratedDatabase, type TestDatabase } from '../databases';
import { minimalRows } from './rows';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await migratedDatabase();
  dataSource = await database.dataSource();
});
afterAll(() => database.close());

describe('registration', () => {
  const folder = join(__dirname, '../../src/entities');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.entity.ts'),
  );

  it('there is a file for each table', () => {
    expect(files).toHaveLength(entities.length);
  });

  it.each(files)('%s is registered', (file) => {
    const exported = Object.values(jest.requireActual<Record<string, unknown>>(join(folder, file)));
    const classes = exported.filter((value) => getMetadataArgsStorage().filterTables(value as never).length > 0);

    expect(classes).toHaveLength(1);
    const [entity] = classes as typeof entities;
    expect(entities).toContain(entity);
    expect(everything).toHaveProperty(entity.name, entity);
    expect(`${entity.name.replace(/\B[A-Z]/g, '-$&').toLowerCase()}.entity.ts`).toBe(basename(file));
  });
});

describe('relations', () => {
  const relations = () => dataSource.entityMetadatas.flatMap((entity) => entity.relations);
  const ofDataModel = () => relations().filter(({ entityMetadata }) => entityMetadata.tableName in minimalRows);

  it('each of the data model goes both ways', () => {
    const oneWay = ofDataModel().filter((relation) => relation.inverseRelation?.inverseRelation !== relation);
    expect(oneWay.map(({ entityMetadata, propertyName }) => `${entityMetadata.name}.${propertyName}`)).toEqual([]);
  });

  it('none is loaded unasked, and none writes what it points to', () => {
    for (const relation of relations()) {
      expect([relation.isEager, relation.isLazy]).toEqual([false, false]);
      expect([relation.isCascadeUpdate, relation.isCascadeRemove]).toEqual([false, false]);
      if (relation.isOwning) expect(relation.isCascadeInsert).toBe(false);
    }
  });

  it('each foreign key is a property of its own, and says what becomes of the row', () => {
    const owning = relations().filter((relation) => relation.isOwning);
    expect(owning.filter((relation) => ofDataModel().includes(relation))).toHaveLength(26);
    for (const { joinColumns, onDelete, isNullable } of owning) {
      expect(joinColumns.filter((column) => column.isVirtual)).toEqual([]);
      expect(onDelete).toBe(isNullable ? 'SET NULL' : 'CASCADE');
      expect(joinColumns.map((column) => column.isNullable)).toEqual(joinColumns.map(() => isNullable));
    }
  });
});

describe('saving and loading', () => {
  let ada: User;

  beforeEach(async () => {
    ada = await dataSource.getRepository(User).save({ email: 'ada@example.org', ssoProvider: 'google', ssoId: '1' });
  });
  afterEach(() => dataSource.getRepository(User).delete({ id: ada.id }));

  it('a person is saved with profile and engagement state', async () => {
    const users = dataSource.getRepository(User);
    const { id } = await users.save({
      email: 'grace@example.org',
      passwordHash: '$2b$12$abcdefghijklmnopqrstuv',
      profile: { locale: 'de' },
      engagementState: {},
    });

    const relations = { profile: true, engagementState: true, tasks: true, sessions: true };
    expect(await users.findOne({ where: { id }, relations })).toMatchObject({
      role: 'educator',
      lastLogin: null,
      profile: { userId: id, locale: 'de', onboardingTierProgress: {}, preferredDestination: 'individual' },
      engagementState: { userId: id, state: 'active' },
      tasks: [],
      sessions: [],
    });
    await users.delete({ id });
  });

  it('a password hash is selected only where it is asked for', async () => {
    const users = dataSource.getRepository(User);
    await users.update({ id: ada.id }, { passwordHash: '$2b$12$abcdefghijklmnopqrstuv' });

    expect(await users.findOneByOrFail({ id: ada.id })).not.toHaveProperty('passwordHash');
    const { passwordHash } = await users.findOneOrFail({ where: { id: ada.id }, select: { passwordHash: true } });
    expect(passwordHash).toBe('$2b$12$abcdefghijklmnopqrstuv');
  });

  it('a conversation is saved with its messages, which get its owner', async () => {
    const conversations = dataSource.getRepository(Conversation);
    const embedding = Array.from({ length: 1536 }, (_, index) => (index === 7 ? 1 : 0));
    const { id } = await conversations.save({
      userId: ada.id,
      messages: [
        { role: 'user', content: 'Hello', embedding: { model: 'model', embedding } },
        { role: 'agent', content: 'Hi', costUsd: '0.000123', domains: ['a,b', 'c"d'], citations: [{ page: 1 }] },
      ],
    });

    const loaded = await conversations.findOneOrFail({
      where: { id },
      relations: { user: true, messages: { embedding: true } },
      order: { messages: { content: 'ASC' } },
    });
    expect(loaded).toMatchObject({
      user: { id: ada.id },
      messages: [
        { conversationId: id, userId: ada.id, content: 'Hello', citations: null, embedding: { embedding } },
        { userId: ada.id, costUsd: '0.000123', domains: ['a,b', 'c"d'], citations: [{ page: 1 }], embedding: null },
      ],
    });
  });

  it.each([
    [
      'its conversation’s and owner’s ids',
      (conversation: Conversation) => ({ conversationId: conversation.id, userId: ada.id }),
    ],
    ['its conversation and owner', (conversation: Conversation) => ({ conversation, user: ada })],
    ['its conversation', (conversation: Conversation) => ({ conversation })],
  ])('a message is saved by %s', async (_by, keys) => {
    const messages = dataSource.getRepository(Message);
    const conversation = await dataSource.getRepository(Conversation).save({ userId: ada.id });
    const { id } = await messages.save({ ...keys(conversation), role: 'user', content: 'Hello' });

    const loaded = await messages.findOneOrFail({ where: { id }, relations: { conversation: true, user: true } });
    expect(loaded).toMatchObject({
      conversationId: conversation.id,
      userId: ada.id,
      conversation: { id: conversation.id, userId: ada.id },
      user: { id: ada.id },
    });
    await messages.save({ ...loaded, feedbackScore: 1 });
    expect(await messages.findOneByOrFail({ id })).toMatchObject({ feedbackScore: 1, content: 'Hello' });
  });

  it('a message of another person’s conversation is refused, and named', async () => {
    const grace = await dataSource
      .getRepository(User)
      .save({ email: 'g@example.org', ssoProvider: 'google', ssoId: '2' });
    const conversation = await dataSource.getRepository(Conversation).save({ userId: ada.id });
    const message = { conversationId: conversation.id, userId: grace.id, role: 'user' as const, content: 'Hello' };

    await expect(dataSource.getRepository(Message).save(message)).rejects.toMatchObject({
      driverError: { code: '23503', constraint: 'fk_messages_conversation_id_user_id' },
    });
    await dataSource.getRepository(User).delete({ id: grace.id });
  });

  it('a deleted reply stays, unseen, and outlives the post, decision and author behind it', async () => {
    const replies = dataSource.getRepository(Reply);
    const author = await dataSource
      .getRepository(Author)
      .save({ platform: 'TWITTER', platformId: '1', handle: 'antone' } as const);
    const post = await dataSource.getRepository(Post).save({
      author,
      platform: 'TWITTER',
      platformPostId: '1',
      content: 'What helps?',
      keywordMatches: ['help'],
    } as const);
    const scores = { sssScore: 0.1, arsScore: 0.2, evsScore: 0.3, trsScore: 0.4, compositeScore: 0.5 };
    const decision = await dataSource.getRepository(Decision).save({ post, mode: 'HELPFUL', ...scores } as const);
    const { id } = await replies.save({
      decision,
      content: 'Drink water. —Antone (Vita)',
      platform: 'TWITTER',
      platformPostId: '1',
      utmCode: 'tw-1',
    } as const);
    expect(await replies.findOne({ where: { id }, relations: { decision: { post: { author: true } } } })).toMatchObject(
      {
        decision: { ...scores, post: { author: { handle: 'antone', relationshipScore: 0.5, interactionHistory: [] } } },
      },
    );

    await replies.softDelete({ id });
    await dataSource.getRepository(Author).delete({ id: author.id });

    expect(await replies.findOneBy({ id })).toBeNull();
    expect(await replies.findOne({ where: { id }, withDeleted: true })).toMatchObject({
      decisionId: null,
      deletedAt: expect.any(Date) as Date,
    });
    await replies.delete({ id });
  });
});
