import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import type { EngagementMessage } from '../../../src/entities';
import { EngagementModule } from '../../../src/modules/engagement/engagement.module';
import {
  IdempotencyKeyReusedError,
  LEASE_MS,
  MessageQueueService,
  type NewMessage,
  SEND_ATTEMPTS,
} from '../../../src/modules/engagement/message-queue.service';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { migratedDatabase, type TestDatabase } from '../../databases';
import { fresh, insert, type Row } from '../../entities/rows';
import { moduleOn } from '../../module-on';

const MINUTE = 60_000;
const NOW = new Date('2026-03-01T12:00:00Z');
const NOBODY = '00000000-0000-4000-8000-000000000000';

let database: TestDatabase;
let client: Client;
let app: TestingModule;
let queue: MessageQueueService;
let ada: string;
let bob: string;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
  app = await moduleOn(database, EngagementModule);
  queue = app.get(MessageQueueService);
});

beforeEach(async () => {
  await client.query('DELETE FROM users');
  ada = (await insert(client, 'users')).id as string;
  bob = (await insert(client, 'users')).id as string;
});

afterAll(async () => {
  await app.close();
  await database.close();
});

function review(userId: string, columns: Partial<NewMessage> = {}): NewMessage {
  return {
    userId,
    messageType: 'weekly_review',
    messageKey: 'review.short',
    scheduledFor: NOW,
    idempotencyKey: fresh('key'),
    ...columns,
  };
}

/** One that is pending. */
async function enqueued(userId: string, columns: Partial<NewMessage> = {}): Promise<EngagementMessage> {
  return (await queue.enqueue(review(userId, columns)))!;
}

async function stored(id: string): Promise<Row> {
  return (await client.query<Row>('SELECT * FROM engagement_message_queue WHERE id = $1', [id])).rows[0];
}

/** A time after NOW. */
function later(milliseconds: number): Date {
  return new Date(NOW.getTime() + milliseconds);
}

describe('enqueue', () => {
  it('queues a message', async () => {
    const message = review(ada, { messageParams: { name: 'Ada ✓' }, destination: 'group', destinationJid: '1-2@g.us' });
    expect(await queue.enqueue(message)).toMatchObject({ ...message, status: 'pending', retryCount: 0, sentAt: null });
  });

  it('returns the message of that key where there is one, unchanged', async () => {
    const first = await enqueued(ada, { idempotencyKey: 'once' });
    const again = await queue.enqueue(review(ada, { idempotencyKey: 'once', messageKey: 'review.long' }));
    expect(again).toEqual(first);
  });

  it('refuses a key that stands for a message to somebody else', async () => {
    await enqueued(ada, { idempotencyKey: 'once' });
    await expect(enqueued(bob, { idempotencyKey: 'once' })).rejects.toThrow(IdempotencyKeyReusedError);
  });

  it('takes the destination that the person prefers, and the person alone where they have not said', async () => {
    await insert(client, 'user_profiles', { user_id: ada, preferred_destination: 'group' });
    expect(await enqueued(ada)).toMatchObject({ destination: 'group' });
    expect(await enqueued(bob)).toMatchObject({ destination: 'individual' });
  });

  it('refuses what is none', async () => {
    await expect(enqueued(NOBODY)).rejects.toThrow(ConflictError);
    await expect(enqueued('ada')).rejects.toThrow(InvalidInputError);
    await expect(enqueued(ada, { messageType: 'spam' as 'goodbye' })).rejects.toThrow(InvalidInputError);
  });

  it('is undone with the transaction that it is part of', async () => {
    const source = await database.dataSource();
    const failing = source.transaction(async (manager) => {
      await queue.enqueue(review(ada), manager);
      throw new Error('after all not');
    });
    await expect(failing).rejects.toThrow('after all not');
    expect(await queue.claim(1, NOW)).toEqual([]);
  });
});

describe('claim', () => {
  it('takes what is due, those due longest first, and no more than asked', async () => {
    const messages = [];
    for (const delay of [0, -2, -1, 1]) messages.push(await enqueued(ada, { scheduledFor: later(delay * MINUTE) }));
    const first = await queue.claim(2, NOW);
    expect(first.map(({ id }) => id).sort()).toEqual([messages[1].id, messages[2].id].sort());
    expect(await queue.claim(2, NOW)).toMatchObject([{ id: messages[0].id }]);
    expect(await queue.claim(2, NOW)).toEqual([]);
  });

  it('gives a message whose worker does not report back to another one when the lease is over', async () => {
    const { id } = await enqueued(ada);
    const [claimed] = await queue.claim(1, NOW);
    expect(claimed).toMatchObject({ id, scheduledFor: later(LEASE_MS), retryCount: 1 });
    expect(await queue.claim(1, later(LEASE_MS - 1))).toEqual([]);
    expect(await queue.claim(1, later(LEASE_MS))).toMatchObject([{ id, retryCount: 2 }]);
  });

  it('gives up a message that all its workers have died of', async () => {
    const { id } = await enqueued(ada);
    for (let attempt = 0; attempt < SEND_ATTEMPTS; attempt++)
      expect(await queue.claim(1, later(attempt * LEASE_MS))).toHaveLength(1);
    expect(await queue.claim(1, later(SEND_ATTEMPTS * LEASE_MS))).toEqual([]);
    expect(await stored(id)).toMatchObject({
      status: 'failed',
      retry_count: SEND_ATTEMPTS,
      error_message: 'The worker did not report back.',
    });
  });

  it('cancels what is due for those who opted out by their profile, and goes on to the next', async () => {
    const { id } = await enqueued(ada, { scheduledFor: later(-1) });
    const next = await enqueued(bob);
    await insert(client, 'user_profiles', { user_id: ada, reengagement_opt_out: true });
    expect(await queue.claim(1, NOW)).toMatchObject([{ id: next.id }]);
    expect(await stored(id)).toMatchObject({ status: 'cancelled', retry_count: 0 });
  });
});

describe('a claimed message', () => {
  it('is sent once', async () => {
    await enqueued(ada);
    const [claimed] = await queue.claim(1, NOW);
    await queue.markSent(claimed, later(1));
    await queue.markSent(claimed, later(2));
    expect(await stored(claimed.id)).toMatchObject({ status: 'sent', sent_at: later(1), retry_count: 0 });
    expect(await queue.claim(1, later(LEASE_MS))).toEqual([]);
  });

  it('that fails is tried again, later and later, until it has failed for good', async () => {
    const { id } = await enqueued(ada);
    let now = NOW;
    const waits = [];
    for (let attempt = 1; attempt <= SEND_ATTEMPTS; attempt++) {
      const [claimed] = await queue.claim(1, now);
      await queue.markFailed(claimed, `failure ${attempt}`, now);
      const { scheduled_for, status, error_message, retry_count } = await stored(id);
      expect({ status, error_message, retry_count }).toEqual({
        status: attempt < SEND_ATTEMPTS ? 'pending' : 'failed',
        error_message: `failure ${attempt}`,
        retry_count: attempt,
      });
      waits.push(((scheduled_for as Date).getTime() - now.getTime()) / MINUTE);
      now = scheduled_for as Date;
    }
    expect(waits.slice(0, -1)).toEqual([1, 2, 4, 8]);
    expect(await queue.claim(1, later(1000 * MINUTE))).toEqual([]);
  });

  it('never waits longer than six hours', async () => {
    const { id } = await enqueued(ada);
    const [claimed] = await queue.claim(1, NOW);
    await queue.markFailed({ ...claimed, retryCount: 4 }, 'busy', NOW);
    expect(await stored(id)).toMatchObject({ scheduled_for: later(8 * MINUTE) });
    await client.query('UPDATE engagement_message_queue SET scheduled_for = $1', [claimed.scheduledFor]);
    await queue.markFailed({ ...claimed, retryCount: 30 }, 'busy', NOW);
    expect(await stored(id)).toMatchObject({ scheduled_for: later(360 * MINUTE), status: 'failed' });
  });

  it('is not failed by a worker whose lease is over', async () => {
    const { id } = await enqueued(ada);
    const [late] = await queue.claim(1, NOW);
    await queue.claim(1, later(LEASE_MS));
    await queue.markFailed(late, 'too late', later(LEASE_MS));
    expect(await stored(id)).toMatchObject({ error_message: null, scheduled_for: later(2 * LEASE_MS) });
  });

  it('counts as sent even where it was cancelled meanwhile: that is what happened', async () => {
    await enqueued(ada);
    const [claimed] = await queue.claim(1, NOW);
    await queue.setOptOut(ada, true);
    expect(await stored(claimed.id)).toMatchObject({ status: 'cancelled' });
    await queue.markFailed(claimed, 'no', NOW);
    expect(await stored(claimed.id)).toMatchObject({ status: 'cancelled' });
    await queue.markSent(claimed, NOW);
    expect(await stored(claimed.id)).toMatchObject({ status: 'sent' });
  });

  it('has to be there', async () => {
    await expect(queue.markSent({ id: NOBODY })).rejects.toThrow(NotFoundError);
    await expect(queue.markSent({ id: 'x' })).rejects.toThrow(InvalidInputError);
  });
});

describe('cancelling', () => {
  it('takes what is pending alone', async () => {
    const { id } = await enqueued(ada);
    await queue.markSent({ id }, NOW);
    expect(await queue.cancel(id)).toBe(false);
    const pending = await enqueued(ada);
    expect(await queue.cancel(pending.id)).toBe(true);
    expect(await queue.cancel(pending.id)).toBe(false);
    expect(await queue.claim(9, NOW)).toEqual([]);
  });

  it('takes all of one person', async () => {
    await enqueued(ada);
    await enqueued(ada);
    const { id } = await enqueued(bob);
    expect(await queue.cancelAll(ada)).toBe(2);
    expect(await queue.claim(9, NOW)).toMatchObject([{ id }]);
  });
});

describe('opting out', () => {
  it('cancels what is pending, and refuses what comes', async () => {
    const { id } = await enqueued(ada);
    await queue.setOptOut(ada, true);
    expect(await stored(id)).toMatchObject({ status: 'cancelled' });
    expect(await queue.enqueue(review(ada))).toBeNull();
    expect(await queue.enqueue(review(bob))).not.toBeNull();
  });

  it('can be taken back', async () => {
    await queue.setOptOut(ada, true);
    await queue.setOptOut(ada, false);
    expect(await queue.enqueue(review(ada))).not.toBeNull();
  });

  it('is refused to nobody', async () => {
    await expect(queue.setOptOut(NOBODY, true)).rejects.toThrow(ConflictError);
  });
});
