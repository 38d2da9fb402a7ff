import { CompetitiveMention, Competitor } from '../../../src/entities';
import type { Satisfaction, Sentiment } from '../../../src/entities/competitors/enumerations';
import { defineFactory, MINUTE, perParent, SECOND } from '@entity-backend/seeding';

const SATISFACTION: Record<Sentiment, Satisfaction> = {
  POSITIVE: 'SATISFIED',
  NEUTRAL: 'UNKNOWN',
  NEGATIVE: 'DISSATISFIED',
  MIXED: 'NEUTRAL',
};

const SENTIMENTS = { POSITIVE: 3, NEUTRAL: 3, NEGATIVE: 3, MIXED: 1 };

export const competitiveMentionFactory = defineFactory(
  CompetitiveMention,
  perParent('post', [0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0]),
  {
    // A post names a competitor once: the second mention is of the next one.
    competitor: ({ post, ordinal }, random, rows) => {
      const competitors = rows(Competitor);
      if (ordinal === 0) return random.pick(competitors);
      return competitors.at((post.competitiveMentions[0].competitor.index + ordinal) % competitors.length)!;
    },
    sentiment: (_, random) => random.weighted(SENTIMENTS),
    satisfaction: ({ sentiment }) => SATISFACTION[sentiment],
    opportunityScore: ({ sentiment }, random) =>
      sentiment === 'NEGATIVE' ? random.number(0.6, 1) : random.number(0, 0.6),
    replied: ({ post }) => post.decisions.some(({ replies }) => replies.some(({ postedAt }) => postedAt !== null)),
    createdAt: ({ post }, random) => random.after(post.detectedAt, MINUTE, SECOND),
  },
);
