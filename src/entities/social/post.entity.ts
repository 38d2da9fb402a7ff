import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDate,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  MaxLength,
} from 'class-validator';
import { Check, Column, Entity, JoinColumn, ManyToOne, OneToMany, type Relation, Unique } from 'typeorm';
import { Enumeration, HasDefault, Index, Retention } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Count, CreatedAt, Pattern, PrimaryKey, UpdatedAt } from '../columns';
import { CompetitiveMention } from '../competitors/competitive-mention.entity';
import { Escalation } from '../oversight/escalation.entity';
import { Author } from './author.entity';
import { Decision } from './decision.entity';
import { type Platform, PLATFORMS } from './enumerations';

/**
 * What was posted that speaks of our subject, and whether it has been dealt with. Written by the listener, one row a
 * post. (003)
 */
@Entity('posts')
@BackendOnly()
@Unique(['platform', 'platformPostId'])
@Index('idx_posts_processed_at', ['processedAt'])
@Index('idx_posts_platform_detected_at', ['platform', 'detectedAt'])
@Index('idx_posts_author_id', ['authorId'])
@Retention({ by: 'detectedAt', keep: '90 days', archive: 'json', with: [() => Decision, () => CompetitiveMention] })
export class Post {
  @PrimaryKey()
  id: string;

  /** Where it was posted. */
  @Enumeration(PLATFORMS)
  platform: Platform;

  /** The platform's own id of the post. */
  @MaxLength(100)
  @Pattern(/^[a-zA-Z0-9_-]+$/)
  @Column({ type: 'varchar', length: 100 })
  platformPostId: string;

  /** Who posted it. */
  @IsUUID()
  @Column({ type: 'uuid' })
  authorId: string;

  @ManyToOne(() => Author, (author) => author.posts, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'author_id' })
  author: Relation<Author>;

  /** What it says, 1 to 5000 characters. */
  @IsString()
  @Length(1, 5000)
  @Check('char_length("content") BETWEEN 1 AND 5000')
  @Column({ type: 'text' })
  content: string;

  /** When the listener found it. Retention counts from here. */
  @HasDefault()
  @IsDate()
  @Column({ type: 'timestamptz', default: () => 'now()' })
  detectedAt: Date;

  /** When it was dealt with; null: it still waits. */
  @IsOptional()
  @IsDate()
  @Column({ type: 'timestamptz', nullable: true })
  processedAt: Date | null;

  /** The keywords it was found by, 1 to 50. */
  @IsArray()
  @IsString({ each: true })
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @Check('cardinality("keyword_matches") BETWEEN 1 AND 50')
  @Column({ type: 'text', array: true })
  keywordMatches: string[];

  /** The categories of those keywords. */
  @HasDefault()
  @IsArray()
  @IsString({ each: true })
  @Column({ type: 'text', array: true, default: [] })
  keywordCategories: string[];

  /** Whether it was put aside as spam. */
  @HasDefault()
  @IsBoolean()
  @Column({ type: 'boolean', default: false })
  spamFiltered: boolean;

  /** The platform's own figures when it was found: likes, replies, shares … */
  @HasDefault()
  @IsObject()
  @Column({ type: 'jsonb', default: {} })
  rawMetrics: Record<string, unknown>;

  /** How often dealing with it has failed. */
  @Count({ default: 0 })
  errorCount: number;

  /** Why dealing with it last failed; null: it has not. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  errorMessage: string | null;

  @CreatedAt()
  createdAt: Date;

  @UpdatedAt()
  updatedAt: Date;

  @OneToMany(() => Decision, (decision) => decision.post)
  decisions: Relation<Decision>[];

  @OneToMany(() => CompetitiveMention, (mention) => mention.post)
  competitiveMentions: Relation<CompetitiveMention>[];

  @OneToMany(() => Escalation, (escalation) => escalation.post)
  escalations: Relation<Escalation>[];
}
