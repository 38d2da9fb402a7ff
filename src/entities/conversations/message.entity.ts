import { IsOptional, Matches } from 'class-validator';
import { Check, Column, Entity, JoinColumn, ManyToOne, OneToMany, OneToOne, type Relation } from 'typeorm';
import { Enumeration, Index, Integer, JsonList, Reference, Text, Texts, Trigger, Uuid } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { Count, CreatedAt, keepHistory, PrimaryKey } from '../columns';
import { User } from '../identity/user.entity';
import { IntentExecution } from '../intents/intent-execution.entity';
import { ScheduledIntent } from '../intents/scheduled-intent.entity';
import { Conversation } from './conversation.entity';
import { MESSAGE_ROLES, type MessageRole } from './enumerations';
import { MessageEmbedding } from './message-embedding.entity';

/**
 * What was said in a conversation, by whom, with the tools that were called and what it cost. Written once by the person
 * or the assistant: it is history, of which only the feedback may change, and it leaves with its conversation alone. It
 * belongs to the conversation's owner. (002, 004)
 */
@Entity('messages')
@OwnedBy('userId', { may: ['SELECT', 'INSERT', 'UPDATE'] })
@Index('idx_messages_conversation', ['conversationId', 'createdAt'])
@Trigger({
  name: 'keep_history',
  timing: 'BEFORE',
  events: ['UPDATE', 'DELETE'],
  execute: keepHistory,
  arguments: ['feedback_score'],
})
export class Message {
  @PrimaryKey() id: string;

  /** The conversation it was said in. */
  @Uuid({ index: true }) conversationId: string;

  @ManyToOne(() => Conversation, (conversation) => conversation.messages, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn([
    { name: 'conversation_id', referencedColumnName: 'id' },
    { name: 'user_id', referencedColumnName: 'userId' },
  ])
  conversation: Relation<Conversation>;

  /** The conversation's owner, whoever speaks. */
  @Reference(() => User, { inverse: 'messages', onDelete: 'CASCADE' }) user: Relation<User>;
  userId: string;

  /** Who speaks. */
  @Enumeration(MESSAGE_ROLES) role: MessageRole;

  /** What was said. */
  @Text() content: string;

  /** The sources that it quotes; null: none. */
  @JsonList({ nullable: true }) citations: Record<string, unknown>[] | null;

  /** The tools that were called to say it, with arguments and results; null: none. */
  @JsonList({ nullable: true }) toolCalls: Record<string, unknown>[] | null;

  /** The fields of knowledge that it touches. */
  @Texts({ default: [] }) domains: string[];

  /** What the person thinks of it: -1 bad, 0 neither, 1 good; null: they have not said. */
  @Integer({ type: 'smallint', min: -1, max: 1, nullable: true }) feedbackScore: number | null;

  /** The tokens that the model read; null: no model was asked. */
  @Count({ nullable: true }) inputTokens: number | null;

  /** The tokens that the model wrote; null: no model was asked. */
  @Count({ nullable: true }) outputTokens: number | null;

  /** What the model cost, in US dollars to the millionth, as text so that no digit is lost; null: no model was asked. */
  @IsOptional()
  @Matches(/^\d{1,6}(\.\d{1,6})?$/)
  @Check('"cost_usd" >= 0')
  @Column({ type: 'decimal', precision: 12, scale: 6, nullable: true })
  costUsd: string | null;

  @CreatedAt() createdAt: Date;

  @OneToOne(() => MessageEmbedding, (embedding) => embedding.message, { cascade: ['insert'] })
  embedding: Relation<MessageEmbedding> | null;

  @OneToMany(() => ScheduledIntent, (intent) => intent.lastMessage) lastMessageOfIntents: Relation<ScheduledIntent>[];
  @OneToMany(() => IntentExecution, (execution) => execution.message) intentExecutions: Relation<IntentExecution>[];
}
