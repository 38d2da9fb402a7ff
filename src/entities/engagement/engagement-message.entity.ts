import { Check, Entity, type Relation } from 'typeorm';
import { Enumeration, Index, Json, Moment, Reference, Text } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { Count, CreatedAt, PrimaryKey } from '../columns';
import { User } from '../identity/user.entity';
import {
  type Destination,
  DESTINATIONS,
  ENGAGEMENT_MESSAGE_STATUSES,
  ENGAGEMENT_MESSAGE_TYPES,
  type EngagementMessageStatus,
  type EngagementMessageType,
} from './enumerations';

/**
 * What is to be sent to a person of the assistant's own accord, where and when, and what became of it. Queued by the
 * engagement service, sent by its worker; the idempotency key keeps a message from being queued twice. Nobody but the
 * backend sees it. (001)
 */
@Entity('engagement_message_queue')
@OwnedBy('userId', { may: [] })
@Index('idx_engagement_message_queue_status', ['status'], { where: `status = 'pending'` })
@Index('idx_engagement_message_queue_scheduled_for', ['scheduledFor'], { where: `status = 'pending'` })
@Check('chk_engagement_message_queue_sent', `("status" = 'sent') = ("sent_at" IS NOT NULL)`)
export class EngagementMessage {
  @PrimaryKey() id: string;

  /** The person it is for. */
  @Reference(() => User, { inverse: 'engagementMessages', onDelete: 'CASCADE' }) user: Relation<User>;
  userId: string;

  /** What kind of message it is. */
  @Enumeration(ENGAGEMENT_MESSAGE_TYPES) messageType: EngagementMessageType;

  /** The key of its text in the translations. */
  @Text({ notEmpty: true }) messageKey: string;

  /** What is put into that text. */
  @Json({ default: {} }) messageParams: Record<string, unknown>;

  /** Where it goes: to the person alone, or to their group. */
  @Enumeration(DESTINATIONS, { default: 'individual' }) destination: Destination;

  /** The WhatsApp JID it goes to; null: to be looked up when it is sent. */
  @Text({ notEmpty: true, nullable: true }) destinationJid: string | null;

  /** When to send it, not before. */
  @Moment() scheduledFor: Date;

  /** When it was sent; null exactly where the status is not 'sent'. */
  @Moment({ nullable: true, requiredIf: (message: EngagementMessage) => message.status === 'sent' })
  sentAt: Date | null;

  /** What became of it. */
  @Enumeration(ENGAGEMENT_MESSAGE_STATUSES, { default: 'pending' }) status: EngagementMessageStatus;

  /** How often sending it has failed. */
  @Count({ default: 0 }) retryCount: number;

  /** Why sending it last failed; null: it has not. */
  @Text({ nullable: true }) errorMessage: string | null;

  /** What makes it this message and no other: a second one of the same key is refused. */
  @Text({ notEmpty: true, unique: true }) idempotencyKey: string;

  @CreatedAt() createdAt: Date;
}
