import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { EngagementModule } from '../../../src/modules/engagement/engagement.module';
import { EngagementService } from '../../../src/modules/engagement/engagement.service';
import { MessageQueueService } from '../../../src/modules/engagement/message-queue.service';
import { describeOnServer, type TestDatabase } from '../../databases';
import { databaseWith, REFERENCE_DATE } from '../million';
import { plansOf, type StatementPlan } from '../plans';
import { moduleOn } from '../module-on';

const SOMEBODY = '00000000-0000-4000-8000-000000000000';
const MESSAGE = {
  userId: SOMEBODY,
  messageType: 'weekly_review',
  messageKey: 'review',
  idempotencyKey: 'key',
} as const;

/** The rows of a person's table, each so many times: a million of the engine's own would take minutes. Copies are of other people. */
async function multiply(
  client: Client,
  table: string,
  times: number,
  also: Record<string, string> = {},
): Promise<void> {
  const changes = { id: 'gen_random_uuid()', user_id: `md5(rows.user_id || ':' || copy)::uuid`, ...also };
  const { fields } = await client.query(`SELECT * FROM ${table} LIMIT 0`);
  const values = fields.map(({ name }) => (changes as Record<string, string>)[name] ?? `rows.${name}`);
  await client.query(
    `INSERT INTO ${table} SELECT ${values.join(', ')} FROM ${table} AS rows, generate_series(2, ${times}) AS copy`,
  );
  await client.query(`VACUUM ANALYZE ${table}`);
}

describeOnServer('at a million messages and half a million people', () => {
  let database: TestDatabase;
  let app: TestingModule;

  beforeAll(async () => {
    database = await databaseWith({
      user_engagement_states: 10_000,
      engagement_message_queue: 10_000,
      user_profiles: 10_000,
    });
    const client = await database.connect();
    // Neither foreign keys nor row-level security.
    await client.query('SET session_replication_role = replica');
    await multiply(client, 'user_engagement_states', 50);
    await multiply(client, 'user_profiles', 50);
    await multiply(client, 'engagement_message_queue', 100, { idempotency_key: `rows.idempotency_key || ':' || copy` });
    app = await moduleOn(database, EngagementModule);
  }, 300_000);

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  async function plans(work: () => Promise<unknown>): Promise<StatementPlan[]> {
    return plansOf(await database.dataSource(), work);
  }

  it('finds those whose time has come by their indexes', async () => {
    // The rows are of a time when nothing was due yet.
    const [expired, reminded, optedOut, inactive] = await plans(() => app.get(EngagementService).tick(REFERENCE_DATE));
    expect(expired.indexes).toContain('idx_user_engagement_states_goodbye_expires_at');
    expect(reminded.indexes).toContain('idx_user_engagement_states_remind_at');
    expect(optedOut.indexes).toContain('idx_user_engagement_states_remind_at');
    expect(inactive.indexes).toContain('idx_user_engagement_states_inactive');
    for (const plan of [expired, reminded, optedOut, inactive]) expect(plan.sequential).toEqual([]);
  });

  it('claims by the index of what is pending', async () => {
    const [plan] = await plans(() => app.get(MessageQueueService).claim(100, REFERENCE_DATE));
    expect(plan.indexes).toContain('idx_engagement_message_queue_scheduled_for');
    expect(plan.sequential).toEqual([]);
  });

  it.each([
    ['an activity', () => app.get(EngagementService).recordActivity(SOMEBODY)],
    ['a message', () => app.get(MessageQueueService).enqueue(MESSAGE)],
    ['a cancellation', () => app.get(MessageQueueService).cancelAll(SOMEBODY)],
    ['an opting out', () => app.get(MessageQueueService).setOptOut(SOMEBODY, true)],
  ])('looks %s up by an index', async (_, work) => {
    const found = await plans(() => work().catch(() => undefined));
    expect(found.length).toBeGreaterThan(0);
    for (const plan of found) expect(plan.sequential).toEqual([]);
  });
});
