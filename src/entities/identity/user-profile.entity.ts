import { Entity, type Relation } from 'typeorm';
import { Enumeration, Flag, Integer, Json, Moment, Reference, Text } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { CreatedAt, PrimaryKey, UpdatedAt } from '../columns';
import { type Destination, DESTINATIONS } from '../engagement/enumerations';
import { User } from './user.entity';

/**
 * How a person wants to be spoken to, and how far they have come in getting to know the assistant. Written by the person
 * and by onboarding; at most one a person. (001)
 */
@Entity('user_profiles')
@OwnedBy('userId', { may: ['SELECT', 'UPDATE'] })
export class UserProfile {
  @PrimaryKey() id: string;

  /** The person it describes. */
  @Reference(() => User, { inverse: 'profile', onDelete: 'CASCADE', unique: true }) user: Relation<User>;
  userId: string;

  /** Where engagement messages go: to the person alone, or to their group. */
  @Enumeration(DESTINATIONS, { default: 'individual' }) preferredDestination: Destination;

  /** Whether the person wants to be left alone once they have gone quiet. */
  @Flag({ default: false }) reengagementOptOut: boolean;

  /** The tier of onboarding that is unlocked, 0 to 3. */
  @Integer({ min: 0, max: 3, default: 0 }) onboardingTier: number;

  /** The steps done towards the next tier, by name. */
  @Json({ default: {} }) onboardingTierProgress: Record<string, unknown>;

  /** When the assistant first proved its worth to the person; null: not yet. */
  @Moment({ nullable: true }) magicMomentAt: Date | null;

  /** The language to speak, as a BCP 47 tag: 'en', 'de-AT'. */
  @Text({ notEmpty: true, default: 'en' }) locale: string;

  /** The time zone to reckon in, as the tz database names it: 'Europe/Vienna'. */
  @Text({ notEmpty: true, default: 'UTC' }) timezone: string;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;
}
