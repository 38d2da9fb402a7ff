import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { rowsOf } from '../../database/rows';
import { EngagementMessage } from '../../entities';
import type { Destination, EngagementMessageType } from '../../entities/engagement/enumerations';
import { ConflictError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** How many attempts to send a message before it counts as failed. */
export const SEND_ATTEMPTS = 5;
/** How long a claim lasts. A worker that has not reported back by then counts as dead. */
export const LEASE_MS = 5 * 60_000;
const FIRST_RETRY_AFTER_MS = 60_000;
const LONGEST_RETRY_AFTER_MS = 6 * 60 * 60_000;

/** The key is already used for a message to another user. */
export class IdempotencyKeyReusedError extends ConflictError {}

/** A message to queue. */
export interface NewMessage {
  userId: string;
  messageType: EngagementMessageType;
  /** The translation key of its text. */
  messageKey: string;
  /** Parameters of that text. Default: none. */
  messageParams?: Record<string, unknown>;
  /** Default: the user's preferred destination. */
  destination?: Destination;
  /** The WhatsApp JID of the recipient. Default: looked up when the message is sent. */
  destinationJid?: string;
  /** The earliest time to send it. Default: now. */
  scheduledFor?: Date;
  /** A unique key, so that the message is queued once. */
  idempotencyKey: string;
}

/** A message that a worker has claimed. `scheduledFor` is when its lease ends. */
export type ClaimedMessage = Pick<
  EngagementMessage,
  | 'id'
  | 'userId'
  | 'messageType'
  | 'messageKey'
  | 'messageParams'
  | 'destination'
  | 'destinationJid'
  | 'scheduledFor'
  | 'retryCount'
  | 'idempotencyKey'
>;

/**
 * The queue of messages that the assistant sends on its own initiative (001).
 *
 * A claim is a lease, not an open transaction: sending depends on an external gateway and may be slow, and an open transaction
 * would block a connection and VACUUM. The lease is in the row: a claim moves scheduled_for to the end of the lease and counts
 * the attempt as failed (retry_count) until the worker reports back. If a worker dies, its message becomes due again when the
 * lease ends. A message that crashes its workers runs out of attempts like any other.
 *
 * A message is therefore sent at least once. If a worker dies between sending and `markSent`, it is sent twice; the gateway can
 * detect that by the idempotency key.
 *
 * Users who have opted out get no messages: new messages are not queued, pending ones are cancelled when they opt out, and if
 * they opted out in another way than `setOptOut`, cancelled on the next claim.
 */
@Injectable()
export class MessageQueueService {
  constructor(@InjectRepository(EngagementMessage) private readonly messages: Repository<EngagementMessage>) {}

  /**
   * Queues a message, once per idempotency key.
   *
   * @param manager of the transaction to join. Default: no transaction
   * @returns the message with that key, new or existing; null: the user has opted out
   * @throws IdempotencyKeyReusedError if the key is already used for a message to another user
   * @throws ConflictError if the user does not exist
   */
  async enqueue(
    message: NewMessage,
    manager: EntityManager = this.messages.manager,
  ): Promise<EngagementMessage | null> {
    const {
      userId,
      messageType,
      messageKey,
      messageParams = {},
      destination,
      destinationJid,
      idempotencyKey,
    } = message;
    // With the lock, a concurrent opt-out waits, and then cancels this message.
    await manager
      .query(
        `WITH profile AS (
           SELECT preferred_destination, reengagement_opt_out FROM user_profiles WHERE user_id = $1 FOR SHARE
         )
         INSERT INTO engagement_message_queue
           (user_id, message_type, message_key, message_params, destination, destination_jid, scheduled_for, idempotency_key)
         SELECT $1, $2, $3, $4, coalesce($5, preferred_destination, 'individual'), $6, $7, $8
         FROM (VALUES (1)) AS one LEFT JOIN profile ON true
         WHERE reengagement_opt_out IS NOT TRUE
         ON CONFLICT (idempotency_key) DO NOTHING`,
        [
          userId,
          messageType,
          messageKey,
          messageParams,
          destination ?? null,
          destinationJid ?? null,
          message.scheduledFor ?? new Date(),
          idempotencyKey,
        ],
      )
      .catch(throwDomainError);
    const [queued] = await rowsOf(manager, EngagementMessage, 'WHERE idempotency_key = $1', [idempotencyKey]);
    if (queued && queued.userId !== userId.toLowerCase())
      throw new IdempotencyKeyReusedError('This idempotency key is already used for a message to another user.');
    return queued ?? null;
  }

  /**
   * Claims due messages, those due longest first. While a lease lasts, no other worker gets the message; workers never wait
   * for each other. The worker sends each message and calls `markSent` or `markFailed`.
   *
   * @param limit maximum number of messages
   * @returns an empty list if nothing is due
   */
  async claim(limit: number, now: Date = new Date()): Promise<ClaimedMessage[]> {
    const leaseEnd = new Date(now.getTime() + LEASE_MS);
    for (;;) {
      const [taken] = await this.messages.query<[(ClaimedMessage & { status: string })[], number]>(CLAIM, [
        now,
        limit,
        leaseEnd,
      ]);
      const claimed = taken.filter(({ status }) => status === 'pending').map(({ status: _, ...message }) => message);
      // If none of these is to be sent, later ones may be.
      if (claimed.length > 0 || taken.length === 0) return claimed;
    }
  }

  /**
   * Marks a claimed message as sent, even if its lease has ended or it was cancelled in the meantime. A second call changes
   * nothing.
   *
   * @throws NotFoundError if the message does not exist
   */
  async markSent({ id }: Pick<ClaimedMessage, 'id'>, now: Date = new Date()): Promise<void> {
    const [, found] = await this.messages
      .query<[unknown, number]>(
        `UPDATE engagement_message_queue SET
           status = 'sent',
           sent_at = coalesce(sent_at, $2),
           retry_count = CASE status WHEN 'sent' THEN retry_count ELSE greatest(retry_count - 1, 0) END
         WHERE id = $1`,
        [id, now],
      )
      .catch(throwDomainError);
    if (found === 0) throw new NotFoundError('message', id);
  }

  /**
   * Marks an attempt to send a claimed message as failed. The next attempt is after a minute; the delay doubles each time, up
   * to six hours. After SEND_ATTEMPTS the message has failed for good. This does nothing if the claim has ended.
   *
   * @param message as returned by `claim`
   */
  async markFailed(
    message: Pick<ClaimedMessage, 'id' | 'scheduledFor' | 'retryCount'>,
    error: string,
    now: Date = new Date(),
  ): Promise<void> {
    const wait = Math.min(FIRST_RETRY_AFTER_MS * 2 ** (message.retryCount - 1), LONGEST_RETRY_AFTER_MS);
    const status = message.retryCount >= SEND_ATTEMPTS ? 'failed' : 'pending';
    await this.messages
      .query(
        `UPDATE engagement_message_queue SET status = $3, scheduled_for = $4, error_message = $5
         WHERE id = $1 AND status = 'pending' AND scheduled_for = $2`,
        [message.id, message.scheduledFor, status, new Date(now.getTime() + wait), error],
      )
      .catch(throwDomainError);
  }

  /** Cancels a pending message. Returns false if it was not pending. */
  async cancel(id: string): Promise<boolean> {
    const { affected } = await this.messages
      .update({ id, status: 'pending' }, { status: 'cancelled' })
      .catch(throwDomainError);
    return affected === 1;
  }

  /** Cancels all pending messages of a user. Returns their number. */
  async cancelAll(userId: string, manager: EntityManager = this.messages.manager): Promise<number> {
    const { affected } = await manager
      .update(EngagementMessage, { userId, status: 'pending' }, { status: 'cancelled' })
      .catch(throwDomainError);
    return affected!;
  }

  /**
   * Sets whether a user has opted out of such messages. Opting out cancels all pending ones.
   *
   * @throws ConflictError if the user does not exist
   */
  async setOptOut(userId: string, optOut: boolean): Promise<void> {
    await this.messages.manager
      .transaction(async (manager) => {
        await manager.query(
          `INSERT INTO user_profiles (user_id, reengagement_opt_out) VALUES ($1, $2)
           ON CONFLICT (user_id) DO UPDATE SET reengagement_opt_out = excluded.reengagement_opt_out`,
          [userId, optOut],
        );
        if (optOut) await this.cancelAll(userId, manager);
      })
      .catch(throwDomainError);
  }
}

/** Takes due messages in the order of idx_engagement_message_queue_scheduled_for, and ends those that must not be sent. */
const CLAIM = `
  WITH due AS (
    SELECT id, user_id, retry_count FROM engagement_message_queue WHERE status = 'pending' AND scheduled_for <= $1
    ORDER BY scheduled_for LIMIT $2 FOR UPDATE SKIP LOCKED
  ), judged AS (
    SELECT due.id, CASE
      WHEN reengagement_opt_out THEN 'cancelled'
      WHEN retry_count >= ${SEND_ATTEMPTS} THEN 'failed'
      ELSE 'pending' END AS status
    FROM due LEFT JOIN user_profiles USING (user_id)
  )
  UPDATE engagement_message_queue AS message SET
    status = judged.status,
    scheduled_for = CASE judged.status WHEN 'pending' THEN $3 ELSE message.scheduled_for END,
    retry_count = message.retry_count + CASE judged.status WHEN 'pending' THEN 1 ELSE 0 END,
    error_message =
      CASE judged.status WHEN 'failed' THEN coalesce(error_message, 'The worker did not report back.') ELSE error_message END
  FROM judged WHERE message.id = judged.id
  RETURNING message.id, user_id AS "userId", message_type AS "messageType", message_key AS "messageKey",
    message_params AS "messageParams", destination, destination_jid AS "destinationJid", message.scheduled_for AS "scheduledFor",
    retry_count AS "retryCount", idempotency_key AS "idempotencyKey", message.status`;
