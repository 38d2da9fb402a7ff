import { Author } from '../../../src/entities';
import { ARCHETYPES, PLATFORMS } from '../../../src/entities/social/enumerations';
import { powerTierOf } from '../../../src/entities/social/power-tier';
import { DAY, defineFactory, isoTime, perScale } from '@entity-backend/seeding';
import { fullName, spelled } from '../identity/people';
import { platformId } from './platform-ids';

const INTERACTIONS = ['liked_reply', 'answered_reply', 'asked_question', 'shared_reply', 'complained'];

export const authorFactory = defineFactory(
  Author,
  perScale(5 * PLATFORMS.length),
  {
    platform: ({ index }) => PLATFORMS[index % PLATFORMS.length],
    platformId: ({ platform, index }, random) => platformId(platform, 'account', index, random),
    // The number keeps two people of one name apart.
    handle: ({ displayName, index }, random) =>
      `${spelled(displayName ?? fullName(random), '_').slice(0, 35)}${index + 1}`,
    displayName: (_, random) => (random.chance(0.9) ? fullName(random) : null),
    // One in 25 has 10,000 or more, as the power law of the whole says: so there is one at the smallest scale too.
    followerCount: ({ index }, random) =>
      index % 25 === 7 ? random.pareto(10_000, 50_000_000, 0.7) : random.pareto(100, 10_000, 0.7),
    isVerified: (author, random) => random.chance(author.powerTier ? 0.8 : 0.04),
    isPowerUser: (author) => author.powerTier !== null,
    powerTier: ({ followerCount }) => powerTierOf(followerCount),
    archetypeTags: (_, random) => random.some(ARCHETYPES, random.int(0, 3)),
    relationshipScore: (author, random) => (author.champion ? random.number(0.7, 1) : random.number(0.2, 0.8)),
    interactionHistory: (author, random) => {
      const count = random.int(0, 3);
      return Array.from({ length: count }, (_, ordinal) => ({
        type: random.pick(INTERACTIONS),
        at: isoTime(random.nth(ordinal, count, author.firstSeenAt, author.lastSeenAt)),
      }));
    },
    firstSeenAt: (_, random) => random.ago(700 * DAY, 95 * DAY),
    lastSeenAt: (_, random) => random.ago(10 * DAY, DAY),
    createdAt: (author) => author.firstSeenAt,
    updatedAt: (author) => author.lastSeenAt,
  },
  {
    PowerUser: { followerCount: (_, random) => random.pareto(10_000, 50_000_000, 0.7) },
  },
);
