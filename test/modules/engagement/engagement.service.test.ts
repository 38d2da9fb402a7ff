import type { TestingModule } from '@nestjs/testing';
import fc from 'fast-check';
import type { Client } from 'pg';
import type { UserEngagementState } from '../../../src/entities';
import { ENGAGEMENT_STATES, type EngagementState } from '../../../src/entities/engagement/enumerations';
import { NEXT_STATES } from '../../../src/entities/engagement/transitions';
import { EngagementModule } from '../../../src/modules/engagement/engagement.module';
import { EngagementService, IllegalTransitionError } from '../../../src/modules/engagement/engagement.service';
import { MessageQueueService } from '../../../src/modules/engagement/message-queue.service';
import { ConflictError, InvalidInputError } from '../../../src/http/errors/domain-errors';
import { migratedDatabase, type TestDatabase } from '../../databases';
import { insert, type Row } from '../../entities/rows';
import { moduleOn } from '../../module-on';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = new Date('2026-03-01T12:00:00Z');
const NOBODY = '00000000-0000-4000-8000-000000000000';
const CAUSE = { trigger: 'test' };
/** For each state a way that leads there from none. */
const WAYS: Record<EngagementState, EngagementState[]> = {
  active: ['active'],
  goodbye_sent: ['active', 'goodbye_sent'],
  help_flow: ['active', 'goodbye_sent', 'help_flow'],
  remind_later: ['active', 'goodbye_sent', 'remind_later'],
  dormant: ['active', 'goodbye_sent', 'dormant'],
};

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
  ada = await person();
});

afterAll(async () => {
  await app.close();
  await database.close();
});

async function person(): Promise<string> {
  return (await insert(client, 'users')).id as string;
}

/** A time after NOW. */
function later(milliseconds: number): Date {
  return new Date(NOW.getTime() + milliseconds);
}

function move(userId: string, to: EngagementState, now: Date = NOW): Promise<UserEngagementState> {
  return to === 'remind_later'
    ? engagement.remindLater(userId, new Date(now.getTime() + DAY), CAUSE, now)
    : engagement.transition(userId, to, CAUSE, now);
}

async function personIn(state: EngagementState | null): Promise<string> {
  const id = await person();
  for (const next of state === null ? [] : WAYS[state]) await move(id, next);
  return id;
}

/** Those of a person, the last one last: each begins where the one before ended. */
async function transitionsOf(userId: string): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    'SELECT * FROM engagement_state_transitions WHERE user_id = $1 ORDER BY created_at',
    [userId],
  );
  return rows;
}

async function messagesOf(userId: string): Promise<string[]> {
  const { rows } = await client.query<{ text: string }>(
    `SELECT concat(message_type, ' ', status) AS text FROM engagement_message_queue WHERE user_id = $1
     ORDER BY message_type`,
    [userId],
  );
  return rows.map(({ text }) => text);
}

describe('a transition', () => {
  const all = [null, ...ENGAGEMENT_STATES].flatMap((from) => ENGAGEMENT_STATES.map((to) => ({ from, to })));
  const isLegal = ({ from, to }: (typeof all)[number]): boolean =>
    from === null ? to === 'active' : NEXT_STATES[from].includes(to);

  it.each(all.filter(isLegal))('may go from $from to $to', async ({ from, to }) => {
    const id = await personIn(from);
    const before = await transitionsOf(id);
    expect(await move(id, to, later(HOUR))).toMatchObject({ userId: id, state: to });
    const added = (await transitionsOf(id)).slice(before.length);
    expect(added).toMatchObject([{ from_state: from, to_state: to, trigger: 'test', created_at: later(HOUR) }]);
  });

  it.each(all.filter((pair) => !isLegal(pair)))('may not go from $from to $to', async ({ from, to }) => {
    const id = await personIn(from);
    const before = [await engagement.find(id), await transitionsOf(id), await messagesOf(id)];
    const error = await move(id, to, later(HOUR)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(IllegalTransitionError);
    expect(error).toMatchObject({ from, to, status: 409 });
    expect((error as Error).message).toContain(`from ${from ?? 'no state'} to ${to}`);
    expect([await engagement.find(id), await transitionsOf(id), await messagesOf(id)]).toEqual(before);
  });

  it('keeps what explains it', async () => {
    await engagement.transition(ada, 'active', { trigger: 'registration', metadata: { from: 'web' } }, NOW);
    expect(await transitionsOf(ada)).toMatchObject([
      { from_state: null, to_state: 'active', trigger: 'registration', metadata: { from: 'web' } },
    ]);
  });

  it('keeps the times that the scheduler looks at, each as long as it counts', async () => {
    const none = { goodbyeSentAt: null, goodbyeExpiresAt: null, remindAt: null };
    await move(ada, 'active');
    expect(await engagement.find(ada)).toMatchObject({ ...none, lastActivityAt: NOW });
    await move(ada, 'goodbye_sent', later(HOUR));
    expect(await engagement.find(ada)).toMatchObject({
      ...none,
      lastActivityAt: NOW,
      goodbyeSentAt: later(HOUR),
      goodbyeExpiresAt: later(49 * HOUR),
    });
    await move(ada, 'remind_later', later(2 * HOUR));
    expect(await engagement.find(ada)).toMatchObject({
      ...none,
      lastActivityAt: later(2 * HOUR),
      goodbyeSentAt: later(HOUR),
      remindAt: later(26 * HOUR),
    });
    await move(ada, 'active', later(3 * HOUR));
    expect(await engagement.find(ada)).toMatchObject({ ...none, lastActivityAt: later(3 * HOUR) });
  });

  it('tells the person, and takes back what is not sent yet when they are active again', async () => {
    const id = await personIn('help_flow');
    expect(await messagesOf(id)).toEqual(['goodbye pending', 'help_flow pending']);
    await move(id, 'active');
    expect(await messagesOf(id)).toEqual(['goodbye cancelled', 'help_flow cancelled']);
  });

  it('tells nothing to those who have opted out', async () => {
    await queue.setOptOut(ada, true);
    for (const state of WAYS.help_flow) await move(ada, state);
    expect(await messagesOf(ada)).toEqual([]);
  });

  it('sends messages where the person prefers them', async () => {
    await insert(client, 'user_profiles', { user_id: ada, preferred_destination: 'group' });
    for (const state of WAYS.goodbye_sent) await move(ada, state);
    const { rows } = await client.query('SELECT destination FROM engagement_message_queue');
    expect(rows).toEqual([{ destination: 'group' }]);
  });

  it('refuses a reminder that is not in the future', async () => {
    const id = await personIn('goodbye_sent');
    await expect(engagement.remindLater(id, NOW, CAUSE, NOW)).rejects.toThrow(InvalidInputError);
    await expect(engagement.remindLater(id, new Date(NaN), CAUSE, NOW)).rejects.toThrow(InvalidInputError);
  });

  it('is refused to nobody, and to what is no id', async () => {
    await expect(move(NOBODY, 'active')).rejects.toThrow(ConflictError);
    await expect(engagement.recordActivity(NOBODY)).rejects.toThrow(ConflictError);
    await expect(move('ada', 'active')).rejects.toThrow(InvalidInputError);
    await expect(engagement.find('ada')).rejects.toThrow(InvalidInputError);
  });
});

describe('an activity', () => {
  it('begins a person’s history', async () => {
    expect(await engagement.find(ada)).toBeNull();
    await engagement.recordActivity(ada, NOW);
    expect(await engagement.find(ada)).toMatchObject({ state: 'active', lastActivityAt: NOW });
    expect(await transitionsOf(ada)).toMatchObject([{ from_state: null, to_state: 'active', trigger: 'user_message' }]);
  });

  it.each(['active', 'help_flow'] as const)('leaves who is in %s there', async (state) => {
    const id = await personIn(state);
    await engagement.recordActivity(id, later(HOUR));
    expect(await engagement.find(id)).toMatchObject({ state, lastActivityAt: later(HOUR) });
    expect(await transitionsOf(id)).toHaveLength(WAYS[state].length);
  });

  it.each(['goodbye_sent', 'remind_later', 'dormant'] as const)('makes who is in %s active', async (state) => {
    const id = await personIn(state);
    await engagement.recordActivity(id, later(HOUR));
    expect(await engagement.find(id)).toMatchObject({ state: 'active', lastActivityAt: later(HOUR) });
    expect((await transitionsOf(id)).at(-1)).toMatchObject({ from_state: state, to_state: 'active' });
  });

  it('that is told late does not make the last one earlier', async () => {
    await engagement.recordActivity(ada, later(HOUR));
    await engagement.recordActivity(ada, NOW);
    expect(await engagement.find(ada)).toMatchObject({ lastActivityAt: later(HOUR) });
  });
});

describe('a tick', () => {
  const NOTHING = { expired: 0, reminded: 0, inactive: 0 };

  it('moves whose goodbye has expired to dormant, not a millisecond before', async () => {
    const id = await personIn('goodbye_sent');
    expect(await engagement.tick(later(48 * HOUR - 1))).toEqual(NOTHING);
    expect(await engagement.tick(later(48 * HOUR))).toEqual({ ...NOTHING, expired: 1 });
    expect(await engagement.find(id)).toMatchObject({ state: 'dormant', goodbyeSentAt: NOW, goodbyeExpiresAt: null });
    expect((await transitionsOf(id)).at(-1)).toMatchObject({ trigger: 'goodbye_expired', to_state: 'dormant' });
    expect(await engagement.tick(later(48 * HOUR))).toEqual(NOTHING);
  });

  it('reminds whose reminder is due, and makes them dormant if they do not answer', async () => {
    const id = await personIn('remind_later');
    expect(await engagement.tick(later(DAY - 1))).toEqual(NOTHING);
    expect(await engagement.tick(later(DAY))).toEqual({ ...NOTHING, reminded: 1 });
    expect(await engagement.find(id)).toMatchObject({
      state: 'goodbye_sent',
      lastActivityAt: NOW,
      goodbyeExpiresAt: later(3 * DAY),
      remindAt: null,
    });
    expect(await messagesOf(id)).toContain('reminder pending');
    expect(await engagement.tick(later(3 * DAY))).toEqual({ ...NOTHING, expired: 1 });
  });

  it('sends nothing to who has opted out, on their way to dormant', async () => {
    const [asked, quiet] = [await personIn('remind_later'), await personIn('active')];
    for (const id of [asked, quiet]) await queue.setOptOut(id, true);
    expect(await engagement.tick(later(8 * DAY))).toEqual({ ...NOTHING, reminded: 1, inactive: 1 });
    expect(await engagement.tick(later(10 * DAY))).toEqual({ ...NOTHING, expired: 2 });
    for (const id of [asked, quiet]) expect(await engagement.find(id)).toMatchObject({ state: 'dormant' });
    expect(await messagesOf(asked)).toEqual(['goodbye cancelled', 'remind_later cancelled']);
    expect(await messagesOf(quiet)).toEqual([]);
  });

  it('says goodbye to who has been quiet for a week', async () => {
    const id = await personIn('active');
    expect(await engagement.tick(later(7 * DAY - 1))).toEqual(NOTHING);
    expect(await engagement.tick(later(7 * DAY))).toEqual({ ...NOTHING, inactive: 1 });
    expect(await engagement.find(id)).toMatchObject({ state: 'goodbye_sent', goodbyeSentAt: later(7 * DAY) });
    expect(await messagesOf(id)).toEqual(['goodbye pending']);
  });

  it('moves more people than a batch holds', async () => {
    await client.query(`INSERT INTO users (email, sso_provider, sso_id)
      SELECT n || '@example.org', 'google', n FROM generate_series(1, 2001) n`);
    await client.query(
      `INSERT INTO user_engagement_states (user_id, state, goodbye_sent_at, goodbye_expires_at)
       SELECT id, 'goodbye_sent', $1, $1 FROM users WHERE sso_id IS NOT NULL`,
      [NOW],
    );
    expect(await engagement.tick(NOW)).toEqual({ ...NOTHING, expired: 2001 });
    const { rows } = await client.query(
      `SELECT count(*)::integer FROM engagement_state_transitions WHERE to_state = 'dormant'`,
    );
    expect(rows).toEqual([{ count: 2001 }]);
  });
});

it('always is in the state of the last transition, whatever happens', async () => {
  const step = fc.oneof(
    fc.record({ to: fc.constantFrom(...ENGAGEMENT_STATES) }),
    fc.record({ to: fc.constantFrom('activity' as const, 'tick' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const id = await person();
      let now = NOW;
      for (const { to } of steps) {
        now = new Date(now.getTime() + 2 * DAY);
        if (to === 'tick') await engagement.tick(now);
        else if (to === 'activity') await engagement.recordActivity(id, now);
        else await move(id, to, now).catch(expectIllegal);
      }
      const chain = await transitionsOf(id);
      expect((await engagement.find(id))?.state).toBe(chain.at(-1)?.to_state);
      for (const [index, { from_state, to_state }] of chain.entries()) {
        expect(from_state).toBe(index === 0 ? null : chain[index - 1].to_state);
        const legal = from_state === null ? ['active'] : NEXT_STATES[from_state as EngagementState];
        expect(legal).toContain(to_state);
      }
    }),
    { numRuns: 30 },
  );
});

function expectIllegal(error: unknown): void {
  expect(error).toBeInstanceOf(IllegalTransitionError);
}
