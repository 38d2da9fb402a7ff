import { Entity, type Relation } from 'typeorm';
import { Enumeration, Index, Moment, Reference } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { CreatedAt, PrimaryKey, UpdatedAt } from '../columns';
import { User } from '../identity/user.entity';
import { ENGAGEMENT_STATES, type EngagementState } from './enumerations';

/**
 * Where a person stands with the assistant now, and when the scheduler has to look at them next. Written by the
 * engagement service alone, which records each change as a transition; at most one a person. (001)
 */
@Entity('user_engagement_states')
@OwnedBy('userId', { may: ['SELECT'] })
@Index('idx_user_engagement_states_inactive', ['lastActivityAt'], { where: "state = 'active'" })
@Index('idx_user_engagement_states_goodbye_expires_at', ['goodbyeExpiresAt'], {
  where: 'goodbye_expires_at IS NOT NULL',
})
@Index('idx_user_engagement_states_remind_at', ['remindAt'], { where: 'remind_at IS NOT NULL' })
export class UserEngagementState {
  @PrimaryKey() id: string;

  /** The person. */
  @Reference(() => User, { inverse: 'engagementState', onDelete: 'CASCADE', unique: true }) user: Relation<User>;
  userId: string;

  /** Where the person stands: the to_state of their last transition. */
  @Enumeration(ENGAGEMENT_STATES, { default: 'active', index: true }) state: EngagementState;

  /** When the person last did anything. */
  @Moment({ default: () => 'now()', index: true }) lastActivityAt: Date;

  /** When the goodbye was sent; null: none was since they were last active. */
  @Moment({ nullable: true }) goodbyeSentAt: Date | null;

  /** When an unanswered goodbye makes the person dormant; null: no goodbye waits for an answer. */
  @Moment({ nullable: true }) goodbyeExpiresAt: Date | null;

  /** When to remind the person, as they asked; null: they did not ask. */
  @Moment({ nullable: true }) remindAt: Date | null;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;
}
