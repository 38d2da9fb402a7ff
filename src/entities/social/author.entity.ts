import { Entity, OneToMany, OneToOne, type Relation, Unique } from 'typeorm';
import { Enumeration, Flag, Index, JsonList, Moment, Text, Texts } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Count, CreatedAt, PrimaryKey, Score, UpdatedAt } from '../columns';
import { CommunityChampion } from './community-champion.entity';
import { type Platform, PLATFORMS, POWER_TIERS, type PowerTier } from './enumerations';
import { Post } from './post.entity';

/**
 * Who posts on a platform, and how we stand with them: the memory of the relationship. Written by the listener when it
 * first sees an account and whenever it sees it again; one row an account. (003)
 *
 * @retention for ever
 */
@Entity('authors')
@BackendOnly()
@Unique(['platform', 'platformId'])
@Index('idx_authors_platform_handle', ['platform', 'handle'])
export class Author {
  @PrimaryKey() id: string;

  /** Where the account is. */
  @Enumeration(PLATFORMS) platform: Platform;

  /** The platform's own id of the account, which survives a change of the handle. */
  @Text({ length: 100, notEmpty: true }) platformId: string;

  /** The account's name on the platform, without the leading at sign. It may change. */
  @Text({ length: 50, pattern: /^[a-zA-Z0-9_]+$/ }) handle: string;

  /** The name that the account shows; null: it shows its handle alone. */
  @Text({ nullable: true }) displayName: string | null;

  /** How many follow the account. */
  @Count({ default: 0 }) followerCount: number;

  /** Whether the platform vouches for the account. */
  @Flag({ default: false }) isVerified: boolean;

  /** Whether the account's reach asks for special care. */
  @Flag({ default: false, index: true }) isPowerUser: boolean;

  /** How far the account reaches; null: it is no power user. */
  @Enumeration(POWER_TIERS, { nullable: true }) powerTier: PowerTier | null;

  /** The manners of reply that the account likes, as far as we know. */
  @Texts({ default: [] }) archetypeTags: string[];

  /** How we stand with the account, from 0 (hostile) over 0.5 (strangers) to 1 (friends). */
  @Score({ default: 0.5 }) relationshipScore: number;

  /** What has happened between us, oldest first. */
  @JsonList({ default: [] }) interactionHistory: Record<string, unknown>[];

  /** When we first saw the account. */
  @Moment({ default: () => 'now()' }) firstSeenAt: Date;

  /** When we last saw the account. */
  @Moment({ default: () => 'now()' }) lastSeenAt: Date;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;

  @OneToMany(() => Post, (post) => post.author) posts: Relation<Post>[];
  @OneToOne(() => CommunityChampion, (champion) => champion.author) champion: Relation<CommunityChampion> | null;
}
