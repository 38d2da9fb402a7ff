import { IsPositive } from 'class-validator';
import { Check, Entity, OneToMany, type Relation } from 'typeorm';
import { Enumeration, Flag, Index, Integer, Json, Moment, Reference, Text } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { Count, CreatedAt, PrimaryKey, UpdatedAt } from '../columns';
import { Message } from '../conversations/message.entity';
import { User } from '../identity/user.entity';
import {
  ACTION_PRIORITIES,
  ACTION_TYPES,
  type ActionPriority,
  type ActionType,
  EXECUTION_STATUSES,
  type ExecutionStatus,
  TRIGGER_TYPES,
  type TriggerType,
} from './enumerations';
import { IntentExecution } from './intent-execution.entity';

/**
 * What shall be done for a person, and when: "a briefing every weekday at seven", "tell me when it falls below ten".
 * Written by the person and by the assistant on their behalf; the scheduler keeps the state of execution. It is due when
 * it is enabled and next_check has come. (000)
 */
@Entity('scheduled_intents')
@OwnedBy('userId', {
  may: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  writes: `"last_message_id" IS NULL OR EXISTS (
    SELECT FROM "messages" WHERE "messages"."id" = "last_message_id" AND "messages"."user_id" = "scheduled_intents"."user_id"
  )`,
})
@Index('idx_intents_user_enabled', ['userId', 'enabled'], { where: 'enabled = true' })
@Index('idx_intents_pending', ['nextCheck'], { where: 'enabled = true AND next_check IS NOT NULL' })
@Index('idx_intents_type', ['userId', 'triggerType'])
@Index('idx_intents_created', ['createdAt'])
@Check(
  'chk_scheduled_intents_trigger',
  `CASE WHEN trigger_type IN ('cron', 'interval', 'once') THEN trigger_schedule IS NOT NULL ELSE trigger_condition IS NOT NULL END`,
)
export class ScheduledIntent {
  @PrimaryKey() id: string;

  /** The person it is done for. */
  @Reference(() => User, { inverse: 'scheduledIntents', onDelete: 'CASCADE', index: 'idx_intents_user_id' })
  user: Relation<User>;
  userId: string;

  /** What the person calls it. */
  @Text({ length: 255, notEmpty: true }) intentName: string;

  /** What it is for, in the person's words; null: they said no more than the name. */
  @Text({ nullable: true }) description: string | null;

  /** What makes it fire. */
  @Enumeration(TRIGGER_TYPES) triggerType: TriggerType;

  /** When it fires: a cron expression and its time zone, an interval, or a moment; null: it waits for a condition. */
  @Json({ nullable: true }) triggerSchedule: Record<string, unknown> | null;

  /** What it waits for: a price, a silence, an event …; null: it has a schedule. */
  @Json({ nullable: true }) triggerCondition: Record<string, unknown> | null;

  /** What is done when it fires. */
  @Enumeration(ACTION_TYPES) actionType: ActionType;

  /** What the assistant has to know to do it; null: nothing more than the name and description. */
  @Text({ nullable: true }) actionContext: string | null;

  /** How much it matters: a gate may block what is not critical. */
  @Enumeration(ACTION_PRIORITIES, { default: 'normal' }) actionPriority: ActionPriority;

  /** When the scheduler looks at it next; null: never again of its own accord. */
  @Moment({ nullable: true }) nextCheck: Date | null;

  /** When the scheduler last looked at it; null: not yet. */
  @Moment({ nullable: true }) lastChecked: Date | null;

  /** When it last fired; null: not yet. */
  @Moment({ nullable: true }) lastExecuted: Date | null;

  /** How often it has fired: the number of its executions. */
  @Count({ default: 0 }) executionCount: number;

  /** How its last execution ended; null: not executed yet. */
  @Enumeration(EXECUTION_STATUSES, { nullable: true }) lastExecutionStatus: ExecutionStatus | null;

  /** Why its last execution failed; null: it did not. */
  @Text({ nullable: true }) lastExecutionError: string | null;

  /** The message that its last execution sent; null: none, or it has been deleted. */
  @Reference(() => Message, { inverse: 'lastMessageOfIntents', onDelete: 'SET NULL', nullable: true })
  lastMessage: Relation<Message> | null;
  lastMessageId: string | null;

  /** Whether it may fire at all. */
  @Flag({ default: true }) enabled: boolean;

  /** From when on it fires no more; null: it does not expire. */
  @Moment({ nullable: true }) expiresAt: Date | null;

  /** How often it may fire in all; null: without limit. */
  @IsPositive()
  @Check('"max_executions" > 0')
  @Integer({ nullable: true })
  maxExecutions: number | null;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;

  /** Who wrote it: 'user', or the name of the agent that did. */
  @Text({ default: 'user' }) createdBy: string;

  /** Whatever else its author keeps with it. */
  @Json({ default: {} }) metadata: Record<string, unknown>;

  @OneToMany(() => IntentExecution, (execution) => execution.intent) executions: Relation<IntentExecution>[];
}
