import { Check, Entity, type Relation } from 'typeorm';
import { Enumeration, Index, Moment, Reference, Text } from '@entity-backend/schema';
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
@Check('chk_escalations_resolved', `("status" IN ('RESOLVED', 'DISMISSED')) = ("resolved_at" IS NOT NULL)`)
export class Escalation {
  @PrimaryKey() id: string;

  /** The post that it is about; null: none, or it has been archived. */
  @Reference(() => Post, { inverse: 'escalations', onDelete: 'SET NULL', nullable: true }) post: Relation<Post> | null;
  postId: string | null;

  /** The decision that it is about; null: none, or it has been archived. */
  @Reference(() => Decision, { inverse: 'escalations', onDelete: 'SET NULL', nullable: true })
  decision: Relation<Decision> | null;
  decisionId: string | null;

  /** The reply that it is about; null: none. */
  @Reference(() => Reply, { inverse: 'escalations', onDelete: 'SET NULL', nullable: true })
  reply: Relation<Reply> | null;
  replyId: string | null;

  /** Why a person has to look at it. */
  @Enumeration(ESCALATION_REASONS) reason: EscalationReason;

  /** How urgent it is. */
  @Enumeration(ESCALATION_PRIORITIES, { default: 'MEDIUM' }) priority: EscalationPriority;

  /** How far it has come. */
  @Enumeration(ESCALATION_STATUSES, { default: 'OPEN' }) status: EscalationStatus;

  /** Who looks at it; null: nobody yet. */
  @Text({ nullable: true }) assignedTo: string | null;

  /** Who closed it; null: it is open. */
  @Text({ nullable: true }) resolvedBy: string | null;

  /** What was done about it; null: nothing to tell. */
  @Text({ nullable: true }) resolutionNotes: string | null;

  @CreatedAt() createdAt: Date;

  /** When it was resolved or dismissed; null exactly where it is neither. */
  @Moment({ nullable: true, requiredIf: (escalation: Escalation) => isClosed(escalation.status) })
  resolvedAt: Date | null;
}
