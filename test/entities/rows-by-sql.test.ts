import type { DataSource, ObjectLiteral } from 'typeorm';
import {
  Author,
  Conversation,
  EngagementMessage,
  IntentExecution,
  Message,
  Post,
  Reply,
  ScheduledIntent,
  Task,
  User,
  UserEngagementState,
} from '../../src/entities';
import { rowsOf } from '../../src/database/rows';
import { migratedDatabase, type TestDatabase } from '../databases';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await migratedDatabase();
  dataSource = await database.dataSource();
  // Each column once with a value.
  await dataSource.query(`
    WITH ada AS (
      INSERT INTO users (email, password_hash) VALUES ('ada@example.org', '$2b$12$abcdefghijklmnopqrstuv') RETURNING id
    ), talk AS (
      INSERT INTO conversations (user_id, title) SELECT id, 'Fractions' FROM ada RETURNING id, user_id
    ), task AS (
      INSERT INTO tasks (user_id, title, description) SELECT id, 'Water the plants', 'All' FROM ada
    ), intent AS (
      INSERT INTO scheduled_intents (user_id, intent_name, trigger_type, trigger_schedule, action_type, next_check, max_executions)
      SELECT id, 'Briefing', 'interval', '{ "everyHours": 24 }', 'briefing', now(), 7 FROM ada RETURNING id, user_id
    ), execution AS (
      INSERT INTO intent_executions (intent_id, user_id, trigger_type, status, gate_result, evaluation_ms)
      SELECT id, user_id, 'interval', 'success', '{ "passed": true }', 12 FROM intent
    ), author AS (
      INSERT INTO authors (platform, platform_id, handle, display_name) VALUES ('REDDIT', 'a', 'ada', 'Ada') RETURNING id
    ), post AS (
      INSERT INTO posts (platform, platform_post_id, author_id, content, keyword_matches, raw_metrics)
      SELECT 'REDDIT', 'p', id, 'Hello', '{a,"b c"}', '{ "likes": 3 }' FROM author
    )
    INSERT INTO messages (conversation_id, user_id, role, content, citations, domains, feedback_score, cost_usd)
    SELECT id, user_id, 'assistant', 'Hello', '[{ "url": "https://example.org" }]', '{math}', -1, 0.000012 FROM talk`);
});
afterAll(() => database.close());

it.each<[new () => ObjectLiteral]>([
  [Author],
  [Conversation],
  [IntentExecution],
  [Message],
  [Post],
  [ScheduledIntent],
  [Task],
  [User],
])('gives %p as TypeORM does', async (entity) => {
  const rows = await rowsOf(dataSource.manager, entity, 'WHERE id IS DISTINCT FROM $1', [null]);
  expect(rows).toHaveLength(1);
  expect(rows).toStrictEqual(await dataSource.manager.find(entity));
});

it('keeps to itself what TypeORM does not select', async () => {
  const [ada] = await rowsOf(dataSource.manager, User, '', []);
  expect(ada).not.toHaveProperty('passwordHash');
});

it('gives entities that can be saved', async () => {
  const [task] = await rowsOf(dataSource.manager, Task, 'WHERE title = $1', ['Water the plants']);
  await dataSource.manager.save(Object.assign(task, { completed: true }));
  expect(await dataSource.manager.countBy(Task, { completed: true })).toBe(1);
});

it('reads no entity whose columns have transformers', () => {
  for (const entity of [
    Author,
    Conversation,
    EngagementMessage,
    IntentExecution,
    Message,
    Post,
    Reply,
    ScheduledIntent,
    Task,
    UserEngagementState,
  ])
    expect(dataSource.getMetadata(entity).columns.filter(({ transformer }) => transformer)).toEqual([]);
});
