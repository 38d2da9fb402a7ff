import type { Client } from 'pg';
import { type DataSource, QueryFailedError } from 'typeorm';
import { ConflictError, DomainError } from '../../src/http/errors/domain-errors';
import {
  declaredConstraints,
  declareViolations,
  domainErrorOf,
  means,
  throwDomainError,
} from '../../src/http/errors/violations';
// With it all domains have declared theirs.
import '../../src/modules/application.module';
import { migratedDatabase, type TestDatabase } from '../databases';
import { insert, type Row } from '../entities/rows';

/** Its id is unique of itself: it is there to be the target of the messages' foreign key, and no caller meets it. */
const NEVER_MET = ['uq_conversations_id_user_id'];

let database: TestDatabase;
let client: Client;
let dataSource: DataSource;

beforeAll(async () => {
  database = await migratedDatabase();
  dataSource = await database.dataSource();
  const connection = dataSource.createQueryRunner();
  // One session for both: the embedded database has no other.
  client = (await connection.connect()) as Client;
});
afterAll(() => database.close());
beforeEach(() => client.query('BEGIN'));
afterEach(() => client.query('ROLLBACK'));

/** What the domain says of a statement that PostgreSQL refuses. */
async function refusal(work: () => Promise<unknown>): Promise<unknown> {
  const error = await work().catch((reason: Error) => domainErrorOf(new QueryFailedError('SQL', [], reason)));
  expect(error).toBeInstanceOf(DomainError);
  return error;
}

describe('unique constraints', () => {
  it('each means a named error, which its domain declares in its violations.ts', async () => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT indexrelid::regclass::text AS name FROM pg_index
       JOIN pg_class ON pg_class.oid = indrelid AND relnamespace = 'public'::regnamespace
       WHERE indisunique AND NOT indisprimary`,
    );
    const declared = declaredConstraints();
    expect(rows.map(({ name }) => name).filter((name) => !declared.includes(name))).toEqual(NEVER_MET);
  });

  it.each([
    ['DuplicateEmailError', 'users', 'email', {}],
    ['DuplicateSsoIdentityError', 'users', 'sso_provider sso_id', { sso_provider: 'google', sso_id: '1' }],
    ['ProfileExistsError', 'user_profiles', 'user_id', {}],
    ['DuplicateShareTokenError', 'conversations', 'share_token', { share_token: 'token' }],
    ['EngagementStateExistsError', 'user_engagement_states', 'user_id', {}],
    ['MessageAlreadyQueuedError', 'engagement_message_queue', 'idempotency_key', {}],
    ['AuthorExistsError', 'authors', 'platform platform_id', {}],
    ['PostAlreadyIngestedError', 'posts', 'platform platform_post_id', {}],
    ['AlreadyChampionError', 'community_champions', 'author_id', {}],
    ['DuplicateCompetitorError', 'competitors', 'name', {}],
    ['MentionAlreadyRecordedError', 'competitive_mentions', 'post_id competitor_id', {}],
    ['DuplicateExperimentError', 'experiments', 'name', {}],
    ['SegmentExistsError', 'segmented_weights', 'segment_type segment_key', {}],
    ['MetricAlreadyRecordedError', 'kpi_metrics', 'date platform metric_type metric_name', { date: '2025-11-21' }],
  ])('%s: two %s of one %s', async (name, table, columns, values) => {
    const first = { ...(await insert(client, table, values)), ...values } as Row;
    const same = Object.fromEntries(columns.split(' ').map((column) => [column, first[column]]));
    expect(await refusal(() => insert(client, table, same))).toMatchObject({ name, status: 409 });
  });

  it('DecisionAlreadyRandomizedError', async () => {
    const { id } = await insert(client, 'decisions');
    await insert(client, 'randomized_experiments', { decision_id: id });
    expect(await refusal(() => insert(client, 'randomized_experiments', { decision_id: id }))).toMatchObject({
      name: 'DecisionAlreadyRandomizedError',
    });
  });
});

describe('other rules', () => {
  it.each([
    ['MissingCredentialError', 400, 'users', { password_hash: null }],
    ['TriggerIncompleteError', 400, 'scheduled_intents', { trigger_schedule: null }],
    ['MedicalClaimError', 400, 'replies', { content: 'A cure. —Antone (Vita)' }],
    ['UnsignedReplyError', 400, 'replies', { content: 'Drink more water.' }],
    ['UnapprovedReplyError', 409, 'replies', { posted_at: new Date() }],
    ['WeightsDoNotSumToOneError', 400, 'segmented_weights', { sss_weight: 1 }],
    ['ConflictError', 409, 'tasks', { user_id: '00000000-0000-4000-8000-000000000000' }],
    ['InvalidInputError', 400, 'tasks', { title: ' ' }],
    ['InvalidInputError', 400, 'tasks', { title: null }],
    ['InvalidInputError', 400, 'tasks', { title: 'a'.repeat(256) }],
    ['InvalidInputError', 400, 'tasks', { description: 'a\0b' }],
    ['InvalidInputError', 400, 'tasks', { user_id: 'none' }],
    ['InvalidInputError', 400, 'kpi_metrics', { date: '2025-02-30' }],
    ['InvalidInputError', 400, 'kpi_metrics', { date: 'today or so' }],
    ['InvalidInputError', 400, 'experiments', { results_json: '"\\u0000"' }],
    ['InvalidInputError', 400, 'authors', { follower_count: 3_000_000_000 }],
  ])('%s %s: %s %j', async (name, status, table, columns) => {
    expect(await refusal(() => insert(client, table, columns))).toMatchObject({ name, status });
  });

  it("NotConversationsOwnerError: a message in another person's conversation", async () => {
    const { id } = await insert(client, 'conversations');
    const stranger = await insert(client, 'users');
    const message = { conversation_id: id, user_id: stranger.id };
    expect(await refusal(() => insert(client, 'messages', message))).toMatchObject({
      name: 'NotConversationsOwnerError',
      status: 409,
    });
  });

  it.each([
    ['messages', "UPDATE messages SET content = 'another'"],
    ['messages', 'DELETE FROM messages'],
    ['audit_logs', 'DELETE FROM audit_logs'],
  ])('HistoryIsImmutableError: %s, %s', async (table, statement) => {
    await insert(client, table);
    expect(await refusal(() => client.query(statement))).toMatchObject({
      name: 'HistoryIsImmutableError',
      status: 409,
    });
  });
});

it('names only constraints and triggers that there are', async () => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT conname AS name FROM pg_constraint UNION SELECT tgname FROM pg_trigger
     UNION SELECT relname FROM pg_class WHERE relkind = 'i'`,
  );
  const there = new Set(rows.map(({ name }) => name));
  expect(declaredConstraints().filter((name) => !there.has(name))).toEqual([]);
});

it.each(['uq_competitors_name', 'keep_history'])('refuses that %s is declared by a second domain', (constraint) => {
  const again = { [constraint]: means(ConflictError, 'It is there.') };
  expect(() => declareViolations('shops', again)).toThrow(
    new RegExp(`^(competitors|all domains) and shops both declare the violation of ${constraint}: remove one.$`),
  );
});

it('keeps what it was caused by, and says none of it', async () => {
  await insert(client, 'users', { email: 'ada@example.org' });
  const error = (await refusal(() => insert(client, 'users', { email: 'ada@example.org' }))) as DomainError;
  expect(error.cause).toBeInstanceOf(QueryFailedError);
  expect(error.message).toBe('This email address is already registered: log in, or use another one.');
});

it('leaves other errors as they are', () => {
  const error = new Error('something else');
  expect(() => throwDomainError(error)).toThrow(error);
  const unknown = new QueryFailedError('SQL', [], Object.assign(new Error('a bug'), { code: '42703' }));
  expect(domainErrorOf(unknown)).toBe(unknown);
});
