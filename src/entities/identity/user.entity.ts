import { IsEmail, IsLowercase } from 'class-validator';
import { Check, Entity, OneToMany, OneToOne, type Relation, Unique } from 'typeorm';
import { Enumeration, Index, Moment, Text, Uuid } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { Audited } from '../audited';
import { CreatedAt, PrimaryKey, UpdatedAt } from '../columns';
import { Conversation } from '../conversations/conversation.entity';
import { Message } from '../conversations/message.entity';
import { EngagementMessage } from '../engagement/engagement-message.entity';
import { EngagementStateTransition } from '../engagement/engagement-state-transition.entity';
import { UserEngagementState } from '../engagement/user-engagement-state.entity';
import { IntentExecution } from '../intents/intent-execution.entity';
import { ScheduledIntent } from '../intents/scheduled-intent.entity';
import { Task } from '../tasks/task.entity';
import { USER_ROLES, type UserRole } from './enumerations';
import { Session } from './session.entity';
import { UserProfile } from './user-profile.entity';

/**
 * Who may sign in, and how: with a password, by single sign-on, or both. Written by registration and sign-in. One
 * address is one account, in lower case; deleting an account takes all that belongs to the person with it. (002, 004)
 */
@Entity('users')
@Audited({ withheld: ['email', 'name', 'ssoId', 'passwordHash'], except: ['lastLogin'] })
@OwnedBy('id', {
  may: ['SELECT'],
  reads: [
    'id',
    'email',
    'name',
    'role',
    'organizationId',
    'ssoProvider',
    'ssoId',
    'createdAt',
    'updatedAt',
    'lastLogin',
  ],
})
@Index('idx_users_email', ['email'], { unique: true })
@Unique(['ssoProvider', 'ssoId'])
@Check('chk_users_sso', '("sso_provider" IS NULL) = ("sso_id" IS NULL)')
@Check('chk_users_credential', '"password_hash" IS NOT NULL OR "sso_provider" IS NOT NULL')
export class User {
  @PrimaryKey() id: string;

  /** The address that the person signs in with, trimmed and in lower case. */
  @IsEmail()
  @IsLowercase()
  @Check('"email" = lower(btrim("email"))')
  @Text({ length: 255 })
  email: string;

  /** What to call the person; null: they have not said. */
  @Text({ length: 255, nullable: true }) name: string | null;

  /** What the person is to the platform. */
  @Enumeration(USER_ROLES, { default: 'educator' }) role: UserRole;

  /** The organization, kept elsewhere, that the person belongs to; null: none. */
  @Uuid({ nullable: true, index: true }) organizationId: string | null;

  /** The provider that vouches for the person; null: they sign in with a password alone. */
  @Text({ notEmpty: true, nullable: true, requiredIf: (user: User) => user.ssoId != null }) ssoProvider: string | null;

  /** The person's id at the provider; null exactly where sso_provider is. */
  @Text({ notEmpty: true, nullable: true, requiredIf: (user: User) => user.ssoProvider != null }) ssoId: string | null;

  /** The password's bcrypt hash, never the password; null: sign-in by the provider alone. Never selected unless asked for. */
  @Text({
    length: 255,
    pattern: /^\$2[aby]\$/,
    nullable: true,
    requiredIf: (user: User) => user.ssoProvider == null,
    select: false,
  })
  passwordHash: string | null;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;

  /** When the person last signed in; null: never. */
  @Moment({ nullable: true }) lastLogin: Date | null;

  @OneToOne(() => UserProfile, (profile) => profile.user, { cascade: ['insert'] })
  profile: Relation<UserProfile> | null;

  @OneToMany(() => Session, (session) => session.user) sessions: Relation<Session>[];
  @OneToMany(() => Conversation, (conversation) => conversation.user) conversations: Relation<Conversation>[];
  @OneToMany(() => Message, (message) => message.user) messages: Relation<Message>[];
  @OneToMany(() => Task, (task) => task.user) tasks: Relation<Task>[];
  @OneToMany(() => ScheduledIntent, (intent) => intent.user) scheduledIntents: Relation<ScheduledIntent>[];
  @OneToMany(() => IntentExecution, (execution) => execution.user) intentExecutions: Relation<IntentExecution>[];

  @OneToOne(() => UserEngagementState, (state) => state.user, { cascade: ['insert'] })
  engagementState: Relation<UserEngagementState> | null;

  @OneToMany(() => EngagementStateTransition, (transition) => transition.user)
  engagementStateTransitions: Relation<EngagementStateTransition>[];

  @OneToMany(() => EngagementMessage, (message) => message.user) engagementMessages: Relation<EngagementMessage>[];
}
