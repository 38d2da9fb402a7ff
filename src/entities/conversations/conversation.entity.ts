import { Check, Entity, OneToMany, type Relation, Unique } from 'typeorm';
import { desc, Enumeration, Flag, Index, Reference, Text } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { CreatedAt, PrimaryKey, UpdatedAt } from '../columns';
import { User } from '../identity/user.entity';
import { CONVERSATION_STATUSES, type ConversationStatus } from './enumerations';
import { Message } from './message.entity';

/**
 * A thread of messages between a person and the assistant, the latest first in their list. Written by the person; who
 * knows the share token of a shared one may read it without an account. (002, 004)
 */
@Entity('conversations')
@OwnedBy('userId', { may: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] })
@Index('idx_conversations_user_id_updated_at', ['userId', desc('updatedAt')])
@Index('idx_conversations_share_token', ['shareToken'], { unique: true })
// The target of the messages' composite key: a message belongs to the conversation's owner.
@Unique(['id', 'userId'])
@Check('chk_conversations_share', 'NOT "share_enabled" OR "share_token" IS NOT NULL')
export class Conversation {
  @PrimaryKey() id: string;

  /** The person whose conversation it is. */
  @Reference(() => User, { inverse: 'conversations', onDelete: 'CASCADE', index: 'idx_conversations_user' })
  user: Relation<User>;
  userId: string;

  /** What it is about, in a few words; null: nobody has named it yet. */
  @Text({ length: 255, nullable: true }) title: string | null;

  /** Whether it is in the person's list or has been put away. */
  @Enumeration(CONVERSATION_STATUSES, { default: 'active' }) status: ConversationStatus;

  /** The secret of its public address; null: never shared. It stays when sharing is switched off. */
  @Text({ notEmpty: true, nullable: true, requiredIf: (conversation: Conversation) => conversation.shareEnabled })
  shareToken: string | null;

  /** Whether the share token opens it. Never without a token. */
  @Flag({ default: false }) shareEnabled: boolean;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;

  @OneToMany(() => Message, (message) => message.conversation, { cascade: ['insert'] }) messages: Relation<Message>[];
}
