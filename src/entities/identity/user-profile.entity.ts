import {
  IsBoolean,
  IsDate,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  Min,
} from 'class-validator';
import { Check, Column, Entity, JoinColumn, OneToOne, type Relation } from 'typeorm';
import { Enumeration, HasDefault } from '@entity-backend/schema';
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
  @PrimaryKey()
  id: string;

  /** The person it describes. */
  @IsUUID()
  @Column({ type: 'uuid' })
  userId: string;

  @OneToOne(() => User, (user) => user.profile, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'user_id' })
  user: Relation<User>;

  /** Where engagement messages go: to the person alone, or to their group. */
  @Enumeration(DESTINATIONS, { default: 'individual' })
  preferredDestination: Destination;

  /** Whether the person wants to be left alone once they have gone quiet. */
  @HasDefault()
  @IsBoolean()
  @Column({ type: 'boolean', default: false })
  reengagementOptOut: boolean;

  /** The tier of onboarding that is unlocked, 0 to 3. */
  @HasDefault()
  @IsInt()
  @Min(0)
  @Max(3)
  @Check('"onboarding_tier" BETWEEN 0 AND 3')
  @Column({ type: 'integer', default: 0 })
  onboardingTier: number;

  /** The steps done towards the next tier, by name. */
  @HasDefault()
  @IsObject()
  @Column({ type: 'jsonb', default: {} })
  onboardingTierProgress: Record<string, unknown>;

  /** When the assistant first proved its worth to the person; null: not yet. */
  @IsOptional()
  @IsDate()
  @Column({ type: 'timestamptz', nullable: true })
  magicMomentAt: Date | null;

  /** The language to speak, as a BCP 47 tag: 'en', 'de-AT'. */
  @HasDefault()
  @IsString()
  @IsNotEmpty()
  @Column({ type: 'text', default: 'en' })
  locale: string;

  /** The time zone to reckon in, as the tz database names it: 'Europe/Vienna'. */
  @HasDefault()
  @IsString()
  @IsNotEmpty()
  @Column({ type: 'text', default: 'UTC' })
  timezone: string;

  @CreatedAt()
  createdAt: Date;

  @UpdatedAt()
  updatedAt: Date;
}
