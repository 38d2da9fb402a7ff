import { Entity, type Relation } from 'typeorm';
import { Enumeration, Flag, Moment, Reference } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Count, CreatedAt, PrimaryKey, UpdatedAt } from '../columns';
import { Author } from './author.entity';
import {
  ADVOCATE_STATUSES,
  type AdvocateStatus,
  CHAMPION_TIERS,
  type ChampionTier,
  DM_RESPONSES,
  type DmResponse,
} from './enumerations';

/**
 * Which authors speak for us of their own accord, and how far we have come in winning them as advocates. Written by the
 * community team and its jobs; at most one an author. (003)
 */
@Entity('community_champions')
@BackendOnly()
export class CommunityChampion {
  @PrimaryKey() id: string;

  /** The author who is the champion. */
  @Reference(() => Author, { inverse: 'champion', onDelete: 'CASCADE', unique: true }) author: Relation<Author>;
  authorId: string;

  /** How much they do for us. */
  @Enumeration(CHAMPION_TIERS) tier: ChampionTier;

  /** How often they have spoken for us. */
  @Count({ default: 0 }) engagementCount: number;

  /** When we wrote to them directly; null: we have not. */
  @Moment({ nullable: true }) dmSentAt: Date | null;

  /** What they answered. */
  @Enumeration(DM_RESPONSES, { default: 'NONE' }) dmResponse: DmResponse;

  /** Whether a sample has been sent to them. */
  @Flag({ default: false }) sampleSent: boolean;

  /** Whether they have become a customer. */
  @Flag({ default: false }) converted: boolean;

  /** How far they have come as an advocate. */
  @Enumeration(ADVOCATE_STATUSES, { default: 'CANDIDATE' }) advocateStatus: AdvocateStatus;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;
}
