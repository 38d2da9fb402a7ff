import type { Client } from 'pg';
import { IntentExecution } from '../../../src/entities';
import { ConflictError, DomainError, InvalidInputError } from '../../../src/http/errors/domain-errors';
import { CLAIM_MS, ClaimLostError, type Outcome } from '../../../src/modules/intents/execution';
import { IntentsService } from '../../../src/modules/intents/intents.service';
import { MalformedCursorError } from '../../../src/http/pagination/cursor';
import { insert } from '../../entities/rows';
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

let client: Client;
let intents: IntentsService;
let ada: string;

eachWithoutIntents((served) => ({ client, intents, ada } = served));

const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('an execution', () => {
  it('is written with the counters of its intent', async () => {
    const { id } = await intents.create(ada, every(2), NOW);
    const [claim] = await intents.claimDue(1, after(2 * HOUR));
    const message = await insert(client, 'messages', {
      user_id: ada,
      conversation_id: (await insert(client, 'conversations', { user_id: ada })).id,
    });
    const outcome: Outcome = {
      status: 'success',
      triggerData: { seen: 7 },
      gateResult: { passed: true },
      messageId: message.id as string,
      messagePreview: 'Good morning!',
      evaluationMs: 3,
      generationMs: 900,
      deliveryMs: 40,
    };
    const executedAt = after(2 * HOUR + 1000);
    await intents.recordExecution(claim, outcome, executedAt);
    expect(await executionsOf(id)).toMatchObject([
      { ...outcome, userId: ada, triggerType: 'interval', executedAt, errorMessage: null },
    ]);
    expect(await stored(id)).toMatchObject({
      nextCheck: after(4 * HOUR),
      lastChecked: after(2 * HOUR),
      lastExecuted: executedAt,
      lastExecutionStatus: 'success',
      lastExecutionError: null,
      lastMessageId: message.id,
      executionCount: 1,
      enabled: true,
    });
  });

  it('that failed is recorded as such, and the intent goes on', async () => {
    const { id } = await intents.create(ada, every(2), NOW);
    const [claim] = await intents.claimDue(1, after(2 * HOUR));
    await intents.recordExecution(claim, { status: 'failed', errorMessage: 'No answer.' }, after(2 * HOUR));
    expect(await executionsOf(id)).toMatchObject([{ status: 'failed', errorMessage: 'No answer.' }]);
    expect(await stored(id)).toMatchObject({
      lastExecutionStatus: 'failed',
      lastExecutionError: 'No answer.',
      executionCount: 1,
      nextCheck: after(4 * HOUR),
    });
    const [next] = await intents.claimDue(1, after(4 * HOUR));
    await intents.recordExecution(next, SUCCESS, after(4 * HOUR));
    expect(await stored(id)).toMatchObject({ lastExecutionStatus: 'success', lastExecutionError: null });
  });

  it('is recorded once', async () => {
    const { id } = await intents.create(ada, every(1), NOW);
    const [claim] = await intents.claimDue(1, after(HOUR));
    // By a clock that is behind that of the claim, too.
    await intents.recordExecution(claim, SUCCESS, after(HOUR - 5));
    await expect(intents.recordExecution(claim, SUCCESS, after(HOUR))).rejects.toThrow(ClaimLostError);
    expect(await executionsOf(id)).toHaveLength(1);
    expect(await stored(id)).toMatchObject({ executionCount: 1 });
  });

  it('is in the history of its intent, the latest first, page by page', async () => {
    const { id } = await intents.create(ada, every(1), NOW);
    expect(await intents.executions(ada, id)).toEqual({ items: [], next: null });
    // Three of them at the same moment.
    for (const hours of [1, 2, 2, 2, 3])
      await insert(client, 'intent_executions', { intent_id: id, user_id: ada, executed_at: after(hours * HOUR) });
    const seen: IntentExecution[] = [];
    let page = await intents.executions(ada, id, { limit: 2 });
    for (seen.push(...page.items); page.next; seen.push(...page.items))
      page = await intents.executions(ada, id, { limit: 2, after: page.next });
    expect(seen.map(({ executedAt }) => executedAt)).toEqual([3, 2, 2, 2, 1].map((hours) => after(hours * HOUR)));
    expect(new Set(seen.map((execution) => execution.id)).size).toBe(5);
    await expect(intents.executions(ada, id, { after: 'the beginning' })).rejects.toThrow(MalformedCursorError);
  });

  it.each<[string, Outcome, new (...given: never[]) => Error]>([
    ['a message that is gone', { status: 'success', messageId: NOBODY }, ConflictError],
    ['no status', { status: 'perfect' as never }, InvalidInputError],
    ['a number that breaks a CHECK', { status: 'success', generationMs: -1 }, InvalidInputError],
    ['a number out of range', { status: 'success', evaluationMs: 2 ** 40 }, InvalidInputError],
    ['no uuid', { status: 'success', messageId: 'mine' }, InvalidInputError],
    ['what JSON has not', { status: 'success', gateResult: { count: 1n } }, InvalidInputError],
  ])('that is refused, for %s, is recorded as failed, and stops no other', async (_, outcome, error) => {
    for (let count = 0; count < 10; count++) await intents.create(ada, every(1), NOW);
    const claims = await intents.claimDue(10, after(HOUR));
    const executions = claims.map((intent, index) => ({ intent, outcome: index === 6 ? outcome : SUCCESS }));
    const refused = await intents.recordExecutions(executions, after(HOUR));
    expect(refused).toEqual([{ row: executions[6], error: expect.any(error) as Error }]);
    for (const [index, { id }] of claims.entries()) {
      const reason = index === 6 ? `The outcome can't be recorded: ${refused[0].error.message}` : null;
      const status = index === 6 ? 'failed' : 'success';
      expect(await executionsOf(id)).toMatchObject([{ status, errorMessage: reason }]);
      expect(await stored(id)).toMatchObject({
        executionCount: 1,
        nextCheck: after(2 * HOUR),
        lastExecutionError: reason,
      });
    }
    expect(await intents.claimDue(10, after(HOUR + 2 * CLAIM_MS))).toEqual([]);
    await expect(intents.recordExecution(claims[6], outcome, after(HOUR))).rejects.toBeInstanceOf(DomainError);
    expect(await executionsOf(claims[6].id)).toHaveLength(1);
  });

  it('holds text that PostgreSQL takes', async () => {
    const { id } = await intents.create(ada, every(1), NOW);
    const [claim] = await intents.claimDue(1, after(HOUR));
    const half = '\ud83d';
    const outcome: Outcome = {
      status: 'failed',
      messagePreview: 'See you soon 😀'.slice(0, -1),
      errorMessage: 'read \0 bytes, not \\u0000',
      triggerData: { [half]: '\0', price: 1.5, deep: [[{ text: `${half}x` }], null, true] },
      gateResult: { '\\ud83d': '\\\0', emoji: '😀' },
    };
    await intents.recordExecution(claim, outcome, after(HOUR));
    expect(await executionsOf(id)).toMatchObject([
      {
        messagePreview: 'See you soon \ufffd',
        errorMessage: 'read \ufffd bytes, not \\u0000',
        triggerData: { '\ufffd': '\ufffd', price: 1.5, deep: [[{ text: '\ufffdx' }], null, true] },
        gateResult: { '\\ud83d': '\\\ufffd', emoji: '😀' },
      },
    ]);
  });

  it('of many is written in one statement, but for those whose claims are lost', async () => {
    for (let count = 0; count < 5; count++) await intents.create(ada, every(1), NOW);
    const claims = await intents.claimDue(5, after(HOUR));
    await intents.recordExecution(claims[3], SUCCESS, after(HOUR));
    await client.query('DELETE FROM scheduled_intents WHERE id = $1', [claims[1].id]);
    const executions = claims.map((intent) => ({ intent, outcome: SUCCESS }));
    expect(await intents.recordExecutions(executions, after(HOUR))).toEqual(
      [executions[1], executions[3]].map((row) => ({ row, error: expect.any(ClaimLostError) as Error })),
    );
    const { rows } = await client.query('SELECT intent_id FROM intent_executions');
    expect(rows).toHaveLength(4);
    expect(await intents.recordExecutions([])).toEqual([]);
  });

  it('ends the intent that has fired as often as it may', async () => {
    const { id } = await intents.create(ada, every(1, { maxExecutions: 2 }), NOW);
    for (const hours of [1, 2]) {
      const [claim] = await intents.claimDue(1, after(hours * HOUR));
      await intents.recordExecution(claim, SUCCESS, after(hours * HOUR));
    }
    expect(await stored(id)).toMatchObject({ enabled: false, nextCheck: null, executionCount: 2 });
    expect(await intents.claimDue(1, after(DAY))).toEqual([]);
    await expect(intents.update(ada, id, { enabled: true }, after(DAY))).rejects.toThrow('maxExecutions is 2');
    const again = await intents.update(ada, id, { enabled: true, maxExecutions: 3 }, after(DAY));
    expect(again).toMatchObject({ enabled: true, nextCheck: after(DAY + HOUR) });
  });

  it('has not fired where a condition was only looked at', async () => {
    const price = { item: 'class set', below: 200, currency: 'USD' };
    const watch = briefing({ triggerType: 'price', triggerSchedule: null, triggerCondition: price, maxExecutions: 1 });
    const { id, nextCheck } = await intents.create(ada, watch, NOW);
    const [looked] = await intents.claimDue(1, nextCheck!);
    await intents.recordExecution(looked, { status: 'condition_not_met', triggerData: { price: 210 } }, nextCheck!);
    expect(await stored(id)).toMatchObject({
      enabled: true,
      executionCount: 1,
      lastExecutionStatus: 'condition_not_met',
      nextCheck: after(5 * MINUTE, nextCheck!),
    });
    const [fired] = await intents.claimDue(1, after(5 * MINUTE, nextCheck!));
    await intents.recordExecution(fired, SUCCESS, after(5 * MINUTE, nextCheck!));
    expect(await stored(id)).toMatchObject({ enabled: false, executionCount: 2 });
    expect(await executionsOf(id)).toHaveLength(2);
    const again = intents.update(ada, id, { enabled: true }, after(DAY));
    await expect(again).rejects.toThrow('maxExecutions is 1: give more than 1');
  });

  it('ends an intent that fires once', async () => {
    const { id } = await intents.create(ada, once(after(HOUR)), NOW);
    const [claim] = await intents.claimDue(1, after(3 * DAY));
    await intents.recordExecution(claim, { status: 'failed', errorMessage: 'No answer.' }, after(3 * DAY));
    expect(await stored(id)).toMatchObject({ enabled: false, nextCheck: null, executionCount: 1 });
    await expect(intents.update(ada, id, { enabled: true }, after(3 * DAY))).rejects.toThrow('triggerSchedule.at is');
  });

  it('makes up for many missed ones, and the intent goes on with the first time to come', async () => {
    const daily = await intents.create(ada, briefing(), NOW);
    const hourly = await intents.create(ada, every(1), NOW);
    const back = after(5 * DAY + 90 * MINUTE);
    const claims = await intents.claimDue(10, back);
    expect(claims).toHaveLength(2);
    await intents.recordExecutions(
      claims.map((intent) => ({ intent, outcome: SUCCESS })),
      back,
    );
    expect(await intents.claimDue(10, back)).toEqual([]);
    expect(await executionsOf(daily.id)).toHaveLength(1);
    expect(await stored(daily.id)).toMatchObject({ nextCheck: new Date('2026-03-08T07:00:00Z') });
    // On its old beat.
    expect(await stored(hourly.id)).toMatchObject({ nextCheck: after(5 * DAY + 2 * HOUR) });
  });

  it('leaves what its author has changed meanwhile', async () => {
    const rescheduled = await intents.create(ada, every(1), NOW);
    const disabled = await intents.create(ada, every(1), NOW);
    const limited = await intents.create(ada, every(1), NOW);
    const claims = await intents.claimDue(3, after(HOUR));
    await intents.update(ada, rescheduled.id, { triggerSchedule: { everyHours: 10 } }, after(HOUR));
    await intents.update(ada, disabled.id, { enabled: false }, after(HOUR));
    await intents.update(ada, limited.id, { maxExecutions: 1 }, after(HOUR));
    const executions = claims.map((intent) => ({ intent, outcome: SUCCESS }));
    expect(await intents.recordExecutions(executions, after(HOUR))).toEqual([]);
    expect(await stored(rescheduled.id)).toMatchObject({ nextCheck: after(11 * HOUR), executionCount: 1 });
    expect(await stored(disabled.id)).toMatchObject({ enabled: false, nextCheck: null, executionCount: 1 });
    expect(await stored(limited.id)).toMatchObject({ enabled: false, nextCheck: null, executionCount: 1 });
  });

  it('of an intent whose trigger nobody can read ends it, and keeps no other from being recorded', async () => {
    const good = await intents.create(ada, every(1), NOW);
    const broken = await intents.create(ada, every(1), NOW);
    await client.query(`UPDATE scheduled_intents SET trigger_schedule = '{"every": "full moon"}' WHERE id = $1`, [
      broken.id,
    ]);
    const claims = await intents.claimDue(2, after(HOUR));
    const executions = claims.map((intent) => ({ intent, outcome: SUCCESS }));
    expect(await intents.recordExecutions(executions, after(HOUR))).toEqual([]);
    expect(await stored(good.id)).toMatchObject({ enabled: true, nextCheck: after(2 * HOUR) });
    expect(await stored(broken.id)).toMatchObject({ enabled: false, nextCheck: null, executionCount: 1 });
    expect(await intents.update(ada, broken.id, { intentName: 'Moon' })).toMatchObject({ enabled: false });
  });
});
