import {
  Contains,
  IsDate,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  MaxLength,
} from 'class-validator';
import { Check, Column, DeleteDateColumn, Entity, JoinColumn, ManyToOne, OneToMany, type Relation } from 'typeorm';
import { Enumeration, HasDefault, Index } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Audited } from '../audited';
import { Count, CreatedAt, Pattern, PrimaryKey, UpdatedAt } from '../columns';
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
@Index('idx_replies_posted_at', ['postedAt'])
@Index('idx_replies_approval_status', ['approvalStatus'])
@Index('idx_replies_waiting', ['createdAt', 'id'], { where: "approval_status = 'PENDING' AND deleted_at IS NULL" })
@Index('idx_replies_platform_posted_at', ['platform', 'postedAt'])
@Index('idx_replies_decision_id', ['decisionId'])
@Check('chk_replies_content_signature', `position('${SIGNATURE}' IN "content") > 0`)
@Check('chk_replies_content_claims', `"content" !~* '(${claims})'`)
@Check('chk_replies_posted', `"posted_at" IS NULL OR "approval_status" IN ('APPROVED', 'AUTO_APPROVED')`)
export class Reply {
  @PrimaryKey()
  id: string;

  /** The decision that it carries out; null: that has been archived, which happens after 90 days. */
  @IsOptional()
  @IsUUID()
  @Column({ type: 'uuid', nullable: true })
  decisionId: string | null;

  @ManyToOne(() => Decision, (decision) => decision.replies, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'decision_id' })
  decision: Relation<Decision> | null;

  /** What it says, 10 to 1000 characters, with the signature and without a medical claim. */
  @IsString()
  @Length(10, 1000)
  @Contains(SIGNATURE)
  @Matches(new RegExp(`^(?!.*(${claims}))`, 'is'), { message: 'content must not make a medical claim' })
  @Check('char_length("content") BETWEEN 10 AND 1000')
  @Column({ type: 'text' })
  content: string;

  /** Its manner; null: none in particular. */
  @Enumeration(ARCHETYPES, { nullable: true })
  archetype: Archetype | null;

  /** Where it is posted. */
  @Enumeration(PLATFORMS)
  platform: Platform;

  /** The platform's own id of the post that it answers, which outlives our row of that post. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  @Column({ type: 'varchar', length: 100 })
  platformPostId: string;

  /** The code in its links by which visits are counted as its own. */
  @Pattern(/^[a-z0-9_-]+$/)
  @Column({ type: 'text' })
  utmCode: string;

  /** How many people have said that it helped. */
  @Count({ default: 0 })
  helpCount: number;

  /** Whether it may be posted. */
  @Enumeration(APPROVAL_STATUSES, { default: 'PENDING' })
  approvalStatus: ApprovalStatus;

  /** Who approved or rejected it; null: nobody yet, or the rule did. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  approvedBy: string | null;

  /** When it was approved or rejected; null: not yet. */
  @IsOptional()
  @IsDate()
  @Column({ type: 'timestamptz', nullable: true })
  approvedAt: Date | null;

  /** When it was posted; null: it has not been. */
  @IsOptional()
  @IsDate()
  @Column({ type: 'timestamptz', nullable: true })
  postedAt: Date | null;

  /** The platform's figures since it was posted: likes, replies, clicks … */
  @HasDefault()
  @IsObject()
  @Column({ type: 'jsonb', default: {} })
  metricsJson: Record<string, unknown>;

  /** When it was deleted on the platform; null: it stands. */
  @IsOptional()
  @IsDate()
  @DeleteDateColumn({ type: 'timestamptz' })
  deletedAt: Date | null;

  /** Why it was deleted; null: it was not, or nobody said. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  deleteReason: string | null;

  /** In which form it is posted. */
  @Enumeration(REPLY_TYPES, { default: 'COMMENT' })
  replyType: ReplyType;

  @CreatedAt()
  createdAt: Date;

  @UpdatedAt()
  updatedAt: Date;

  @OneToMany(() => Escalation, (escalation) => escalation.reply)
  escalations: Relation<Escalation>[];
}
