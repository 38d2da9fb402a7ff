import { Entity, type Relation } from 'typeorm';
import { Enumeration, Index, Json, Reference, Text, Trigger } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { CreatedAt, keepHistory, PrimaryKey } from '../columns';
import { User } from '../identity/user.entity';
import { ENGAGEMENT_STATES, type EngagementState } from './enumerations';

/**
 * How a person came to stand where they do: every change of their engagement state, and what caused it. Written by the
 * engagement service together with the state itself; it is history, of which nothing changes. (001)
 */
@Entity('engagement_state_transitions')
@OwnedBy('userId', { may: ['SELECT'] })
@Index('idx_engagement_state_transitions_created_at', ['createdAt'])
@Trigger({ name: 'keep_history', timing: 'BEFORE', events: ['UPDATE', 'DELETE'], execute: keepHistory })
export class EngagementStateTransition {
  @PrimaryKey() id: string;

  /** The person. */
  @Reference(() => User, { inverse: 'engagementStateTransitions', onDelete: 'CASCADE' }) user: Relation<User>;
  userId: string;

  /** The state before; null: there was none, this is the first. */
  @Enumeration(ENGAGEMENT_STATES, { nullable: true }) fromState: EngagementState | null;

  /** The state from then on. */
  @Enumeration(ENGAGEMENT_STATES) toState: EngagementState;

  /** What caused it: 'inactivity_timeout', 'user_message' … */
  @Text({ notEmpty: true }) trigger: string;

  /** Whatever else explains it. */
  @Json({ default: {} }) metadata: Record<string, unknown>;

  @CreatedAt() createdAt: Date;
}
