import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Not, Repository } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { IntentExecution, ScheduledIntent } from '../../entities';
import { columnsOf, rowsOf } from '../../database/rows';
import { jsonOf, type Refused, writeEach } from '../../http/errors/refused-rows';
import { InvalidInputError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { IN_INDEX_ORDER, type Page, pageOf, type PageRequest } from '../../http/pagination/page';
import { CLAIM_MS, ClaimLostError, type Execution, type Outcome } from './execution';
import { nextCheck } from './next-check';
import { triggerOf, wrong } from './triggers';

const TRIGGER = ['triggerType', 'triggerSchedule', 'triggerCondition'] as const;

/** What its author says of an intent; the rest is the scheduler's. */
const AUTHORED = [
  ...TRIGGER,
  'intentName',
  'description',
  'actionType',
  'actionContext',
  'actionPriority',
  'enabled',
  'expiresAt',
  'maxExecutions',
  'createdBy',
  'metadata',
] as const;

type Authored = Pick<ScheduledIntent, (typeof AUTHORED)[number]>;

export type NewIntent = Partial<Authored> & Pick<Authored, 'intentName' | 'triggerType' | 'actionType'>;

/** Where the trigger's type changes, its schedule or condition comes with it. */
export type IntentChanges = Partial<Authored>;

/**
 * Intents: people write them, workers carry them out.
 *
 *     for (const intent of await intents.claimDue(50)) await intents.recordExecution(intent, await carryOut(intent));
 *
 * A claim is a lease and no open transaction: last_checked, which nobody else writes, says since when somebody has the
 * intent in hand; for five minutes or until an execution is recorded nobody else gets it. A worker may take its time over
 * a message, where a transaction would hold a connection of the pool (the only one of the embedded database), keep VACUUM
 * from its work and be ended by the server after a minute's silence. If the worker dies the intent is simply due again
 * when the claim runs out. next_check stays when it was to fire until it has: no index has to be changed for a claim, and
 * a beat goes on after a crash as before. An execution is recorded by the claim that it came of, once; the claim of a
 * worker that was too slow records nothing.
 *
 * However long nobody has looked, an intent that was due many times fires once and goes on with the first time to come.
 */
@Injectable()
export class IntentsService {
  constructor(
    @InjectRepository(ScheduledIntent) private readonly intents: Repository<ScheduledIntent>,
    private readonly people: UserContext,
  ) {}

  /**
   * Writes an intent of a person, and when it is due first.
   *
   * @throws InvalidInputError where its trigger is not as its type wants it, or it would never fire, naming the field
   */
  async create(userId: string, intent: NewIntent, now: Date = new Date()): Promise<ScheduledIntent> {
    return this.asUser(userId, (manager) => {
      const created = manager.create(ScheduledIntent, { enabled: true, ...authored(intent), userId });
      triggerOf(created);
      created.nextCheck = created.enabled ? firstCheck(created, now, 0) : null;
      return manager.save(created);
    });
  }

  /**
   * Changes an intent of a person; a trigger that is changed, or enabled again, starts anew from `now`.
   *
   * @throws InvalidInputError as `create`
   * @throws NotFoundError where the person has no such intent
   */
  async update(userId: string, id: string, changes: IntentChanges, now: Date = new Date()): Promise<ScheduledIntent> {
    return this.asUser(userId, async (manager) => {
      const intent = await manager.findOne(ScheduledIntent, {
        where: { id, userId },
        lock: { mode: 'pessimistic_write' },
      });
      if (!intent) throw new NotFoundError('intent', id);
      const wasEnabled = intent.enabled;
      if (changes.triggerType) Object.assign(intent, { triggerSchedule: null, triggerCondition: null });
      Object.assign(intent, authored(changes));
      const newTrigger = TRIGGER.some((property) => changes[property] !== undefined);
      if (newTrigger) triggerOf(intent);
      if (!intent.enabled) intent.nextCheck = null;
      else {
        const fired = await timesFired(manager, intent);
        if (newTrigger || !wasEnabled) intent.nextCheck = firstCheck(intent, now, fired);
        else refuseEnded(intent, now, fired);
      }
      return manager.save(intent);
    });
  }

  /** @throws NotFoundError where the person has no such intent */
  async get(userId: string, id: string): Promise<ScheduledIntent> {
    const [intent] = await this.asUser(userId, (manager) =>
      rowsOf(manager, ScheduledIntent, 'WHERE id = $1 AND user_id = $2', [id, userId]),
    );
    if (!intent) throw new NotFoundError('intent', id);
    return intent;
  }

  /** A person's intents, the newest first. */
  async list(userId: string): Promise<ScheduledIntent[]> {
    return this.asUser(userId, (manager) =>
      rowsOf(manager, ScheduledIntent, 'WHERE user_id = $1 ORDER BY created_at DESC, id DESC', [userId]),
    );
  }

  /**
   * What became of a person's intent each time that it fired, the latest first.
   *
   * @throws NotFoundError where the person has no such intent
   */
  async executions(userId: string, id: string, request: PageRequest = {}): Promise<Page<IntentExecution>> {
    const work = async (manager: EntityManager): Promise<Page<IntentExecution>> => {
      const where = { where: 'intent_id = $1 AND user_id = $2', parameters: [id, userId] };
      const page = await pageOf(manager, IntentExecution, { ...where, by: 'executedAt', order: 'DESC' }, request);
      // What has executions is there: only where there are none it has to be asked for.
      if (page.items.length === 0 && !(await manager.existsBy(ScheduledIntent, { id, userId })))
        throw new NotFoundError('intent', id);
      return page;
    };
    return this.people.asUser(userId, work, IN_INDEX_ORDER).catch(throwDomainError);
  }

  /**
   * Deletes an intent of a person with its executions.
   *
   * @throws NotFoundError where the person has no such intent
   */
  async remove(userId: string, id: string): Promise<void> {
    const { affected } = await this.asUser(userId, (manager) => manager.delete(ScheduledIntent, { id, userId }));
    if (!affected) throw new NotFoundError('intent', id);
  }

  /**
   * Hands out intents that are due, the longest overdue first: each to one worker alone, until its execution is recorded
   * or CLAIM_MS have gone by. Those that have expired end instead.
   *
   * @param limit how many at most: no more than the worker gets done in that time
   * @returns as they are while they are claimed: next_check is when they were to fire; none when none is due
   */
  async claimDue(limit: number, now: Date = new Date()): Promise<ScheduledIntent[]> {
    if (!Number.isInteger(limit) || limit < 1) throw wrong('limit', limit, 'a whole number above 0');
    for (;;) {
      const found = await this.takeDue(limit, now);
      const claimed = found.filter(({ enabled }) => enabled);
      // There may be more behind those that have all expired.
      if (claimed.length > 0 || found.length === 0)
        return claimed.toSorted((one, other) => one.nextCheck!.getTime() - other.nextCheck!.getTime());
    }
  }

  private async takeDue(limit: number, now: Date): Promise<ScheduledIntent[]> {
    const [rows] = await this.intents.query<[ScheduledIntent[], number]>(
      `UPDATE scheduled_intents
       SET last_checked = $1, next_check = CASE WHEN ${LIVE} THEN next_check END, enabled = ${LIVE}
       WHERE id = ANY (ARRAY(
         SELECT id FROM scheduled_intents
         WHERE enabled AND next_check <= $1
           AND (last_checked IS NULL OR last_checked <= $3 OR last_executed >= last_checked)
         ORDER BY next_check
         LIMIT $2
         FOR UPDATE SKIP LOCKED
       ))
       RETURNING ${columnsOf(this.intents.metadata)}`,
      [now, limit, new Date(now.getTime() - CLAIM_MS)],
    );
    return rows;
  }

  /**
   * Writes what became of a claimed intent: the execution, and the intent's counters and next check, all or nothing. The
   * intent ends (it is not enabled any more) with its last execution: that of max_executions, or of a schedule that has
   * no time to come. Where a condition was not met it has not fired: that is an execution, and none of max_executions.
   *
   * An outcome that is refused is recorded as failed, with the reason: the work was done, and is not to be done again.
   *
   * @throws ClaimLostError where the claim is not open any more; nothing is written then
   * @throws InvalidInputError, ConflictError where the outcome is refused
   */
  async recordExecution(intent: ScheduledIntent, outcome: Outcome, now: Date = new Date()): Promise<void> {
    const [refused] = await this.recordExecutions([{ intent, outcome }], now);
    if (refused) throw refused.error;
  }

  /**
   * As `recordExecution`, for many in one statement. One that is refused doesn't stop the others.
   *
   * @returns those for which `recordExecution` would throw, each with the error
   */
  async recordExecutions(executions: readonly Execution[], now: Date = new Date()): Promise<Refused<Execution>[]> {
    const record = (some: readonly Execution[]) =>
      this.intents.query<{ id: string }[]>(RECORD, [jsonOf(some.map((one) => recordOf(one, now))), now]);
    const { written, refused } = await writeEach(executions, record);
    await writeEach(refused.map(failureOf), record);
    const ids = new Set(written.map(({ id }) => id));
    const told = new Set(refused.map(({ row }) => row));
    const lost = executions.filter((one) => !ids.has(one.intent.id) && !told.has(one));
    return [...refused, ...lost.map((row) => ({ row, error: new ClaimLostError(row.intent) }))];
  }

  private asUser<T>(userId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.people.asUser(userId, work).catch(throwDomainError);
  }
}

/** Whether an intent may still fire at $1. */
const LIVE = '(expires_at IS NULL OR expires_at > $1)';

/** Whether an intent has fired as often as it may with the execution that is being recorded. */
const FIRED_ENOUGH = `CASE WHEN max_executions IS NULL OR status = 'condition_not_met' THEN false ELSE max_executions <= 1 + (
    SELECT count(*) FROM intent_executions AS past WHERE past.intent_id = intent.id AND past.status <> 'condition_not_met'
  ) END`;

/**
 * A claim is open from last_checked until an execution is recorded after it. Its author may have changed when the intent is
 * due meanwhile: next_check is then another one than that of the claim, and stays. (Date has no microseconds.)
 */
const RECORD = `
  WITH execution AS (
    SELECT * FROM json_to_recordset($1) AS execution (
      intent_id uuid, claimed_at timestamptz, due_at timestamptz, next_check timestamptz,
      trigger_type text, trigger_data jsonb, status text, gate_result jsonb, message_id uuid,
      message_preview text, evaluation_ms integer, generation_ms integer, delivery_ms integer, error_message text
    )
  ), recorded AS (
    UPDATE scheduled_intents AS intent
    SET last_executed = greatest($2, intent.last_checked),
        execution_count = execution_count + 1,
        last_execution_status = status,
        last_execution_error = error_message,
        last_message_id = message_id,
        next_check = CASE
          WHEN ${FIRED_ENOUGH} THEN NULL
          WHEN date_trunc('milliseconds', intent.next_check) = due_at THEN execution.next_check
          ELSE intent.next_check
        END,
        enabled = enabled
          AND NOT ${FIRED_ENOUGH}
          AND NOT (date_trunc('milliseconds', intent.next_check) = due_at AND execution.next_check IS NULL)
    FROM execution
    WHERE intent.id = intent_id AND last_checked = claimed_at AND (last_executed < last_checked) IS NOT FALSE
    RETURNING intent.id, intent.user_id, intent.last_executed, execution.*
  )
  INSERT INTO intent_executions (
    intent_id, user_id, executed_at, trigger_type, trigger_data, status, gate_result, message_id,
    message_preview, evaluation_ms, generation_ms, delivery_ms, error_message
  )
  SELECT id, user_id, last_executed, trigger_type, trigger_data, status, gate_result, message_id,
    message_preview, evaluation_ms, generation_ms, delivery_ms, error_message
  FROM recorded
  RETURNING intent_id AS id`;

function recordOf({ intent, outcome }: Execution, now: Date): object {
  return {
    intent_id: intent.id,
    claimed_at: intent.lastChecked,
    due_at: intent.nextCheck,
    next_check: followingCheck(intent, now),
    trigger_type: intent.triggerType,
    trigger_data: outcome.triggerData,
    status: outcome.status,
    gate_result: outcome.gateResult,
    message_id: outcome.messageId,
    message_preview: outcome.messagePreview,
    evaluation_ms: outcome.evaluationMs,
    generation_ms: outcome.generationMs,
    delivery_ms: outcome.deliveryMs,
    error_message: outcome.errorMessage,
  };
}

/** What is recorded of a claimed intent whose outcome can't be. */
function failureOf({ row: { intent }, error }: Refused<Execution>): Execution {
  return { intent, outcome: { status: 'failed', errorMessage: `The outcome can't be recorded: ${error.message}` } };
}

/** An intent that other hands than this service's have written without a proper trigger ends, and keeps nobody else's from being recorded. */
function followingCheck(intent: ScheduledIntent, now: Date): Date | null {
  try {
    // The clock of the claim may have been ahead.
    const from = intent.lastChecked && intent.lastChecked > now ? intent.lastChecked : now;
    return nextCheck(triggerOf(intent), from, intent.nextCheck ?? from);
  } catch (error) {
    if (error instanceof InvalidInputError) return null;
    throw error;
  }
}

/** @throws InvalidInputError where the intent would never fire, naming the field */
function firstCheck(intent: ScheduledIntent, now: Date, fired: number): Date {
  refuseEnded(intent, now, fired);
  const trigger = triggerOf(intent);
  const next = nextCheck(trigger, now);
  if (!next && trigger.type === 'once') throw wrong('triggerSchedule.at', trigger.at, 'a time in the future');
  if (!next) throw wrong('triggerSchedule', intent.triggerSchedule, 'a schedule that has a next run');
  if (intent.expiresAt && next >= intent.expiresAt)
    throw wrong('expiresAt', intent.expiresAt, `a time after ${next.toISOString()}, when it fires for the first time`);
  return next;
}

/** Whether it has expired or fired as often as it may is asked where somebody wants it to go on. */
function refuseEnded({ expiresAt, maxExecutions }: ScheduledIntent, now: Date, fired: number): void {
  if (expiresAt && expiresAt <= now) throw wrong('expiresAt', expiresAt, 'a time in the future, or null');
  if (maxExecutions && maxExecutions <= fired)
    throw wrong('maxExecutions', maxExecutions, `more than ${fired}, since it has already fired that often, or null`);
}

/** How often an intent has fired, where that is limited. */
async function timesFired(manager: EntityManager, { id, maxExecutions }: ScheduledIntent): Promise<number> {
  if (!maxExecutions) return 0;
  return manager.countBy(IntentExecution, { intentId: id, status: Not('condition_not_met') });
}

/** Of what a caller gives, that which is an author's to say. */
function authored(given: Partial<Authored>): Partial<Authored> {
  return Object.fromEntries(
    AUTHORED.filter((property) => given[property] !== undefined).map((property) => [property, given[property]]),
  );
}
