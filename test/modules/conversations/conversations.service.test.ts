import type { DataSource } from 'typeorm';
import { MalformedUserIdError, UserContext } from '../../../src/database/user-context';
import { Conversation, Message } from '../../../src/entities';
import {
  ConversationsService,
  MAX_APPENDED,
  type NewMessage,
} from '../../../src/modules/conversations/conversations.service';
import { InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { HistoryIsImmutableError, throwDomainError } from '../../../src/http/errors/violations';
import { type Application, contents, moments, says, startApplication } from './application';

const NOBODY = '3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b';

let app: Application;
let dataSource: DataSource;
let conversations: ConversationsService;
let context: UserContext;
let ada: string;
let bob: string;

beforeAll(async () => {
  app = await startApplication();
  ({ conversations, dataSource } = app);
  context = app.get(UserContext);
});

afterAll(() => app.close());

beforeEach(async () => {
  [ada, bob] = await app.newPeople('ada', 'bob');
});

describe('a conversation', () => {
  it('begins without a title, active and shared with nobody', async () => {
    const created = await conversations.create(ada);
    expect(created).toMatchObject({
      userId: ada,
      title: null,
      status: 'active',
      shareToken: null,
      shareEnabled: false,
    });
    expect(await conversations.get(ada, created.id)).toEqual(created);
  });

  it('is renamed, put away, taken back and deleted with its messages', async () => {
    const { id } = await conversations.create(ada, 'Fractions');
    expect(await conversations.rename(ada, id, 'Decimals')).toMatchObject({ id, title: 'Decimals' });
    expect(await conversations.rename(ada, id, null)).toMatchObject({ title: null });
    expect(await conversations.archive(ada, id)).toMatchObject({ status: 'archived' });
    expect(await conversations.restore(ada, id)).toMatchObject({ status: 'active' });
    await conversations.append(ada, id, [says('Hello')]);
    await conversations.remove(ada, id);
    expect(await dataSource.manager.count(Message)).toBe(0);
  });

  it('of a person who is not there is refused', async () => {
    await expect(conversations.create(NOBODY)).rejects.toMatchObject({ status: 409 });
  });

  it('with a title over the limit is refused', async () => {
    await expect(conversations.create(ada, 'x'.repeat(256))).rejects.toThrow(InvalidInputError);
    const { id } = await conversations.create(ada, 'x'.repeat(255));
    await expect(conversations.rename(ada, id, 'x'.repeat(256))).rejects.toThrow(InvalidInputError);
  });
});

describe('the list', () => {
  async function titles(userId: string): Promise<(string | null)[]> {
    return (await conversations.recent(userId)).items.map(({ title }) => title);
  }

  it('holds the person’s own, the latest change first', async () => {
    const first = await conversations.create(ada, 'first');
    await conversations.create(ada, 'second');
    await conversations.create(bob, 'of Bob');
    expect(await titles(ada)).toEqual(['second', 'first']);
    await conversations.append(ada, first.id, [says('Hello')]);
    expect(await titles(ada)).toEqual(['first', 'second']);
  });

  it('is without those put away, which have a list of their own', async () => {
    const { id } = await conversations.create(ada, 'put away');
    await conversations.create(ada, 'kept');
    await conversations.archive(ada, id);
    expect(await titles(ada)).toEqual(['kept']);
    const { items } = await conversations.recent(ada, { status: 'archived' });
    expect(items.map(({ title }) => title)).toEqual(['put away']);
  });

  it('is walked page by page', async () => {
    for (const title of ['a', 'b', 'c']) await conversations.create(ada, title);
    const first = await conversations.recent(ada, { limit: 2 });
    const second = await conversations.recent(ada, { limit: 2, after: first.next! });
    expect([...first.items, ...second.items].map(({ title }) => title)).toEqual(['c', 'b', 'a']);
    expect(second.next).toBeNull();
  });
});

describe('a thread', () => {
  let thread: string;

  beforeEach(async () => {
    thread = (await conversations.create(ada)).id;
  });

  it('keeps all of a message', async () => {
    const said = {
      role: 'assistant',
      content: 'See there.',
      citations: [{ url: 'https://example.org' }],
      toolCalls: [{ name: 'search', arguments: { text: "it's" } }],
      domains: ['assessment'],
      inputTokens: 12,
      outputTokens: 3,
      costUsd: '0.000123',
    } as const;
    const [stored] = await conversations.append(ada, thread, [
      { ...said, citations: [...said.citations], toolCalls: [...said.toolCalls], domains: [...said.domains] },
    ]);
    expect(stored).toBeInstanceOf(Message);
    expect(stored).toMatchObject({ ...said, conversationId: thread, userId: ada, feedbackScore: null });
    expect(await dataSource.manager.findOneBy(Message, { id: stored.id })).toEqual(stored);
  });

  it('takes a text that was cut in the middle of a character', async () => {
    const [stored] = await conversations.append(ada, thread, [says('😀'.slice(0, 1))]);
    expect(stored.content).toBe('\uFFFD');
  });

  it('has the messages of one append in their order', async () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    const stored = await conversations.append(ada, thread, letters.map(says));
    expect(contents(stored)).toEqual(letters);
    const { items } = await conversations.thread(ada, thread);
    expect(items).toEqual(stored);
  });

  it('has the messages of several appends in their order, also where the clock was set back', async () => {
    await dataSource.query(
      `INSERT INTO messages (conversation_id, user_id, role, content, created_at)
       VALUES ($1, $2, 'user', 'from the future', now() + interval '1 hour')`,
      [thread, ada],
    );
    for (const content of ['a', 'b', 'c']) await conversations.append(ada, thread, [says(content), says(content)]);
    const { items } = await conversations.thread(ada, thread);
    expect(contents(items)).toEqual(['from the future', 'a', 'a', 'b', 'b', 'c', 'c']);
    const times = await moments(dataSource, thread);
    expect(new Set(times).size).toBe(times.length);
  });

  it('is walked from either end', async () => {
    await conversations.append(ada, thread, [...'abcde'].map(says));
    const first = await conversations.thread(ada, thread, { limit: 2 });
    const second = await conversations.thread(ada, thread, { limit: 2, after: first.next! });
    expect([contents(first.items), contents(second.items)]).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    const back = await conversations.thread(ada, thread, { after: second.next!, order: 'DESC' });
    expect(contents(back.items)).toEqual(['c', 'b', 'a']);
  });

  it('holds what PostgreSQL can’t store as U+FFFD, and answers so', async () => {
    const said = { ...says('Hi 😀'.slice(0, -1)), domains: ['a\0'], citations: [{ '\udc00': ['\0', '\\u0000'] }] };
    const stored = { content: 'Hi \ufffd', domains: ['a\ufffd'], citations: [{ '\ufffd': ['\ufffd', '\\u0000'] }] };
    expect(await conversations.append(ada, thread, [said])).toMatchObject([stored]);
    expect((await conversations.thread(ada, thread)).items).toMatchObject([stored]);
  });

  it('without messages is empty', async () => {
    expect(await conversations.thread(ada, thread)).toEqual({ items: [], next: null });
  });

  it.each([
    ['no message', []],
    ['too many messages', Array.from({ length: MAX_APPENDED + 1 }, () => says('Hello'))],
    ['a role that there is not', [{ role: 'robot', content: 'Hello' }]],
    ['no content', [{ role: 'user' }]],
    ['tokens below zero', [{ ...says('Hello'), inputTokens: -1 }]],
    ['tokens that are no integer', [{ ...says('Hello'), outputTokens: 1.5 }]],
    ['a cost below zero', [{ ...says('Hello'), costUsd: '-0.1' }]],
    ['a cost that is no number', [{ ...says('Hello'), costUsd: 'NaN' }]],
    ['one good and one bad message', [says('Hello'), { role: 'robot', content: 'Hello' }]],
  ])('refuses %s and stays as it was', async (_, messages) => {
    const before = await conversations.get(ada, thread);
    await expect(conversations.append(ada, thread, messages as NewMessage[])).rejects.toThrow(InvalidInputError);
    expect(await conversations.thread(ada, thread)).toEqual({ items: [], next: null });
    expect(await conversations.get(ada, thread)).toEqual(before);
  });

  it('takes feedback, and nothing else changes', async () => {
    const [{ id }] = await conversations.append(ada, thread, [says('Hello')]);
    for (const score of [-1, 0, 1, null]) {
      await conversations.rate(ada, id, score);
      expect(await dataSource.manager.findOneBy(Message, { id })).toMatchObject({ feedbackScore: score });
    }
    const edit = context.asUser(ada, (manager) => manager.update(Message, { id }, { content: 'Never said' }));
    await expect(edit.catch(throwDomainError)).rejects.toThrow(HistoryIsImmutableError);
  });

  it.each([2, -2, 0.5, NaN, '1' as unknown as number])('refuses %p as feedback', async (score) => {
    const [{ id }] = await conversations.append(ada, thread, [says('Hello')]);
    await expect(conversations.rate(ada, id, score)).rejects.toThrow(InvalidInputError);
  });
});

describe('somebody else’s conversation is not there', () => {
  let thread: string;
  let message: string;

  beforeEach(async () => {
    thread = (await conversations.create(ada, 'of Ada')).id;
    [{ id: message }] = await conversations.append(ada, thread, [says('secret')]);
  });

  const everything: [name: string, work: (userId: string) => Promise<unknown>][] = [
    ['get', (userId) => conversations.get(userId, thread)],
    ['rename', (userId) => conversations.rename(userId, thread, 'taken')],
    ['archive', (userId) => conversations.archive(userId, thread)],
    ['restore', (userId) => conversations.restore(userId, thread)],
    ['remove', (userId) => conversations.remove(userId, thread)],
    ['append', (userId) => conversations.append(userId, thread, [says('taken')])],
    ['thread', (userId) => conversations.thread(userId, thread)],
    ['rate', (userId) => conversations.rate(userId, message, -1)],
  ];

  it.each(everything)('to %s', async (_, work) => {
    const before = [await conversations.get(ada, thread), await conversations.thread(ada, thread)];
    await expect(work(bob)).rejects.toThrow(NotFoundError);
    await expect(work(NOBODY)).rejects.toThrow(NotFoundError);
    await expect(work('bob')).rejects.toThrow(MalformedUserIdError);
    expect([await conversations.get(ada, thread), await conversations.thread(ada, thread)]).toEqual(before);
  });

  it('even where a WHERE is forgotten', async () => {
    await context.asUser(bob, async (manager) => {
      expect(await manager.find(Conversation)).toEqual([]);
      expect(await manager.find(Message)).toEqual([]);
      expect(await manager.update(Message, { id: message }, { feedbackScore: -1 })).toMatchObject({ affected: 0 });
    });
  });

  it('nor one whose id is unknown or none', async () => {
    await expect(conversations.get(ada, NOBODY)).rejects.toThrow(NotFoundError);
    await expect(conversations.append(ada, NOBODY, [says('Hello')])).rejects.toThrow(NotFoundError);
    await expect(conversations.thread(ada, "' OR true")).rejects.toThrow(InvalidInputError);
    await expect(conversations.append(ada, 'thread', [says('Hello')])).rejects.toThrow(InvalidInputError);
  });
});
