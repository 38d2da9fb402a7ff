import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { EngagementModule } from '../../../src/modules/engagement/engagement.module';
import { EngagementService, INACTIVE_AFTER_DAYS } from '../../../src/modules/engagement/engagement.service';
import { MessageQueueService } from '../../../src/modules/engagement/message-queue.service';
import { describeOnServer, type TestDatabase } from '../../databases';
import { databaseWith, multiply, REFERENCE_DATE } from '../million';
import { plansOf, type StatementPlan } from '../plans';
import { moduleOn } from '../../module-on';

const HOUR = 3_600_000;
const SOMEBODY = '00000000-0000-4000-8000-000000000000';
const MESSAGE = {
  userId: SOMEBODY,
  messageType: 'weekly_review',
  messageKey: 'review',
  idempotencyKey: 'key',
} as const;

/** Copies are of other people. */
const OTHERS = { user_id: `md5(rows.user_id || ':' || copy)::uuid` };

describeOnServer('at a million messages and a million people, of whom half have opted out', () => {
  let database: TestDatabase;
  let client: Client;
  let app: TestingModule;

  beforeAll(async () => {
    database = await databaseWith({
      user_engagement_states: 10_000,
      engagement_message_queue: 10_000,
      user_profiles: 10_000,
    });
    client = await database.connect();
    await multiply(client, 'user_engagement_states', 100, OTHERS);
    await multiply(client, 'user_profiles', 100, { ...OTHERS, reengagement_opt_out: 'copy % 2 = 0' });
    await multiply(client, 'engagement_message_queue', 100, {
      ...OTHERS,
      idempotency_key: `rows.idempotency_key || ':' || copy`,
    });
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
    const [expired, reminded, inactive] = await plans(() => app.get(EngagementService).tick(REFERENCE_DATE));
    expect(expired.indexes).toContain('idx_user_engagement_states_goodbye_expires_at');
    expect(reminded.indexes).toContain('idx_user_engagement_states_remind_at');
    expect(inactive.indexes).toContain('idx_user_engagement_states_inactive');
    for (const plan of [expired, reminded, inactive]) expect(plan.sequential).toEqual([]);
  });

  it('leaves nobody where the next tick looks, whether they have opted out or not', async () => {
    // Whom they refer to is not there: in this database foreign keys have not been looked at.
    for (const table of ['engagement_state_transitions', 'engagement_message_queue'])
      await client.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
    const now = new Date(REFERENCE_DATE.getTime() + HOUR);
    const { reminded, inactive } = await app.get(EngagementService).tick(now);
    expect(inactive).toBeGreaterThan(0);
    const { rows } = await client.query<{ told: number; left: number }>(
      `SELECT
         (SELECT count(*)::integer FROM engagement_message_queue WHERE idempotency_key LIKE 'transition:%' AND scheduled_for = $1) AS told,
         (SELECT count(*)::integer FROM user_engagement_states WHERE goodbye_expires_at <= $1 OR remind_at <= $1
           OR state = 'active' AND last_activity_at <= $1::timestamptz - interval '${INACTIVE_AFTER_DAYS} days') AS left`,
      [now],
    );
    expect(rows[0].left).toBe(0);
    expect(rows[0].told / (reminded + inactive)).toBeCloseTo(0.5, 1);
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
