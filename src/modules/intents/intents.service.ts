import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Not, Repository } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { IntentExecution, ScheduledIntent } from '../../entities';
import { columnsOf, rowsOf } from '../../database/rows';
import { type Refused } from '../../http/errors/refused-rows';
import { NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { IN_INDEX_ORDER, type Page, pageOf, type PageRequest } from '../../http/pagination/page';
import { recordExecutions } from './recording';
import { CLAIM_MS, type Execution, type Outcome } from './execution';
import { nextCheck } from './next-check';
import { triggerOf, wrong } from './triggers';

const TRIGGER = ['triggerType', 'triggerSchedule', 'triggerCondition'] as const;

/** The properties that the author sets; the scheduler sets the others. */
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

/** If the trigger's type changes, give its schedule or condition too. */
export type IntentChanges = Partial<Authored>;

/**
 * Intents: users write them, workers execute them.
 *
 *     for (const intent of await intents.claimDue(50)) await intents.recordExecution(intent, await carryOut(intent));
 *
 * A claim is a lease, not an open transaction: last_checked is the time of the claim, and no other worker gets the intent for
 * five minutes or until an execution is recorded. A worker can take its time over a message. An open transaction would block
 * a connection of the pool (the only one of the embedded database) and VACUUM, and the server would end it after a minute
 * of idle time. If the worker dies, the intent is due again when the claim expires. next_check keeps the time at which the
 * intent was due until it has fired: a claim changes no index, and an interval continues unchanged after a crash. Each claim
 * records one execution; an expired claim records nothing.
 *
 * If an intent was due several times since the last check, it fires once, and is next due at the first future time.
 */
@Injectable()
export class IntentsService {
  constructor(
    @InjectRepository(ScheduledIntent) private readonly intents: Repository<ScheduledIntent>,
    private readonly people: UserContext,
  ) {}

  /**
   * Creates an intent of a user, with the time at which it is first due.
   *
   * @throws InvalidInputError if the trigger is invalid for its type, or would never fire; the message names the field
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
   * Changes an intent of a user. A changed trigger, or an intent that is enabled again, starts from `now`.
   *
   * @throws InvalidInputError as in `create`
   * @throws NotFoundError if the user has no such intent
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

  /** @throws NotFoundError if the user has no such intent */
  async get(userId: string, id: string): Promise<ScheduledIntent> {
    const [intent] = await this.asUser(userId, (manager) =>
      rowsOf(manager, ScheduledIntent, 'WHERE id = $1 AND user_id = $2', [id, userId]),
    );
    if (!intent) throw new NotFoundError('intent', id);
    return intent;
  }

  /** The user's intents, the newest first. */
  async list(userId: string): Promise<ScheduledIntent[]> {
    return this.asUser(userId, (manager) =>
      rowsOf(manager, ScheduledIntent, 'WHERE user_id = $1 ORDER BY created_at DESC, id DESC', [userId]),
    );
  }

  /**
   * The executions of a user's intent, the latest first.
   *
   * @throws NotFoundError if the user has no such intent
   */
  async executions(userId: string, id: string, request: PageRequest = {}): Promise<Page<IntentExecution>> {
    const work = async (manager: EntityManager): Promise<Page<IntentExecution>> => {
      const where = { where: 'intent_id = $1 AND user_id = $2', parameters: [id, userId] };
      const page = await pageOf(manager, IntentExecution, { ...where, by: 'executedAt', order: 'DESC' }, request);
      // An intent with executions exists; only without executions it has to be looked up.
      if (page.items.length === 0 && !(await manager.existsBy(ScheduledIntent, { id, userId })))
        throw new NotFoundError('intent', id);
      return page;
    };
    return this.people.asUser(userId, work, IN_INDEX_ORDER).catch(throwDomainError);
  }

  /**
   * Deletes a user's intent with its executions.
   *
   * @throws NotFoundError if the user has no such intent
   */
  async remove(userId: string, id: string): Promise<void> {
    const { affected } = await this.asUser(userId, (manager) => manager.delete(ScheduledIntent, { id, userId }));
    if (!affected) throw new NotFoundError('intent', id);
  }

  /**
   * Claims due intents, the longest overdue first. No other worker gets them until their executions are recorded, or CLAIM_MS
   * have passed. Expired intents are disabled instead.
   *
   * @param limit maximum number of intents: no more than the worker can execute in that time
   * @returns the claimed intents, whose next_check is the time they were due; an empty list if none is due
   */
  async claimDue(limit: number, now: Date = new Date()): Promise<ScheduledIntent[]> {
    if (!Number.isInteger(limit) || limit < 1) throw wrong('limit', limit, 'a whole number above 0');
    for (;;) {
      const found = await this.takeDue(limit, now);
      const claimed = found.filter(({ enabled }) => enabled);
      // If all of these have expired, later ones may be due.
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
   * Records the outcome of a claimed intent: the execution, the intent's counters and its next check; all or nothing. The last
   * execution disables the intent: when it reaches max_executions, or when its schedule has no future time. If a condition
   * was not met, this is an execution, but does not count towards max_executions.
   *
   * A rejected outcome is recorded as failed, with the reason, so that the work is not done again.
   *
   * @throws ClaimLostError if the claim has expired or is already recorded; nothing is written then
   * @throws InvalidInputError, ConflictError if the outcome is rejected
   */
  async recordExecution(intent: ScheduledIntent, outcome: Outcome, now: Date = new Date()): Promise<void> {
    const [refused] = await this.recordExecutions([{ intent, outcome }], now);
    if (refused) throw refused.error;
  }

  /**
   * Like `recordExecution`, for many in one statement. A rejected outcome doesn't stop the others.
   *
   * @returns the executions for which `recordExecution` would throw, with the error
   */
  recordExecutions(executions: readonly Execution[], now: Date = new Date()): Promise<Refused<Execution>[]> {
    return recordExecutions(this.intents.manager, executions, now);
  }

  private asUser<T>(userId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.people.asUser(userId, work).catch(throwDomainError);
  }
}

/** SQL: whether an intent has not expired at $1. */
const LIVE = '(expires_at IS NULL OR expires_at > $1)';

/** @throws InvalidInputError if the intent would never fire; the message names the field */
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

/** @throws InvalidInputError if the intent has expired or has reached maxExecutions */
function refuseEnded({ expiresAt, maxExecutions }: ScheduledIntent, now: Date, fired: number): void {
  if (expiresAt && expiresAt <= now) throw wrong('expiresAt', expiresAt, 'a time in the future, or null');
  if (maxExecutions && maxExecutions <= fired)
    throw wrong('maxExecutions', maxExecutions, `more than ${fired}, since it has already fired that often, or null`);
}

/** How often an intent has fired; 0 if that is not limited. */
async function timesFired(manager: EntityManager, { id, maxExecutions }: ScheduledIntent): Promise<number> {
  if (!maxExecutions) return 0;
  return manager.countBy(IntentExecution, { intentId: id, status: Not('condition_not_met') });
}

/** The given properties that an author may set. */
function authored(given: Partial<Authored>): Partial<Authored> {
  return Object.fromEntries(
    AUTHORED.filter((property) => given[property] !== undefined).map((property) => [property, given[property]]),
  );
}
