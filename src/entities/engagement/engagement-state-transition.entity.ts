import { IsNotEmpty, IsObject, IsString, IsUUID } from 'class-validator';
import { Column, Entity, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { Enumeration, HasDefault, Index, Trigger } from '@entity-backend/schema';
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
@Index('idx_engagement_state_transitions_user_id', ['userId'])
@Index('idx_engagement_state_transitions_created_at', ['createdAt'])
@Trigger({ name: 'keep_history', timing: 'BEFORE', events: ['UPDATE', 'DELETE'], execute: keepHistory })
export class EngagementStateTransition {
  @PrimaryKey()
  id: string;

  /** The person. */
  @IsUUID()
  @Column({ type: 'uuid' })
  userId: string;

  @ManyToOne(() => User, (user) => user.engagementStateTransitions, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'user_id' })
  user: Relation<User>;

  /** The state before; null: there was none, this is the first. */
  @Enumeration(ENGAGEMENT_STATES, { nullable: true })
  fromState: EngagementState | null;

  /** The state from then on. */
  @Enumeration(ENGAGEMENT_STATES)
  toState: EngagementState;

  /** What caused it: 'inactivity_timeout', 'user_message' … */
  @IsString()
  @IsNotEmpty()
  @Column({ type: 'text' })
  trigger: string;

  /** Whatever else explains it. */
  @HasDefault()
  @IsObject()
  @Column({ type: 'jsonb', default: {} })
  metadata: Record<string, unknown>;

  @CreatedAt()
  createdAt: Date;
}
