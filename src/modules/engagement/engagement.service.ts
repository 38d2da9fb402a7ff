import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { rowsOf } from '../../database/rows';
import { UserEngagementState } from '../../entities';
import type { EngagementMessageType, EngagementState } from '../../entities/engagement/enumerations';
import { NEXT_STATES } from '../../entities/engagement/transitions';
import { ConflictError, InvalidInputError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** How long a user may be inactive before they get a goodbye. 001 leaves it open. */
export const INACTIVE_AFTER_DAYS = 7;
/** How long a goodbye or a reminder waits for an answer. 001 leaves it open. */
export const GOODBYE_EXPIRES_AFTER_HOURS = 48;
/** How many users a tick moves per transaction. */
const BATCH_SIZE = 1000;

/** The transition from the user's current state to the requested state is not allowed. */
export class IllegalTransitionError extends ConflictError {
  /** @param from null: the user has no state yet; the first state is active */
  constructor(
    readonly from: EngagementState | null,
    readonly to: EngagementState,
  ) {
    const next = from === null ? ['active'] : NEXT_STATES[from];
    super(
      `A user can't go from ${from ?? 'no state'} to ${to}. Allowed after ${from ?? 'no state'}: ${next.join(', ')}.`,
    );
  }
}

/** Why a user changes state. */
export interface Cause {
  /** The trigger: 'user_asked_for_help', 'help_completed' … */
  trigger: string;
  /** More details. Default: none. */
  metadata?: Record<string, unknown>;
}

/** How many users a tick has moved. */
export interface TickCounts {
  /** To dormant: they left a goodbye or a reminder unanswered. */
  expired: number;
  /** To goodbye_sent: the reminder they asked for is due. */
  reminded: number;
  /** To goodbye_sent: they have been inactive for INACTIVE_AFTER_DAYS. */
  inactive: number;
}

/** A step of the state machine. */
interface Step extends Cause {
  to: EngagementState;
  /** The message to send to the user. Default: none. */
  message?: EngagementMessageType;
  /** For remind_later. */
  remindAt?: Date;
}

/** A step for one user or for many. */
interface Move extends Step {
  /** An SQL condition for their rows. $1 is the current time, $7 is `parameter`. */
  which: string;
  parameter: unknown;
}

/** The message for each new state. */
const MESSAGES: Partial<Record<EngagementState, EngagementMessageType>> = {
  goodbye_sent: 'goodbye',
  help_flow: 'help_flow',
  remind_later: 'remind_later',
};

/**
 * Transitions that become due by time alone. Each is a range of an index; a tick moves all its rows out of the range, so the
 * next tick does not read them again.
 */
const DUE: Readonly<Record<keyof TickCounts, Pick<Move, 'to' | 'trigger' | 'which' | 'message'>>> = {
  expired: {
    which: `state = 'goodbye_sent' AND goodbye_expires_at <= $1 ORDER BY goodbye_expires_at`,
    to: 'dormant',
    trigger: 'goodbye_expired',
  },
  reminded: {
    which: `state = 'remind_later' AND remind_at <= $1 ORDER BY remind_at`,
    to: 'goodbye_sent',
    trigger: 'reminder_due',
    message: 'reminder',
  },
  inactive: {
    which: `state = 'active' AND last_activity_at <= $1::timestamptz - interval '${INACTIVE_AFTER_DAYS} days'
      ORDER BY last_activity_at`,
    to: 'goodbye_sent',
    trigger: 'inactivity_timeout',
    message: 'goodbye',
  },
};

/**
 * The state machine of engagement (001). Each change of state, its transition and its message are written in one statement:
 * all or nothing. A change holds the lock of the user's row, so changes for one user run one after another, and each sees
 * the result of the one before.
 */
@Injectable()
export class EngagementService {
  constructor(@InjectRepository(UserEngagementState) private readonly states: Repository<UserEngagementState>) {}

  /** The user's state; null: they have not done anything yet. */
  async find(userId: string): Promise<UserEngagementState | null> {
    return this.states.findOneBy({ userId }).catch(throwDomainError);
  }

  /**
   * Moves a user to another state. goodbye_sent and help_flow queue a message, unless the user has opted out; active cancels
   * such messages that are still pending. For remind_later, use `remindLater`.
   *
   * @throws IllegalTransitionError if the transition is not in `NEXT_STATES`, also for the same state
   * @throws ConflictError if the user does not exist
   */
  async transition(
    userId: string,
    to: Exclude<EngagementState, 'remind_later'>,
    cause: Cause,
    now: Date = new Date(),
  ): Promise<UserEngagementState> {
    return this.moveOne(userId, { ...cause, to, message: MESSAGES[to] }, now);
  }

  /**
   * Like `transition`, to remind_later, with a message.
   *
   * @param remindAt when to remind the user
   * @throws InvalidInputError if `remindAt` is not in the future
   */
  async remindLater(
    userId: string,
    remindAt: Date,
    cause: Cause = { trigger: 'user_asked_for_reminder' },
    now: Date = new Date(),
  ): Promise<UserEngagementState> {
    if (!(remindAt > now)) throw new InvalidInputError('A reminder must be in the future.');
    return this.moveOne(userId, { ...cause, to: 'remind_later', message: MESSAGES.remind_later, remindAt }, now);
  }

  /**
   * Records that the user did something. The first time, this creates their state. It makes them active again, unless they
   * are in the help flow, which ends by `transition`.
   *
   * @throws ConflictError if the user does not exist
   */
  async recordActivity(userId: string, now: Date = new Date()): Promise<void> {
    // Nearly always the user is active, and nothing else is to do.
    if (await touch(this.states.manager, userId, now).catch(throwDomainError)) return;
    const cause = { trigger: 'user_message' };
    await this.states.manager
      .transaction(async (manager) => {
        if (await create(manager, userId, cause, now)) return;
        const from = await lock(manager, userId);
        // A concurrent call may have made them active.
        if (!(await touch(manager, userId, now))) await step(manager, userId, from, { ...cause, to: 'active' }, now);
      })
      .catch(throwDomainError);
  }

  /**
   * Makes all due transitions, in batches of one transaction each: unanswered goodbyes to dormant, due reminders and inactive
   * users to goodbye_sent. Several ticks may run at once: each user is moved by one of them, and no tick waits for another.
   * Users who have opted out are moved too, but get no message.
   */
  async tick(now: Date = new Date()): Promise<TickCounts> {
    return {
      expired: await this.moveDue('expired', now),
      reminded: await this.moveDue('reminded', now),
      inactive: await this.moveDue('inactive', now),
    };
  }

  private async moveDue(kind: keyof TickCounts, now: Date): Promise<number> {
    const { which, ...due } = DUE[kind];
    const batch = { ...due, which: `${which} LIMIT $7 FOR UPDATE SKIP LOCKED`, parameter: BATCH_SIZE };
    let moved = 0;
    for (let last = BATCH_SIZE; last === BATCH_SIZE; moved += last) last = await move(this.states.manager, batch, now);
    return moved;
  }

  private async moveOne(userId: string, taken: Step, now: Date): Promise<UserEngagementState> {
    return this.states.manager
      .transaction(async (manager) => {
        const first = taken.to === 'active' && (await create(manager, userId, taken, now));
        if (!first) await step(manager, userId, await lock(manager, userId), taken, now);
        const [state] = await rowsOf(manager, UserEngagementState, 'WHERE user_id = $1', [userId]);
        return state;
      })
      .catch(throwDomainError);
  }
}

/** Updates the time of the last activity. Returns false if the state has to change too. */
async function touch(manager: EntityManager, userId: string, now: Date): Promise<boolean> {
  const [, touched] = await manager.query<[unknown, number]>(
    `UPDATE user_engagement_states SET last_activity_at = greatest(last_activity_at, $2)
     WHERE user_id = $1 AND state IN ('active', 'help_flow')`,
    [userId, now],
  );
  return touched > 0;
}

/** Moves one user, whose row is locked. */
async function step(
  manager: EntityManager,
  userId: string,
  from: EngagementState | null,
  taken: Step,
  now: Date,
): Promise<void> {
  if (from === null || !NEXT_STATES[from].includes(taken.to)) throw new IllegalTransitionError(from, taken.to);
  await move(manager, { ...taken, which: 'user_id = $7', parameter: userId }, now);
  if (taken.to === 'active') await takeBackMessages(manager, userId);
}

/** Locks the user's state until the transaction ends and returns it; null: there is none. */
async function lock(manager: EntityManager, userId: string): Promise<EngagementState | null> {
  const [row] = await manager.query<{ state: EngagementState }[]>(
    'SELECT state FROM user_engagement_states WHERE user_id = $1 FOR UPDATE',
    [userId],
  );
  return row?.state ?? null;
}

/** Creates the user's state and first transition. Returns false if the state already exists. */
async function create(
  manager: EntityManager,
  userId: string,
  { trigger, metadata = {} }: Cause,
  now: Date,
): Promise<boolean> {
  const created = await manager.query<unknown[]>(
    `WITH created AS (
       INSERT INTO user_engagement_states (user_id, state, last_activity_at) VALUES ($1, 'active', $2)
       ON CONFLICT (user_id) DO NOTHING RETURNING user_id
     )
     INSERT INTO engagement_state_transitions (user_id, to_state, trigger, metadata, created_at)
     SELECT user_id, 'active', $3, $4, $2 FROM created RETURNING id`,
    [userId, now, trigger, metadata],
  );
  return created.length > 0;
}

/** Moves all selected users: state, transition and message in one statement. Returns their number. */
async function move(
  manager: EntityManager,
  { which, parameter, to, trigger, metadata = {}, message, remindAt }: Move,
  now: Date,
): Promise<number> {
  const [{ count }] = await manager.query<[{ count: number }]>(
    `WITH due AS (
       SELECT id, state FROM user_engagement_states WHERE ${which}
     ), moved AS (
       UPDATE user_engagement_states AS person SET
         state = $2,
         -- A goodbye and its end come of themselves; everything else is something that the person does.
         last_activity_at = CASE WHEN $2 IN ('goodbye_sent', 'dormant') THEN last_activity_at
           ELSE greatest(last_activity_at, $1) END,
         goodbye_sent_at = CASE $2 WHEN 'goodbye_sent' THEN $1 WHEN 'active' THEN NULL ELSE goodbye_sent_at END,
         goodbye_expires_at =
           CASE $2 WHEN 'goodbye_sent' THEN $1::timestamptz + interval '${GOODBYE_EXPIRES_AFTER_HOURS} hours' END,
         remind_at = $6
       FROM due WHERE person.id = due.id
       RETURNING person.user_id, due.state AS from_state
     ), logged AS (
       INSERT INTO engagement_state_transitions (user_id, from_state, to_state, trigger, metadata, created_at)
       SELECT user_id, from_state, $2, $3, $4, $1 FROM moved
       RETURNING id, user_id
     ), queued AS (
       INSERT INTO engagement_message_queue
         (user_id, message_type, message_key, destination, scheduled_for, idempotency_key)
       SELECT user_id, $5, 'engagement.' || $5, coalesce(preferred_destination, 'individual'), $1, 'transition:' || logged.id
       FROM logged LEFT JOIN user_profiles USING (user_id)
       WHERE $5::text IS NOT NULL AND reengagement_opt_out IS NOT TRUE
     )
     SELECT count(*)::integer AS count FROM moved`,
    [now, to, trigger, metadata, message ?? null, remindAt ?? null, parameter],
  );
  return count;
}

/** Cancels pending messages that were meant to win back the user. */
async function takeBackMessages(manager: EntityManager, userId: string): Promise<void> {
  await manager.query(
    `UPDATE engagement_message_queue SET status = 'cancelled'
     WHERE user_id = $1 AND status = 'pending' AND message_type IN ('goodbye', 'help_flow', 'remind_later', 'reminder')`,
    [userId],
  );
}
