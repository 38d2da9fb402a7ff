import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { rowsOf } from '../../database/rows';
import { EngagementMessage } from '../../entities';
import type { Destination, EngagementMessageType } from '../../entities/engagement/enumerations';
import { ConflictError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** How often sending a message is tried before it counts as failed. */
export const SEND_ATTEMPTS = 5;
/** For how long a claimed message is its worker's. A worker that has not reported back by then counts as dead. */
export const LEASE_MS = 5 * 60_000;
const FIRST_RETRY_AFTER_MS = 60_000;
const LONGEST_RETRY_AFTER_MS = 6 * 60 * 60_000;

/** The key stands for a message to somebody else. */
export class IdempotencyKeyReusedError extends ConflictError {}

/** A message to be queued. */
export interface NewMessage {
  userId: string;
  messageType: EngagementMessageType;
  /** The key of its text in the translations. */
  messageKey: string;
  /** What is put into that text. Default: nothing. */
  messageParams?: Record<string, unknown>;
  /** Default: where the person prefers to be spoken to. */
  destination?: Destination;
  /** The WhatsApp JID it goes to. Default: to be looked up when it is sent. */
  destinationJid?: string;
  /** When to send it, not before. Default: now. */
  scheduledFor?: Date;
  /** What makes it this message and no other. */
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
 * The queue of what is sent to people of the assistant's own accord (001).
 *
 * A claim is a lease and not an open transaction: sending takes as long as somebody else's gateway does, and would hold a
 * connection and hold back VACUUM. The lease is in the row: a claim moves scheduled_for to the lease's end and counts the
 * attempt as failed (retry_count) until the worker says otherwise. A message whose worker dies thus becomes due again
 * when the lease ends, and one that kills its workers runs out of attempts like any other.
 *
 * A message is therefore sent at least once. A worker that dies between sending and `markSent` makes it twice, which the
 * gateway can recognise by the idempotency key.
 *
 * People who have opted out are sent nothing: it is refused when it is queued, cancelled when they opt out, and, where
 * they did so by another way than `setOptOut`, cancelled when it would be claimed.
 */
@Injectable()
export class MessageQueueService {
  constructor(@InjectRepository(EngagementMessage) private readonly messages: Repository<EngagementMessage>) {}

  /**
   * Queues a message, once for each idempotency key.
   *
   * @param manager of the transaction that it shall be part of. Default: none, it is queued at once
   * @returns the message of that key, be it this one or the one that was there; null: the person has opted out
   * @throws IdempotencyKeyReusedError where the key stands for a message to another person
   * @throws ConflictError where there is no such person
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
    // The lock has whoever opts the person out at the same time wait: they cancel this message, then.
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
   * Claims messages that are due, those due longest first. No two workers get the same one while its lease lasts, and
   * none waits for another. The worker sends it and calls `markSent` or `markFailed`.
   *
   * @param limit how many at most
   * @returns none: nothing is due
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
      // Where all that was due was not to be sent, there may be more behind it.
      if (claimed.length > 0 || taken.length === 0) return claimed;
    }
  }

  /**
   * A claimed message has been sent. That is so even if its lease is over or it has been cancelled meanwhile; a second
   * call changes nothing.
   *
   * @throws NotFoundError where there is no such message
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
   * Sending a claimed message has failed: it is tried again after a minute, and after twice as long each further time, up
   * to six hours; after SEND_ATTEMPTS it has failed for good. Nothing happens where the message is not this worker's any
   * more.
   *
   * @param message as it was claimed
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

  /** Cancels a message that is still pending. Whether there was one. */
  async cancel(id: string): Promise<boolean> {
    const { affected } = await this.messages
      .update({ id, status: 'pending' }, { status: 'cancelled' })
      .catch(throwDomainError);
    return affected === 1;
  }

  /** Cancels what is still pending for a person. Returns how many messages that were. */
  async cancelAll(userId: string, manager: EntityManager = this.messages.manager): Promise<number> {
    const { affected } = await manager
      .update(EngagementMessage, { userId, status: 'pending' }, { status: 'cancelled' })
      .catch(throwDomainError);
    return affected!;
  }

  /**
   * Says whether a person wants to be sent such messages. With those who don't, all that is pending is cancelled.
   *
   * @throws ConflictError where there is no such person
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

/** Takes what is due, in idx_engagement_message_queue_scheduled_for's order; what is not to be sent any more ends here. */
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
