import { IsDate, IsObject, IsOptional, IsString, IsUUID } from 'class-validator';
import { Column, Entity, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { desc, Enumeration, HasDefault, Index } from '@entity-backend/schema';
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
@Index('idx_executions_status', ['status'])
@Index('idx_intent_executions_message_id', ['messageId'])
export class IntentExecution {
  @PrimaryKey()
  id: string;

  /** The intent that fired. */
  @IsUUID()
  @Column({ type: 'uuid' })
  intentId: string;

  @ManyToOne(() => ScheduledIntent, (intent) => intent.executions, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'intent_id' })
  intent: Relation<ScheduledIntent>;

  /** The person it was done for. */
  @IsUUID()
  @Column({ type: 'uuid' })
  userId: string;

  @ManyToOne(() => User, (user) => user.intentExecutions, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'user_id' })
  user: Relation<User>;

  /** When it fired. */
  @HasDefault()
  @IsDate()
  @Column({ type: 'timestamptz', default: () => 'now()' })
  executedAt: Date;

  /** What made it fire: the intent's trigger type at that time. */
  @Enumeration(TRIGGER_TYPES)
  triggerType: TriggerType;

  /** What the trigger saw: a price, an event …; null: nothing but the time. */
  @IsOptional()
  @IsObject()
  @Column({ type: 'jsonb', nullable: true })
  triggerData: Record<string, unknown> | null;

  /** How it ended. */
  @Enumeration(EXECUTION_STATUSES)
  status: ExecutionStatus;

  /** What the gates said, and why; null: it did not come to them. */
  @IsOptional()
  @IsObject()
  @Column({ type: 'jsonb', nullable: true })
  gateResult: Record<string, unknown> | null;

  /** The message that it sent; null: none, or it has been deleted. */
  @IsOptional()
  @IsUUID()
  @Column({ type: 'uuid', nullable: true })
  messageId: string | null;

  @ManyToOne(() => Message, (message) => message.intentExecutions, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'message_id' })
  message: Relation<Message> | null;

  /** The beginning of that message, which outlives it; null: none was sent. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  messagePreview: string | null;

  /** Milliseconds to decide whether to fire; null: it did not come to that. */
  @Count({ nullable: true })
  evaluationMs: number | null;

  /** Milliseconds to write the message; null: it did not come to that. */
  @Count({ nullable: true })
  generationMs: number | null;

  /** Milliseconds to deliver the message; null: it did not come to that. */
  @Count({ nullable: true })
  deliveryMs: number | null;

  /** Why it failed; null: it did not. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  errorMessage: string | null;
}
