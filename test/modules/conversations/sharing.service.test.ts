import { UserContext } from '../../../src/database/user-context';
import { Conversation } from '../../../src/entities';
import { SharingService, UnknownShareTokenError } from '../../../src/modules/conversations/sharing.service';
import { InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { MalformedCursorError } from '../../../src/http/pagination/cursor';
import { describeOnServer } from '../../databases';
import { type Application, startApplication } from './application';

let app: Application;
let sharing: SharingService;
let ada: string;
let bob: string;
let thread: string;

beforeAll(async () => {
  app = await startApplication();
  sharing = app.get(SharingService);
});

afterAll(() => app.close());

beforeEach(async () => {
  [ada, bob] = await app.newPeople('ada', 'bob');
  thread = (await app.conversations.create(ada, 'Fractions')).id;
  await app.conversations.append(ada, thread, [
    { role: 'system', content: 'You are a coach.' },
    { role: 'user', content: 'What helps?' },
    { role: 'assistant', content: 'Pizza.', toolCalls: [{ name: 'search' }], inputTokens: 3, costUsd: '0.1' },
  ]);
});

async function said(token: string): Promise<string[]> {
  const { messages } = await sharing.open(token);
  return messages.items.map(({ content }) => content);
}

it('opens to whoever knows the link, but what concerns the owner alone', async () => {
  const { title, messages } = await sharing.open(await sharing.share(ada, thread));
  expect(title).toBe('Fractions');
  expect(messages.items).toMatchObject([
    { role: 'user', content: 'What helps?' },
    { role: 'assistant', content: 'Pizza.' },
  ]);
  for (const message of messages.items) {
    expect(Object.keys(message).sort()).toEqual(['citations', 'content', 'createdAt', 'id', 'role']);
  }
});

it('is read page by page', async () => {
  const token = await sharing.share(ada, thread);
  const first = await sharing.open(token, { limit: 1 });
  const second = await sharing.open(token, { limit: 1, after: first.messages.next! });
  expect([first, second].map(({ messages }) => messages.items[0].content)).toEqual(['What helps?', 'Pizza.']);
  expect(second.messages.next).toBeNull();
  await expect(sharing.open(token, { after: 'tomorrow' })).rejects.toThrow(MalformedCursorError);
});

it('has a link of 256 random bits, the same until it is revoked', async () => {
  const token = await sharing.share(ada, thread);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await sharing.share(ada, thread)).toBe(token);
  const [other] = await app.say(ada, 'Hello');
  expect(await sharing.share(ada, other.conversationId)).not.toBe(token);
});

it('is closed by revoking for good: the next link is another one', async () => {
  const token = await sharing.share(ada, thread);
  await sharing.revoke(ada, thread);
  await sharing.revoke(ada, thread);
  await expect(sharing.open(token)).rejects.toThrow(UnknownShareTokenError);
  const next = await sharing.share(ada, thread);
  expect(await said(next)).toEqual(['What helps?', 'Pizza.']);
  await expect(sharing.open(token)).rejects.toThrow(UnknownShareTokenError);
});

it('says the same of a link that is revoked, unknown, cut off or none', async () => {
  const token = await sharing.share(ada, thread);
  await sharing.revoke(ada, thread);
  const wrong = [token, 'A'.repeat(43), token.slice(1), '', "' OR true --", undefined, null, [token], { $ne: '' }];
  const answers = await Promise.all(
    wrong.map((text) =>
      sharing
        .open(text as string)
        .catch(({ name, message, status }: UnknownShareTokenError) => ({ name, message, status })),
    ),
  );
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ name: 'UnknownShareTokenError', status: 404 });
});

it('is the owner’s to share and to revoke', async () => {
  const token = await sharing.share(ada, thread);
  await expect(sharing.share(bob, thread)).rejects.toThrow(NotFoundError);
  await expect(sharing.revoke(bob, thread)).rejects.toThrow(NotFoundError);
  await expect(sharing.share(ada, 'fractions')).rejects.toThrow(InvalidInputError);
  await expect(sharing.revoke(ada, 'fractions')).rejects.toThrow(InvalidInputError);
  expect(await said(token)).toHaveLength(2);
});

it('does not open to a person who is signed in and has no link', async () => {
  await sharing.share(ada, thread);
  expect(await app.get(UserContext).asUser(bob, (manager) => manager.find(Conversation))).toEqual([]);
});

describeOnServer('many at once', () => {
  it('sharing one conversation get one link', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => sharing.share(ada, thread)));
    expect(new Set(tokens).size).toBe(1);
    expect(await said(tokens[0])).toHaveLength(2);
  });
});
