import { Entity, OneToMany, type Relation, Unique } from 'typeorm';
import { Enumeration, Flag, Index, Json, Moment, Reference, Retention, Text, Texts } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Count, CreatedAt, PrimaryKey, UpdatedAt } from '../columns';
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
@Index('idx_posts_platform_detected_at', ['platform', 'detectedAt'])
@Retention({ by: 'detectedAt', keep: '90 days', archive: 'json', with: [() => Decision, () => CompetitiveMention] })
export class Post {
  @PrimaryKey() id: string;

  /** Where it was posted. */
  @Enumeration(PLATFORMS) platform: Platform;

  /** The platform's own id of the post. */
  @Text({ length: 100, pattern: /^[a-zA-Z0-9_-]+$/ }) platformPostId: string;

  /** Who posted it. */
  @Reference(() => Author, { inverse: 'posts', onDelete: 'CASCADE' }) author: Relation<Author>;
  authorId: string;

  /** What it says, 1 to 5000 characters. */
  @Text({ min: 1, max: 5000 }) content: string;

  /** When the listener found it. Retention counts from here. */
  @Moment({ default: () => 'now()' }) detectedAt: Date;

  /** When it was dealt with; null: it still waits. */
  @Moment({ nullable: true, index: true }) processedAt: Date | null;

  /** The keywords it was found by, 1 to 50. */
  @Texts({ min: 1, max: 50 }) keywordMatches: string[];

  /** The categories of those keywords. */
  @Texts({ default: [] }) keywordCategories: string[];

  /** Whether it was put aside as spam. */
  @Flag({ default: false }) spamFiltered: boolean;

  /** The platform's own figures when it was found: likes, replies, shares … */
  @Json({ default: {} }) rawMetrics: Record<string, unknown>;

  /** How often dealing with it has failed. */
  @Count({ default: 0 }) errorCount: number;

  /** Why dealing with it last failed; null: it has not. */
  @Text({ nullable: true }) errorMessage: string | null;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;

  @OneToMany(() => Decision, (decision) => decision.post) decisions: Relation<Decision>[];
  @OneToMany(() => CompetitiveMention, (mention) => mention.post) competitiveMentions: Relation<CompetitiveMention>[];
  @OneToMany(() => Escalation, (escalation) => escalation.post) escalations: Relation<Escalation>[];
}
