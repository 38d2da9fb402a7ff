import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { EngagementModule } from '../../../src/modules/engagement/engagement.module';
import { EngagementService, IllegalTransitionError } from '../../../src/modules/engagement/engagement.service';
import { LEASE_MS, MessageQueueService, type NewMessage } from '../../../src/modules/engagement/message-queue.service';
import { OnboardingService } from '../../../src/modules/engagement/onboarding.service';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../../databases';
import { insert } from '../../entities/rows';
import { moduleOn } from '../../module-on';

const NOW = new Date('2026-03-01T12:00:00Z');
const CAUSE = { trigger: 'test' };

describeOnServer('engagement, of many at once', () => {
  let database: TestDatabase;
  let client: Client;
  let app: TestingModule;
  let engagement: EngagementService;
  let queue: MessageQueueService;
  let ada: string;

  beforeAll(async () => {
    database = await migratedDatabase();
    client = await database.connect();
    app = await moduleOn(database, EngagementModule);
    engagement = app.get(EngagementService);
    queue = app.get(MessageQueueService);
  });

  beforeEach(async () => {
    await client.query('DELETE FROM users');
    ada = (await insert(client, 'users')).id as string;
  });

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  function together<T>(count: number, work: (index: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> {
    return Promise.allSettled(Array.from({ length: count }, (_, index) => work(index)));
  }

  async function count(table: string): Promise<number> {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::integer FROM ${client.escapeIdentifier(table)}`,
    );
    return rows[0].count;
  }

  function review(idempotencyKey: string): NewMessage {
    return {
      userId: ada,
      messageType: 'weekly_review',
      messageKey: 'review.short',
      scheduledFor: NOW,
      idempotencyKey,
    };
  }

  it('lets one of 20 transitions win, and tells the others why they lost', async () => {
    await engagement.transition(ada, 'active', CAUSE);
    const outcomes = await together(20, () => engagement.transition(ada, 'goodbye_sent', CAUSE));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
    expect(refused).toHaveLength(19);
    for (const error of refused) {
      expect(error).toBeInstanceOf(IllegalTransitionError);
      expect(error).toMatchObject({ from: 'goodbye_sent', to: 'goodbye_sent' });
    }
    expect(await count('engagement_state_transitions')).toBe(2);
    expect(await count('engagement_message_queue')).toBe(1);
  });

  it('begins a history once, whoever comes first', async () => {
    const outcomes = await together(20, () => engagement.recordActivity(ada));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(await count('engagement_state_transitions')).toBe(1);
  });

  it('moves each person once, however many tick', async () => {
    await client.query(`INSERT INTO users (email, sso_provider, sso_id)
      SELECT n || '@example.org', 'google', n FROM generate_series(1, 3000) n`);
    await client.query(
      `INSERT INTO user_engagement_states (user_id, state, remind_at) SELECT id, 'remind_later', $1 FROM users`,
      [NOW],
    );
    const outcomes = await together(5, () => engagement.tick(NOW));
    const moved = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.reminded : NaN));
    expect(moved.reduce((sum, reminded) => sum + reminded)).toBe(3001);
    expect(await count('engagement_state_transitions')).toBe(3001);
    expect(await count('engagement_message_queue')).toBe(3001);
  });

  it('queues one message of 50 with the same key', async () => {
    const outcomes = await together(50, () => queue.enqueue(review('once')));
    const ids = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value!.id : undefined));
    expect(new Set(ids).size).toBe(1);
    expect(await count('engagement_message_queue')).toBe(1);
  });

  it('leaves nothing pending for who opts out while messages are queued', async () => {
    await insert(client, 'user_profiles', { user_id: ada });
    await together<unknown>(50, (index) =>
      index === 25 ? queue.setOptOut(ada, true) : queue.enqueue(review(`${index}`)),
    );
    expect(await queue.claim(50, NOW)).toEqual([]);
    const { rows } = await client.query(`SELECT 1 FROM engagement_message_queue WHERE status = 'pending'`);
    expect(rows).toEqual([]);
  });

  it('unlocks each tier once, whoever records the steps', async () => {
    const onboarding = app.get(OnboardingService);
    const outcomes = await together(20, (index) =>
      onboarding.recordStep(ada, index % 2 === 0 ? 'first_question' : 'first_task'),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    const { rows } = await client.query('SELECT onboarding_tier FROM user_profiles');
    expect(rows).toEqual([{ onboarding_tier: 2 }]);
    expect(await count('engagement_message_queue')).toBe(2);
  });

  describe('workers of the queue', () => {
    const children: ChildProcess[] = [];

    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
    });

    function start(now: Date, ...hold: string[]): { child: ChildProcess; ended: Promise<string[]> } {
      const argv = ['-r', './typescript.js', join(__dirname, 'queue-worker.ts'), database.url, now.toISOString()];
      const child = spawn(process.execPath, [...argv, ...hold], { stdio: ['pipe', 'pipe', 'inherit'] });
      children.push(child);
      let output = '';
      child.stdout.on('data', (chunk) => (output += String(chunk)));
      return { child, ended: once(child, 'close').then(() => output.split('\n').filter(Boolean)) };
    }

    it('get each message once, and those of a worker that was killed when its lease is over', async () => {
      await client.query(
        `INSERT INTO engagement_message_queue (user_id, message_type, message_key, scheduled_for, idempotency_key)
         SELECT $1, 'weekly_review', 'review.short', $2, n FROM generate_series(1, 500) n`,
        [ada, NOW],
      );
      const doomed = start(NOW, 'hold');
      await Promise.race([once(doomed.child.stdout!, 'data'), doomed.ended]);
      const workers = [start(NOW), start(NOW), start(NOW)];
      doomed.child.kill('SIGKILL');
      const held = await doomed.ended;
      const sent = (await Promise.all(workers.map(({ ended }) => ended))).flat();
      expect(held).toHaveLength(10);
      expect(sent).toHaveLength(490);
      expect(new Set([...sent, ...held]).size).toBe(500);

      expect((await start(new Date(NOW.getTime() + LEASE_MS)).ended).sort()).toEqual(held.sort());
      const { rows } = await client.query(
        'SELECT status, retry_count, count(*)::integer FROM engagement_message_queue GROUP BY 1, 2 ORDER BY 2',
      );
      expect(rows).toEqual([
        { status: 'sent', retry_count: 0, count: 490 },
        { status: 'sent', retry_count: 1, count: 10 },
      ]);
    });
  });
});
