import { Entity, type Relation, Unique } from 'typeorm';
import { Enumeration, Flag, Reference } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { CreatedAt, PrimaryKey, Score } from '../columns';
import { Post } from '../social/post.entity';
import { Competitor } from './competitor.entity';
import { type Satisfaction, SATISFACTIONS, type Sentiment, SENTIMENTS } from './enumerations';

/**
 * Which post names which competitor, in what tone, and how good an opportunity that is for us. Written by the analysis of
 * a post, once a post and competitor; it goes with its post. (003)
 *
 * @retention as long as its post: 90 days after that was detected, then archived to JSON with it and deleted
 */
@Entity('competitive_mentions')
@BackendOnly()
@Unique(['postId', 'competitorId'])
export class CompetitiveMention {
  @PrimaryKey() id: string;

  /** The post. */
  @Reference(() => Post, { inverse: 'competitiveMentions', onDelete: 'CASCADE', index: false }) post: Relation<Post>;
  postId: string;

  /** The competitor that it names. */
  @Reference(() => Competitor, { inverse: 'mentions', onDelete: 'CASCADE' }) competitor: Relation<Competitor>;
  competitorId: string;

  /** The tone in which the post speaks of it. */
  @Enumeration(SENTIMENTS) sentiment: Sentiment;

  /** Whether the post's author is happy with it. */
  @Enumeration(SATISFACTIONS, { default: 'UNKNOWN' }) satisfaction: Satisfaction;

  /** How good an opportunity it is, from 0 (none) to 1. */
  @Score() opportunityScore: number;

  /** Whether we have answered the post. */
  @Flag({ default: false }) replied: boolean;

  @CreatedAt() createdAt: Date;
}
