import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { CommunityChampion } from '../../entities';
import {
  type AdvocateStatus,
  CHAMPION_TIERS,
  type ChampionTier,
  type DmResponse,
} from '../../entities/social/enumerations';
import { ConflictError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** The change of a champion's status or tier is not allowed. */
export class IllegalChampionStepError extends ConflictError {
  constructor({ id }: Pick<CommunityChampion, 'id'>, from: string, to: string) {
    super(`The champion ${id} is ${from} and can't become ${to}.`);
  }
}

/** The answer to a direct message. */
export type Answer = Exclude<DmResponse, 'NONE'>;

/** The allowed changes of status. 003 gives the statuses and leaves the changes open. */
const NEXT_STATUSES: Readonly<Record<AdvocateStatus, readonly AdvocateStatus[]>> = {
  CANDIDATE: ['INVITED'],
  INVITED: ['ACTIVE', 'INACTIVE'],
  ACTIVE: ['INACTIVE'],
  INACTIVE: ['INVITED'],
};

/**
 * Authors who recommend us, and how they become advocates (003): nominated, invited by a direct message, active after a
 * positive answer. Inactive champions can be invited again.
 */
@Injectable()
export class ChampionsService {
  constructor(@InjectRepository(CommunityChampion) private readonly champions: Repository<CommunityChampion>) {}

  /**
   * @throws AlreadyChampionError
   * @throws ConflictError if the author does not exist
   */
  async nominate(authorId: string, tier: ChampionTier = 'BRONZE'): Promise<CommunityChampion> {
    return this.champions.save(this.champions.create({ authorId, tier })).catch(throwDomainError);
  }

  /**
   * Promotes a champion to the next tier.
   *
   * @throws NotFoundError
   * @throws IllegalChampionStepError if there is no higher tier
   */
  async promote(id: string): Promise<CommunityChampion> {
    return this.change(id, (champion) => {
      const next = CHAMPION_TIERS[CHAMPION_TIERS.indexOf(champion.tier) + 1];
      if (!next) throw new IllegalChampionStepError(champion, champion.tier, 'anything higher');
      champion.tier = next;
    });
  }

  /**
   * Records that a direct message was sent to invite them.
   *
   * @throws NotFoundError
   * @throws IllegalChampionStepError if they are already invited or active
   */
  async recordInvitation(id: string, now: Date = new Date()): Promise<CommunityChampion> {
    return this.change(id, (champion) => {
      step(champion, 'INVITED');
      champion.dmSentAt = now;
      champion.dmResponse = 'NONE';
    });
  }

  /**
   * Records the answer to the invitation: a positive answer makes them active, any other inactive.
   *
   * @throws NotFoundError
   * @throws IllegalChampionStepError if they are not invited
   */
  async recordResponse(id: string, answer: Answer): Promise<CommunityChampion> {
    return this.change(id, (champion) => {
      const next = answer === 'POSITIVE' ? 'ACTIVE' : 'INACTIVE';
      if (champion.advocateStatus !== 'INVITED')
        throw new IllegalChampionStepError(champion, champion.advocateStatus, next);
      step(champion, next);
      champion.dmResponse = answer;
    });
  }

  /**
   * Makes them inactive: they stopped, or never answered.
   *
   * @throws NotFoundError
   * @throws IllegalChampionStepError if they are neither invited nor active
   */
  async retire(id: string): Promise<CommunityChampion> {
    return this.change(id, (champion) => step(champion, 'INACTIVE'));
  }

  /**
   * Counts one more recommendation.
   *
   * @throws NotFoundError
   */
  async countEngagement(id: string): Promise<void> {
    const { affected } = await this.champions.increment({ id }, 'engagementCount', 1).catch(throwDomainError);
    if (affected === 0) throw new NotFoundError('champion', id);
  }

  /** Records that a sample was sent to them. Throws as `countEngagement`. */
  async markSampleSent(id: string): Promise<void> {
    await this.change(id, (champion) => void (champion.sampleSent = true));
  }

  /** Records that they have become a customer. Throws as `countEngagement`. */
  async markConverted(id: string): Promise<void> {
    await this.change(id, (champion) => void (champion.converted = true));
  }

  /** Locks and changes a champion. */
  private async change(id: string, work: (champion: CommunityChampion) => void): Promise<CommunityChampion> {
    return this.champions.manager
      .transaction(async (manager) => {
        const champion = await manager.findOne(CommunityChampion, {
          where: { id },
          lock: { mode: 'pessimistic_write' },
        });
        if (!champion) throw new NotFoundError('champion', id);
        work(champion);
        return manager.save(champion);
      })
      .catch(throwDomainError);
  }
}

function step(champion: CommunityChampion, next: AdvocateStatus): void {
  if (!NEXT_STATUSES[champion.advocateStatus].includes(next))
    throw new IllegalChampionStepError(champion, champion.advocateStatus, next);
  champion.advocateStatus = next;
}
