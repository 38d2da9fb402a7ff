import { CommunityChampion } from '../../../src/entities';
import { DAY, defineFactory, perParent } from '@entity-backend/seeding';

const ENGAGEMENTS = { BRONZE: 3, SILVER: 12, GOLD: 40 };

const TIERS = { BRONZE: 6, SILVER: 3, GOLD: 1 };
const STATUSES = { CANDIDATE: 3, INVITED: 2, ACTIVE: 4, INACTIVE: 1 };

export const communityChampionFactory = defineFactory(
  CommunityChampion,
  perParent('author', [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
  {
    tier: (_, random) => random.weighted(TIERS),
    engagementCount: ({ tier }, random) => ENGAGEMENTS[tier] + random.int(0, ENGAGEMENTS[tier]),
    dmSentAt: ({ advocateStatus, createdAt }, random) =>
      advocateStatus === 'CANDIDATE' ? null : random.between(createdAt, random.now),
    dmResponse: ({ advocateStatus }, random) => {
      if (advocateStatus === 'ACTIVE') return 'POSITIVE';
      if (advocateStatus === 'INACTIVE') return random.pick(['NEUTRAL', 'NEGATIVE'] as const);
      return 'NONE';
    },
    sampleSent: ({ dmResponse }, random) => dmResponse === 'POSITIVE' && random.chance(0.8),
    converted: ({ sampleSent }, random) => sampleSent && random.chance(0.5),
    advocateStatus: (_, random) => random.weighted(STATUSES),
    createdAt: ({ author }, random) => random.between(author.firstSeenAt, random.now - 10 * DAY),
    updatedAt: ({ dmSentAt, createdAt }) => dmSentAt ?? createdAt,
  },
);
