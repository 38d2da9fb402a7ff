import { Contains, IsDate, IsOptional, Matches } from 'class-validator';
import { Check, DeleteDateColumn, Entity, OneToMany, type Relation } from 'typeorm';
import { Enumeration, Index, Json, Moment, Reference, Text } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Audited } from '../audited';
import { Count, CreatedAt, PrimaryKey, UpdatedAt } from '../columns';
import { Escalation } from '../oversight/escalation.entity';
import { Decision } from './decision.entity';
import {
  APPROVAL_STATUSES,
  type ApprovalStatus,
  type Archetype,
  ARCHETYPES,
  type Platform,
  PLATFORMS,
  REPLY_TYPES,
  type ReplyType,
} from './enumerations';

/** What every reply is signed with. */
export const SIGNATURE = '—Antone (Vita)';

/** What no reply may say, in any case of letters, within a word or without. */
export const MEDICAL_CLAIMS = ['cure', 'prevent', 'treat', 'clinically proven'] as const;

const claims = MEDICAL_CLAIMS.join('|');

/**
 * What we answered, whether it may be posted and what came of it. Written by the reply generator, approved by a person or
 * by rule, posted by the publisher. It is signed, claims no healing and is never posted unapproved. Deleting it leaves the
 * row and sets deleted_at. (003)
 *
 * @retention for ever, longer than the decision behind it
 */
@Entity('replies')
@Audited({ except: ['helpCount', 'metricsJson'] })
@BackendOnly()
@Index('idx_replies_waiting', ['createdAt', 'id'], { where: "approval_status = 'PENDING' AND deleted_at IS NULL" })
@Index('idx_replies_platform_posted_at', ['platform', 'postedAt'])
@Check('chk_replies_content_signature', `position('${SIGNATURE}' IN "content") > 0`)
@Check('chk_replies_content_claims', `"content" !~* '(${claims})'`)
@Check('chk_replies_posted', `"posted_at" IS NULL OR "approval_status" IN ('APPROVED', 'AUTO_APPROVED')`)
export class Reply {
  @PrimaryKey() id: string;

  /** The decision that it carries out; null: that has been archived, which happens after 90 days. */
  @Reference(() => Decision, { inverse: 'replies', onDelete: 'SET NULL', nullable: true })
  decision: Relation<Decision> | null;
  decisionId: string | null;

  /** What it says, 10 to 1000 characters, with the signature and without a medical claim. */
  @Contains(SIGNATURE)
  @Matches(new RegExp(`^(?!.*(${claims}))`, 'is'), { message: 'content must not make a medical claim' })
  @Text({ min: 10, max: 1000 })
  content: string;

  /** Its manner; null: none in particular. */
  @Enumeration(ARCHETYPES, { nullable: true }) archetype: Archetype | null;

  /** Where it is posted. */
  @Enumeration(PLATFORMS) platform: Platform;

  /** The platform's own id of the post that it answers, which outlives our row of that post. */
  @Text({ length: 100, notEmpty: true }) platformPostId: string;

  /** The code in its links by which visits are counted as its own. */
  @Text({ pattern: /^[a-z0-9_-]+$/ }) utmCode: string;

  /** How many people have said that it helped. */
  @Count({ default: 0 }) helpCount: number;

  /** Whether it may be posted. */
  @Enumeration(APPROVAL_STATUSES, { default: 'PENDING', index: true }) approvalStatus: ApprovalStatus;

  /** Who approved or rejected it; null: nobody yet, or the rule did. */
  @Text({ nullable: true }) approvedBy: string | null;

  /** When it was approved or rejected; null: not yet. */
  @Moment({ nullable: true }) approvedAt: Date | null;

  /** When it was posted; null: it has not been. */
  @Moment({ nullable: true, index: true }) postedAt: Date | null;

  /** The platform's figures since it was posted: likes, replies, clicks … */
  @Json({ default: {} }) metricsJson: Record<string, unknown>;

  /** When it was deleted on the platform; null: it stands. */
  @IsOptional()
  @IsDate()
  @DeleteDateColumn({ type: 'timestamptz' })
  deletedAt: Date | null;

  /** Why it was deleted; null: it was not, or nobody said. */
  @Text({ nullable: true }) deleteReason: string | null;

  /** In which form it is posted. */
  @Enumeration(REPLY_TYPES, { default: 'COMMENT' }) replyType: ReplyType;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;

  @OneToMany(() => Escalation, (escalation) => escalation.reply) escalations: Relation<Escalation>[];
}
