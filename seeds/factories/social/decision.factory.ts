import { Decision, Experiment } from '../../../src/entities';
import { ARCHETYPES } from '../../../src/entities/social/enumerations';
import { defineFactory, perParent, type Random, round, type Row } from '@entity-backend/seeding';

const SAFETY_FLAGS = ['mentions_medication', 'possible_minor', 'distress', 'pregnancy'];

const INTENTS = ['seeks_advice', 'vents', 'jokes'];
const MODES = { HELPFUL: 5, ENGAGEMENT: 3, HYBRID: 2 };

/** What gets a reply has scored well. */
function score({ replies }: Row<Decision>, random: Random): number {
  return replies.length > 0 ? random.number(0.4, 1) : random.number(0, 0.5);
}

export const decisionFactory = defineFactory(Decision, perParent('post', [1, 1, 1, 0, 1, 1, 1, 1, 0, 1]), {
  sssScore: score,
  arsScore: score,
  evsScore: score,
  trsScore: score,
  compositeScore: ({ sssScore, arsScore, evsScore, trsScore }) =>
    round(0.3 * sssScore + 0.25 * arsScore + 0.25 * evsScore + 0.2 * trsScore, 4),
  mode: ({ replies }, random) => (replies.length > 0 ? random.weighted(MODES) : 'DISENGAGED'),
  archetype: ({ mode }, random) => (mode === 'DISENGAGED' ? null : random.pick(ARCHETYPES)),
  safetyFlags: (_, random) => (random.chance(0.05) ? [random.pick(SAFETY_FLAGS)] : []),
  signalsJson: (_, random) => ({
    intent: random.pick(INTENTS),
    urgency: random.number(0, 1, 2),
    question: random.chance(0.7),
  }),
  temporalContext: ({ post: { detectedAt } }) => ({ hour: detectedAt.getUTCHours(), weekday: detectedAt.getUTCDay() }),
  competitorDetected: ({ post }) => post.competitiveMentions[0]?.competitor.name ?? null,
  isPowerUser: ({ post }) => post.author.isPowerUser,
  experiment: ({ createdAt }, random, rows) => {
    const experiment = random.pick(rows(Experiment));
    const { startDate, endDate } = experiment;
    const time = createdAt.getTime();
    return startDate && startDate.getTime() < time && (!endDate || time < endDate.getTime()) ? experiment : null;
  },
  experimentVariant: ({ experiment }, random) =>
    experiment && (random.chance(experiment.trafficSplit) ? experiment.variantB : experiment.variantA),
  isRandomizedExperiment: (decision) => decision.randomizedExperiment !== null,
  predictedMode: ({ randomizedExperiment, mode }) => randomizedExperiment?.predictedMode ?? mode,
  createdAt: ({ post }) => post.processedAt ?? post.detectedAt,
});
