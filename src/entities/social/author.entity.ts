import { IsArray, IsBoolean, IsDate, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';
import { Column, Entity, OneToMany, OneToOne, type Relation, Unique } from 'typeorm';
import { Enumeration, HasDefault, Index } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Count, CreatedAt, Pattern, PrimaryKey, Score, UpdatedAt } from '../columns';
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
@Index('idx_authors_is_power_user', ['isPowerUser'])
export class Author {
  @PrimaryKey()
  id: string;

  /** Where the account is. */
  @Enumeration(PLATFORMS)
  platform: Platform;

  /** The platform's own id of the account, which survives a change of the handle. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  @Column({ type: 'varchar', length: 100 })
  platformId: string;

  /** The account's name on the platform, without the leading at sign. It may change. */
  @MaxLength(50)
  @Pattern(/^[a-zA-Z0-9_]+$/)
  @Column({ type: 'varchar', length: 50 })
  handle: string;

  /** The name that the account shows; null: it shows its handle alone. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  displayName: string | null;

  /** How many follow the account. */
  @Count({ default: 0 })
  followerCount: number;

  /** Whether the platform vouches for the account. */
  @HasDefault()
  @IsBoolean()
  @Column({ type: 'boolean', default: false })
  isVerified: boolean;

  /** Whether the account's reach asks for special care. */
  @HasDefault()
  @IsBoolean()
  @Column({ type: 'boolean', default: false })
  isPowerUser: boolean;

  /** How far the account reaches; null: it is no power user. */
  @Enumeration(POWER_TIERS, { nullable: true })
  powerTier: PowerTier | null;

  /** The manners of reply that the account likes, as far as we know. */
  @HasDefault()
  @IsArray()
  @IsString({ each: true })
  @Column({ type: 'text', array: true, default: [] })
  archetypeTags: string[];

  /** How we stand with the account, from 0 (hostile) over 0.5 (strangers) to 1 (friends). */
  @Score({ default: 0.5 })
  relationshipScore: number;

  /** What has happened between us, oldest first. */
  @HasDefault()
  @IsArray()
  @Column({ type: 'jsonb', default: [] })
  interactionHistory: Record<string, unknown>[];

  /** When we first saw the account. */
  @HasDefault()
  @IsDate()
  @Column({ type: 'timestamptz', default: () => 'now()' })
  firstSeenAt: Date;

  /** When we last saw the account. */
  @HasDefault()
  @IsDate()
  @Column({ type: 'timestamptz', default: () => 'now()' })
  lastSeenAt: Date;

  @CreatedAt()
  createdAt: Date;

  @UpdatedAt()
  updatedAt: Date;

  @OneToMany(() => Post, (post) => post.author)
  posts: Relation<Post>[];

  @OneToOne(() => CommunityChampion, (champion) => champion.author)
  champion: Relation<CommunityChampion> | null;
}
