import { Entity, type Relation } from 'typeorm';
import { desc, Enumeration, Index, Json, Moment, Reference, Text } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { Count, PrimaryKey } from '../columns';
import { Message } from '../conversations/message.entity';
import { User } from '../identity/user.entity';
import { EXECUTION_STATUSES, type ExecutionStatus, TRIGGER_TYPES, type TriggerType } from './enumerations';
import { ScheduledIntent } from './scheduled-intent.entity';

/**
 * What became of an intent each time that it fired: why it fired, whether a gate let it pass, what was sent and how long
 * it took. Written by the scheduler, one row an execution. (000)
 */
@Entity('intent_executions')
@OwnedBy('userId', { may: ['SELECT'] })
@Index('idx_executions_intent', ['intentId', desc('executedAt')])
@Index('idx_executions_user', ['userId', desc('executedAt')])
export class IntentExecution {
  @PrimaryKey() id: string;

  /** The intent that fired. */
  @Reference(() => ScheduledIntent, { inverse: 'executions', onDelete: 'CASCADE', index: false })
  intent: Relation<ScheduledIntent>;
  intentId: string;

  /** The person it was done for. */
  @Reference(() => User, { inverse: 'intentExecutions', onDelete: 'CASCADE', index: false }) user: Relation<User>;
  userId: string;

  /** When it fired. */
  @Moment({ default: () => 'now()' }) executedAt: Date;

  /** What made it fire: the intent's trigger type at that time. */
  @Enumeration(TRIGGER_TYPES) triggerType: TriggerType;

  /** What the trigger saw: a price, an event …; null: nothing but the time. */
  @Json({ nullable: true }) triggerData: Record<string, unknown> | null;

  /** How it ended. */
  @Enumeration(EXECUTION_STATUSES, { index: 'idx_executions_status' }) status: ExecutionStatus;

  /** What the gates said, and why; null: it did not come to them. */
  @Json({ nullable: true }) gateResult: Record<string, unknown> | null;

  /** The message that it sent; null: none, or it has been deleted. */
  @Reference(() => Message, { inverse: 'intentExecutions', onDelete: 'SET NULL', nullable: true })
  message: Relation<Message> | null;
  messageId: string | null;

  /** The beginning of that message, which outlives it; null: none was sent. */
  @Text({ nullable: true }) messagePreview: string | null;

  /** Milliseconds to decide whether to fire; null: it did not come to that. */
  @Count({ nullable: true }) evaluationMs: number | null;

  /** Milliseconds to write the message; null: it did not come to that. */
  @Count({ nullable: true }) generationMs: number | null;

  /** Milliseconds to deliver the message; null: it did not come to that. */
  @Count({ nullable: true }) deliveryMs: number | null;

  /** Why it failed; null: it did not. */
  @Text({ nullable: true }) errorMessage: string | null;
}
