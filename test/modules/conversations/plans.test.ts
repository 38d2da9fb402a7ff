import type { TestingModule } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { UserContext } from '../../../src/database/user-context';
import { Message } from '../../../src/entities';
import { ConversationsModule } from '../../../src/modules/conversations/conversations.module';
import { ConversationsService } from '../../../src/modules/conversations/conversations.service';
import { EmbeddingsService } from '../../../src/modules/conversations/embeddings.service';
import { SharingService } from '../../../src/modules/conversations/sharing.service';
import { UsageService } from '../../../src/modules/conversations/usage.service';
import { describeOnServer, type TestDatabase } from '../../databases';
import { databaseWith, REFERENCE_DATE } from '../million';
import { plansOf, type StatementPlan } from '../plans';
import { moduleOn } from '../../module-on';

describeOnServer('at a million messages', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let app: TestingModule;
  let conversations: ConversationsService;
  /** One of the middle, with its conversation and person. */
  let message: Message;

  beforeAll(async () => {
    database = await databaseWith({ users: 66_667, conversations: 200_000, messages: 1_000_000 });
    dataSource = await database.dataSource();
    app = await moduleOn(database, ConversationsModule);
    conversations = app.get(ConversationsService);
    const middle = '80000000-0000-4000-8000-000000000000';
    message = await dataSource.manager
      .createQueryBuilder(Message, 'message')
      // The engine's last messages are of conversations that come later.
      .innerJoin('message.conversation', 'conversation')
      .where('message.id > :middle', { middle })
      .orderBy('message.id')
      .limit(1)
      .getOneOrFail();
  }, 600_000);

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  /** The plans as they are for the message's person, none of which reads a table from one end to the other. */
  async function plans(work: () => Promise<unknown>): Promise<StatementPlan[]> {
    const found = await app.get(UserContext).asUser(message.userId, (manager) => plansOf(dataSource, work, manager));
    for (const plan of found) expect(plan.sequential).toEqual([]);
    return found;
  }

  it.each(['ASC', 'DESC'] as const)('reads a thread by its index, %s', async (order) => {
    const { userId, conversationId } = message;
    const { next } = await conversations.thread(userId, conversationId, { limit: 1, order });
    for (const after of [undefined, next!]) {
      const [page] = await plans(() => conversations.thread(userId, conversationId, { order, after, limit: 1 }));
      expect(page.indexes).toEqual(['idx_messages_conversation']);
    }
  });

  it('appends by indexes', async () => {
    const [touch, insert] = await plans(() =>
      conversations.append(message.userId, message.conversationId, [{ role: 'user', content: 'Hello' }]),
    );
    expect(touch.indexes.join()).toMatch(/pk_conversations|uq_conversations_id_user_id/);
    expect(insert.indexes).toEqual(['idx_messages_conversation']);
  });

  it('lists by the index of the latest change', async () => {
    await conversations.create(message.userId);
    const { next } = await conversations.recent(message.userId, { limit: 1 });
    for (const after of [undefined, next!]) {
      const [page] = await plans(() => conversations.recent(message.userId, { after, limit: 1 }));
      expect(page.indexes).toEqual(['idx_conversations_user_id_updated_at']);
    }
  });

  it('opens a shared conversation by its token', async () => {
    const token = await app.get(SharingService).share(message.userId, message.conversationId);
    const [found, page] = await plansOf(dataSource, () => app.get(SharingService).open(token));
    expect(found).toMatchObject({ indexes: ['idx_conversations_share_token'], sequential: [] });
    expect(page).toMatchObject({ indexes: ['idx_messages_conversation'], sequential: [] });
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['takes feedback', () => conversations.rate(message.userId, message.id, 1), /pk_messages/],
    [
      'finds a conversation',
      () => conversations.get(message.userId, message.conversationId),
      /pk_conversations|uq_conversations_id_user_id/,
    ],
    [
      'sums a conversation',
      () => app.get(UsageService).ofConversation(message.userId, message.conversationId),
      /idx_messages_conversation/,
    ],
    [
      'sums a period',
      () => app.get(UsageService).ofPeriod(message.userId, { from: new Date(0), to: REFERENCE_DATE }),
      /idx_messages_user_id/,
    ],
    [
      'searches among the messages of a person, who has few of all,',
      () => app.get(EmbeddingsService).nearest(message.userId, [1, ...Array<number>(1535).fill(0)], { model: 'model' }),
      /idx_messages_user_id|idx_message_embeddings_embedding/,
    ],
  ])('%s by an index', async (_, work, index) => {
    const [plan] = await plans(work);
    expect(plan.indexes.join()).toMatch(index);
  });
});
