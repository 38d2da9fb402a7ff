import { UsageService } from '../../../src/modules/conversations/usage.service';
import { InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { type Application, startApplication } from './application';

const NOTHING = { messages: 0, inputTokens: 0, outputTokens: 0, costUsd: '0.000000' };

let app: Application;
let usage: UsageService;
let ada: string;
let bob: string;

beforeAll(async () => {
  app = await startApplication();
  usage = app.get(UsageService);
});

afterAll(() => app.close());

beforeEach(async () => {
  [ada, bob] = await app.newPeople('ada', 'bob');
});

async function conversationOf(userId: string, ...costs: string[]): Promise<string> {
  const { id } = await app.conversations.create(userId);
  const answers = costs.map((costUsd) => ({
    role: 'assistant' as const,
    content: '…',
    inputTokens: 10,
    outputTokens: 2,
    costUsd,
  }));
  await app.conversations.append(userId, id, [{ role: 'user', content: 'What helps?' }, ...answers]);
  return id;
}

it('of a conversation sums tokens and costs, to the last digit', async () => {
  const id = await conversationOf(ada, '0.000001', '999999.999999', '0.1');
  await conversationOf(ada, '5');
  expect(await usage.ofConversation(ada, id)).toEqual({
    messages: 4,
    inputTokens: 30,
    outputTokens: 6,
    costUsd: '1000000.100000',
  });
});

it('of a conversation without messages is nothing, and of one that is not there or somebody else’s is refused', async () => {
  const { id } = await app.conversations.create(ada);
  expect(await usage.ofConversation(ada, id)).toEqual(NOTHING);
  const foreign = await conversationOf(ada, '1');
  await expect(usage.ofConversation(bob, foreign)).rejects.toThrow(NotFoundError);
  await expect(usage.ofConversation(ada, ada)).rejects.toThrow(NotFoundError);
  await expect(usage.ofConversation(ada, 'fractions')).rejects.toThrow(InvalidInputError);
});

it('of a period counts what was said from its beginning on and before its end, in all of the person’s conversations', async () => {
  const id = await conversationOf(ada);
  await conversationOf(bob, '100');
  const [from, to] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')];
  await app.dataSource.query(
    `INSERT INTO messages (conversation_id, user_id, role, content, cost_usd, created_at)
     SELECT $1, $2, 'assistant', '…', 1, at
     FROM unnest($3::timestamptz[]) AS at`,
    [id, ada, [new Date(from.getTime() - 1), from, new Date(to.getTime() - 1), to]],
  );
  await app.dataSource.query(`UPDATE conversations SET status = 'archived' WHERE id = $1`, [id]);
  expect(await usage.ofPeriod(ada, { from, to })).toEqual({ ...NOTHING, messages: 2, costUsd: '2.000000' });
  expect(await usage.ofPeriod(ada, { from: to, to })).toEqual(NOTHING);
});

it.each([
  ['that ends before it begins', new Date('2026-02-01'), new Date('2026-01-01')],
  ['without a beginning', new Date(NaN), new Date('2026-01-01')],
  ['without an end', new Date('2026-01-01'), new Date(NaN)],
])('of a period %s is refused', async (_, from, to) => {
  await expect(usage.ofPeriod(ada, { from, to })).rejects.toThrow(InvalidInputError);
});
