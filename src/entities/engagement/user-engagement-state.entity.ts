import { IsDate, IsOptional, IsUUID } from 'class-validator';
import { Column, Entity, JoinColumn, OneToOne, type Relation } from 'typeorm';
import { Enumeration, HasDefault, Index } from '@entity-backend/schema';
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
@Index('idx_user_engagement_states_state', ['state'])
@Index('idx_user_engagement_states_last_activity_at', ['lastActivityAt'])
@Index('idx_user_engagement_states_inactive', ['lastActivityAt'], { where: "state = 'active'" })
@Index('idx_user_engagement_states_goodbye_expires_at', ['goodbyeExpiresAt'], {
  where: 'goodbye_expires_at IS NOT NULL',
})
@Index('idx_user_engagement_states_remind_at', ['remindAt'], { where: 'remind_at IS NOT NULL' })
export class UserEngagementState {
  @PrimaryKey()
  id: string;

  /** The person. */
  @IsUUID()
  @Column({ type: 'uuid' })
  userId: string;

  @OneToOne(() => User, (user) => user.engagementState, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'user_id' })
  user: Relation<User>;

  /** Where the person stands: the to_state of their last transition. */
  @Enumeration(ENGAGEMENT_STATES, { default: 'active' })
  state: EngagementState;

  /** When the person last did anything. */
  @HasDefault()
  @IsDate()
  @Column({ type: 'timestamptz', default: () => 'now()' })
  lastActivityAt: Date;

  /** When the goodbye was sent; null: none was since they were last active. */
  @IsOptional()
  @IsDate()
  @Column({ type: 'timestamptz', nullable: true })
  goodbyeSentAt: Date | null;

  /** When an unanswered goodbye makes the person dormant; null: no goodbye waits for an answer. */
  @IsOptional()
  @IsDate()
  @Column({ type: 'timestamptz', nullable: true })
  goodbyeExpiresAt: Date | null;

  /** When to remind the person, as they asked; null: they did not ask. */
  @IsOptional()
  @IsDate()
  @Column({ type: 'timestamptz', nullable: true })
  remindAt: Date | null;

  @CreatedAt()
  createdAt: Date;

  @UpdatedAt()
  updatedAt: Date;
}
