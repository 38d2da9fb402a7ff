import { ConflictError, InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { CLAIM_MS, ClaimLostError } from '../../../src/modules/intents/execution';
import { IntentsService, type NewIntent } from '../../../src/modules/intents/intents.service';
import {
  after,
  briefing,
  DAY,
  eachWithoutIntents,
  every,
  executionsOf,
  HOUR,
  MINUTE,
  NOW,
  once,
  stored,
  SUCCESS,
} from './intents-of-a-test';

let intents: IntentsService;
let ada: string;
let bob: string;

eachWithoutIntents((served) => ({ intents, ada, bob } = served));

describe('an intent that a person writes', () => {
  it('is theirs, enabled and due at the first time to come', async () => {
    const { id } = await intents.create(ada, briefing(), NOW);
    expect(await intents.get(ada, id)).toMatchObject({
      userId: ada,
      enabled: true,
      nextCheck: new Date('2026-03-03T07:00:00Z'),
      lastChecked: null,
      executionCount: 0,
      createdBy: 'user',
    });
  });

  it("holds what an author may say, and none of the scheduler's state", async () => {
    const forged = { ...briefing(), userId: bob, executionCount: 7, nextCheck: NOW };
    const { id } = await intents.create(ada, forged, NOW);
    await intents.update(ada, id, { executionCount: 9, userId: bob } as object, NOW);
    expect(await stored(id)).toMatchObject({ userId: ada, executionCount: 0, nextCheck: after(19 * HOUR) });
  });

  it('is not due while it is disabled, and starts anew when it is enabled', async () => {
    const { id } = await intents.create(ada, every(2, { enabled: false }), NOW);
    expect(await stored(id)).toMatchObject({ enabled: false, nextCheck: null });
    expect(await intents.update(ada, id, { enabled: true }, NOW)).toMatchObject({ nextCheck: after(2 * HOUR) });
    expect(await intents.update(ada, id, { enabled: false }, NOW)).toMatchObject({ nextCheck: null });
    expect(await intents.claimDue(10, after(DAY))).toEqual([]);
  });

  it('is due by its new trigger when that changes, and as before when something else does', async () => {
    const { id } = await intents.create(ada, every(2), NOW);
    const renamed = await intents.update(ada, id, { intentName: 'Look' }, after(HOUR));
    expect(renamed).toMatchObject({ intentName: 'Look', nextCheck: after(2 * HOUR) });
    const rescheduled = await intents.update(ada, id, { triggerSchedule: { everyHours: 3 } }, after(HOUR));
    expect(rescheduled).toMatchObject({ nextCheck: after(4 * HOUR) });
    const silence = { triggerType: 'silence', triggerCondition: { afterDays: 5 } } as const;
    await intents.update(ada, id, silence, after(HOUR));
    expect(await stored(id)).toMatchObject({ ...silence, triggerSchedule: null, nextCheck: after(2 * HOUR) });
  });

  it('can be listed and removed', async () => {
    const [one, two] = [await intents.create(ada, briefing(), NOW), await intents.create(ada, briefing(), NOW)];
    expect((await intents.list(ada)).map(({ id }) => id).toSorted()).toEqual([one.id, two.id].toSorted());
    await intents.remove(ada, one.id);
    expect((await intents.list(ada)).map(({ id }) => id)).toEqual([two.id]);
  });

  it('is refused where it would never fire, and nothing is stored', async () => {
    const refused: [NewIntent, RegExp][] = [
      [once(after(-1)), /^triggerSchedule\.at is ".*": give a time in the future\.$/],
      [once(NOW), /^triggerSchedule\.at /],
      [briefing({ triggerSchedule: { cron: '0 0 30 2 *', timezone: 'UTC' } }), /^triggerSchedule is /],
      [briefing({ expiresAt: NOW }), /^expiresAt is .*: give a time in the future, or null\.$/],
      [briefing({ expiresAt: after(HOUR) }), /^expiresAt is .*: give a time after 2026-03-03T07:00:00\.000Z/],
    ];
    for (const [intent, message] of refused) {
      const error = await intents.create(ada, intent, NOW).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InvalidInputError);
      expect((error as Error).message).toMatch(message);
    }
    expect(await intents.list(ada)).toEqual([]);
  });

  it('stays as it was where a change is refused', async () => {
    const { id } = await intents.create(ada, briefing(), NOW);
    const before = await stored(id);
    for (const changes of [
      { triggerType: 'price' } as const,
      { triggerSchedule: { cron: '0 7 * * *', timezone: 'Mars/Olympus' } },
      { triggerCondition: { afterDays: 5 } },
      { expiresAt: after(-DAY) },
      { maxExecutions: 0 },
      { intentName: 'x'.repeat(256) },
      { actionPriority: 'urgent' as never },
    ]) {
      await expect(intents.update(ada, id, changes, NOW)).rejects.toThrow(InvalidInputError);
    }
    expect(await stored(id)).toEqual(before);
  });

  it("is not there for anybody else, nor is one that isn't there for its person", async () => {
    const { id } = await intents.create(ada, briefing(), NOW);
    for (const [person, intent] of [
      [bob, id],
      [ada, '00000000-0000-4000-8000-000000000000'],
    ]) {
      await expect(intents.get(person, intent)).rejects.toThrow(NotFoundError);
      await expect(intents.executions(person, intent)).rejects.toThrow(NotFoundError);
      await expect(intents.update(person, intent, { enabled: false })).rejects.toThrow(NotFoundError);
      await expect(intents.remove(person, intent)).rejects.toThrow(NotFoundError);
    }
    expect(await intents.list(bob)).toEqual([]);
    await expect(intents.executions(ada, 'seven')).rejects.toThrow(InvalidInputError);
    await expect(intents.get(ada, 'seven')).rejects.toThrow(InvalidInputError);
    await expect(intents.create('00000000-0000-4000-8000-000000000000', briefing())).rejects.toThrow(ConflictError);
    expect(await stored(id)).toMatchObject({ enabled: true });
  });
});

describe('a claim', () => {
  it('hands out what is due, the longest overdue first, and not more than asked for', async () => {
    const ids: string[] = [];
    for (const hours of [3, 1, 2, 48]) ids.push((await intents.create(ada, every(hours), NOW)).id);
    const now = after(3 * HOUR);
    const first = await intents.claimDue(2, now);
    expect(first.map(({ id, nextCheck }) => [id, nextCheck])).toEqual([
      [ids[1], after(HOUR)],
      [ids[2], after(2 * HOUR)],
    ]);
    expect((await intents.claimDue(2, now)).map(({ id }) => id)).toEqual([ids[0]]);
    expect(await intents.claimDue(2, now)).toEqual([]);
  });

  it('gives the intent as it is stored', async () => {
    const { id } = await intents.create(
      ada,
      every(1, { metadata: { source: 'settings' }, expiresAt: after(DAY) }),
      NOW,
    );
    const [intent] = await intents.claimDue(1, after(HOUR));
    expect(intent).toEqual({ ...(await stored(id)) });
    expect(intent).toMatchObject({ lastChecked: after(HOUR), nextCheck: after(HOUR) });
  });

  it('runs out: the intent of a worker that has died is handed out again', async () => {
    const { id } = await intents.create(ada, every(1), NOW);
    const [died] = await intents.claimDue(1, after(HOUR));
    expect(await intents.claimDue(1, after(HOUR + CLAIM_MS - 1))).toEqual([]);
    const now = after(HOUR + CLAIM_MS);
    const [again] = await intents.claimDue(1, now);
    expect(again.id).toBe(id);
    // It was not dead but slow.
    await expect(intents.recordExecution(died, SUCCESS, now)).rejects.toThrow(ClaimLostError);
    expect(await executionsOf(id)).toEqual([]);
    await intents.recordExecution(again, SUCCESS, now);
    expect(await executionsOf(id)).toHaveLength(1);
    // In its old beat.
    expect(await stored(id)).toMatchObject({ nextCheck: after(2 * HOUR) });
  });

  it('holds when the author makes the intent due again', async () => {
    const { id } = await intents.create(ada, every(1), NOW);
    const [claim] = await intents.claimDue(1, after(HOUR));
    await intents.update(ada, id, { triggerSchedule: { everyHours: 1 / 60 } }, after(HOUR));
    const soon = after(HOUR + MINUTE);
    expect(await intents.claimDue(1, soon)).toEqual([]);
    await intents.recordExecution(claim, SUCCESS, soon);
    expect((await intents.claimDue(1, soon)).map((intent) => intent.id)).toEqual([id]);
  });

  it('of a slow worker may still be recorded while nobody else has the intent', async () => {
    const { id } = await intents.create(ada, every(1), NOW);
    const [claim] = await intents.claimDue(1, after(HOUR));
    await intents.recordExecution(claim, SUCCESS, after(HOUR + 2 * CLAIM_MS));
    expect(await intents.claimDue(1, after(HOUR + 2 * CLAIM_MS))).toEqual([]);
    expect(await executionsOf(id)).toHaveLength(1);
  });

  it('ends what has expired instead of handing it out, however much of it there is', async () => {
    const expired: string[] = [];
    for (let count = 0; count < 3; count++)
      expired.push((await intents.create(ada, every(1, { expiresAt: after(2 * HOUR) }), NOW)).id);
    const live = await intents.create(ada, every(1.5, { expiresAt: after(2 * HOUR + 1) }), NOW);
    const claims = await intents.claimDue(1, after(2 * HOUR));
    expect(claims.map(({ id }) => id)).toEqual([live.id]);
    for (const id of expired) expect(await stored(id)).toMatchObject({ enabled: false, nextCheck: null });
  });

  it.each([0, -1, 1.5, NaN])('of %d intents is refused', async (limit) => {
    await expect(intents.claimDue(limit, NOW)).rejects.toThrow('limit is');
  });
});
