import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { UserProfile } from '../../entities';
import { InvalidInputError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { MessageQueueService } from './message-queue.service';

/**
 * The steps to the next tier: the first leads from tier 0 to 1, and so on. 001 gives the columns and leaves the steps open.
 */
export const ONBOARDING_STEPS = ['first_question', 'first_task', 'first_intent'] as const;
export type OnboardingStep = (typeof ONBOARDING_STEPS)[number];

/** A user's onboarding progress (001): tiers 0 to 3, which never decrease, and the magic moment. */
@Injectable()
export class OnboardingService {
  constructor(
    @InjectRepository(UserProfile) private readonly profiles: Repository<UserProfile>,
    private readonly queue: MessageQueueService,
  ) {}

  /**
   * Records progress in a step. A complete step unlocks the next tier, and further tiers whose steps were completed before;
   * each unlocked tier queues one message. Progress never decreases, and is removed when the tier is unlocked.
   *
   * @param share from 0 to 1. Default: 1, the complete step
   * @throws InvalidInputError if the step or the share is invalid
   * @throws ConflictError if the user does not exist
   */
  async recordStep(userId: string, step: OnboardingStep, share: number = 1): Promise<UserProfile> {
    if (!ONBOARDING_STEPS.includes(step))
      throw new InvalidInputError(`step must be one of ${ONBOARDING_STEPS.join(', ')}.`);
    if (!(share >= 0 && share <= 1)) throw new InvalidInputError('share must be a number from 0 to 1.');
    return this.change(userId, async (profile, manager) => {
      const before = profile.onboardingTier;
      if (ONBOARDING_STEPS.indexOf(step) < before) return;
      const progress = { ...profile.onboardingTierProgress };
      progress[step] = Math.max(share, Number(progress[step] ?? 0));
      let tier = before;
      for (; progress[ONBOARDING_STEPS[tier]] === 1; tier++) delete progress[ONBOARDING_STEPS[tier]];
      await manager.update(UserProfile, profile.id, {
        onboardingTier: tier,
        onboardingTierProgress: progress as object,
      });
      for (let unlocked = before + 1; unlocked <= tier; unlocked++) {
        await this.queue.enqueue(
          {
            userId,
            messageType: 'tier_unlock',
            messageKey: 'engagement.tier_unlock',
            messageParams: { tier: unlocked },
            idempotencyKey: `tier_unlock:${profile.userId}:${unlocked}`,
          },
          manager,
        );
      }
    });
  }

  /**
   * Records the user's magic moment and queues a message. Only the first call has an effect.
   *
   * @throws ConflictError if the user does not exist
   */
  async recordMagicMoment(userId: string, now: Date = new Date()): Promise<UserProfile> {
    return this.change(userId, async (profile, manager) => {
      if (profile.magicMomentAt) return;
      await manager.update(UserProfile, profile.id, { magicMomentAt: now });
      await this.queue.enqueue(
        {
          userId,
          messageType: 'magic_moment',
          messageKey: 'engagement.magic_moment',
          scheduledFor: now,
          idempotencyKey: `magic_moment:${profile.userId}`,
        },
        manager,
      );
    });
  }

  /** Locks and changes the user's profile, and creates it if it is missing. */
  private async change(
    userId: string,
    work: (profile: UserProfile, manager: EntityManager) => Promise<void>,
  ): Promise<UserProfile> {
    return this.profiles.manager
      .transaction(async (manager) => {
        await manager.query('INSERT INTO user_profiles (user_id) VALUES ($1) ON CONFLICT (user_id) DO NOTHING', [
          userId,
        ]);
        const profile = await manager.findOneOrFail(UserProfile, {
          where: { userId },
          lock: { mode: 'pessimistic_write' },
        });
        await work(profile, manager);
        return manager.findOneByOrFail(UserProfile, { userId });
      })
      .catch(throwDomainError);
  }
}
