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

/** A champion can't take this step from where they are. */
export class IllegalChampionStepError extends ConflictError {
  constructor({ id }: Pick<CommunityChampion, 'id'>, from: string, to: string) {
    super(`The champion ${id} is ${from} and can't become ${to}.`);
  }
}

/** What somebody answers to a direct message. */
export type Answer = Exclude<DmResponse, 'NONE'>;

/** Which status may follow which. 003 gives the statuses and leaves the steps open. */
const NEXT_STATUSES: Readonly<Record<AdvocateStatus, readonly AdvocateStatus[]>> = {
  CANDIDATE: ['INVITED'],
  INVITED: ['ACTIVE', 'INACTIVE'],
  ACTIVE: ['INACTIVE'],
  INACTIVE: ['INVITED'],
};

/**
 * Authors who speak for us of their own accord, and how they are won as advocates (003): nominated, invited by a direct
 * message, active by a positive answer. Who has become inactive may be invited again.
 */
@Injectable()
export class ChampionsService {
  constructor(@InjectRepository(CommunityChampion) private readonly champions: Repository<CommunityChampion>) {}

  /**
   * @throws AlreadyChampionError
   * @throws ConflictError where there is no such author
   */
  async nominate(authorId: string, tier: ChampionTier = 'BRONZE'): Promise<CommunityChampion> {
    return this.champions.save(this.champions.create({ authorId, tier })).catch(throwDomainError);
  }

  /**
   * To the next tier.
   *
   * @throws NotFoundError
   * @throws IllegalChampionStepError where there is none above
   */
  async promote(id: string): Promise<CommunityChampion> {
    return this.change(id, (champion) => {
      const next = CHAMPION_TIERS[CHAMPION_TIERS.indexOf(champion.tier) + 1];
      if (!next) throw new IllegalChampionStepError(champion, champion.tier, 'anything higher');
      champion.tier = next;
    });
  }

  /**
   * A direct message has invited them; their answer is awaited.
   *
   * @throws NotFoundError
   * @throws IllegalChampionStepError where they are invited or active already
   */
  async recordInvitation(id: string, now: Date = new Date()): Promise<CommunityChampion> {
    return this.change(id, (champion) => {
      step(champion, 'INVITED');
      champion.dmSentAt = now;
      champion.dmResponse = 'NONE';
    });
  }

  /**
   * They have answered the invitation; a positive answer makes them active, any other inactive.
   *
   * @throws NotFoundError
   * @throws IllegalChampionStepError where no answer is awaited
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
   * They are an advocate no more, or never came to answer.
   *
   * @throws NotFoundError
   * @throws IllegalChampionStepError where they are neither invited nor active
   */
  async retire(id: string): Promise<CommunityChampion> {
    return this.change(id, (champion) => step(champion, 'INACTIVE'));
  }

  /**
   * They have spoken for us once more.
   *
   * @throws NotFoundError
   */
  async countEngagement(id: string): Promise<void> {
    const { affected } = await this.champions.increment({ id }, 'engagementCount', 1).catch(throwDomainError);
    if (affected === 0) throw new NotFoundError('champion', id);
  }

  /** A sample has been sent to them. Throws as `countEngagement`. */
  async markSampleSent(id: string): Promise<void> {
    await this.change(id, (champion) => void (champion.sampleSent = true));
  }

  /** They have become a customer. Throws as `countEngagement`. */
  async markConverted(id: string): Promise<void> {
    await this.change(id, (champion) => void (champion.converted = true));
  }

  /** Changes a champion while nobody else does. */
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
