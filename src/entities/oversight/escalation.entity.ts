import { IsDate, IsOptional, IsString, IsUUID, ValidateIf } from 'class-validator';
import { Check, Column, Entity, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { Enumeration, Index } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Audited } from '../audited';
import { CreatedAt, PrimaryKey } from '../columns';
import { Decision } from '../social/decision.entity';
import { Post } from '../social/post.entity';
import { Reply } from '../social/reply.entity';
import {
  ESCALATION_PRIORITIES,
  ESCALATION_REASONS,
  ESCALATION_STATUSES,
  type EscalationPriority,
  type EscalationReason,
  type EscalationStatus,
} from './enumerations';

const isClosed = (status: EscalationStatus): boolean => status === 'RESOLVED' || status === 'DISMISSED';

/**
 * What a person has to look at, and what they did about it. Raised by the decision engine, the publisher or a person;
 * worked off by the people on duty, the most urgent first. It stays when what it is about has been archived. (003)
 */
@Entity('escalations')
@Audited()
@BackendOnly()
@Index('idx_escalations_status_priority', ['status', 'priority'])
@Index('idx_escalations_created_at', ['createdAt'])
@Index('idx_escalations_post_id', ['postId'])
@Index('idx_escalations_decision_id', ['decisionId'])
@Index('idx_escalations_reply_id', ['replyId'])
@Check('chk_escalations_resolved', `("status" IN ('RESOLVED', 'DISMISSED')) = ("resolved_at" IS NOT NULL)`)
export class Escalation {
  @PrimaryKey()
  id: string;

  /** The post that it is about; null: none, or it has been archived. */
  @IsOptional()
  @IsUUID()
  @Column({ type: 'uuid', nullable: true })
  postId: string | null;

  @ManyToOne(() => Post, (post) => post.escalations, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'post_id' })
  post: Relation<Post> | null;

  /** The decision that it is about; null: none, or it has been archived. */
  @IsOptional()
  @IsUUID()
  @Column({ type: 'uuid', nullable: true })
  decisionId: string | null;

  @ManyToOne(() => Decision, (decision) => decision.escalations, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'decision_id' })
  decision: Relation<Decision> | null;

  /** The reply that it is about; null: none. */
  @IsOptional()
  @IsUUID()
  @Column({ type: 'uuid', nullable: true })
  replyId: string | null;

  @ManyToOne(() => Reply, (reply) => reply.escalations, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'reply_id' })
  reply: Relation<Reply> | null;

  /** Why a person has to look at it. */
  @Enumeration(ESCALATION_REASONS)
  reason: EscalationReason;

  /** How urgent it is. */
  @Enumeration(ESCALATION_PRIORITIES, { default: 'MEDIUM' })
  priority: EscalationPriority;

  /** How far it has come. */
  @Enumeration(ESCALATION_STATUSES, { default: 'OPEN' })
  status: EscalationStatus;

  /** Who looks at it; null: nobody yet. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  assignedTo: string | null;

  /** Who closed it; null: it is open. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  resolvedBy: string | null;

  /** What was done about it; null: nothing to tell. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  resolutionNotes: string | null;

  @CreatedAt()
  createdAt: Date;

  /** When it was resolved or dismissed; null exactly where it is neither. */
  @ValidateIf((escalation: Escalation) => escalation.resolvedAt != null || isClosed(escalation.status))
  @IsDate()
  @Column({ type: 'timestamptz', nullable: true })
  resolvedAt: Date | null;
}
