import { LearningEvent } from '../../../src/entities';
import { DAY, defineFactory, HOUR, perScale, round } from '@entity-backend/seeding';

/** How long the effect of a change is waited for. */
const EVALUATED_AFTER = 14 * DAY;

/** Few a week, however much there is to learn from. */
const eventsAt = (scale: number): number => Math.ceil(8 * Math.sqrt(scale));

export const learningEventFactory = defineFactory(LearningEvent, perScale(eventsAt), {
  date: (_, random) => random.ago(365 * DAY),
  adjustmentType: (_, random) => random.pick(['weights', 'threshold', 'archetype_mix']),
  adjustment: ({ adjustmentType }, random) => ({
    of: adjustmentType,
    from: random.number(0.2, 0.5, 2),
    to: random.number(0.2, 0.5, 2),
  }),
  predictedImprovement: (_, random) => random.number(0.005, 0.08, 4),
  baselinePerformance: (_, random) => random.number(0.35, 0.65, 4),
  actualImprovement: ({ evaluatedAt, predictedImprovement }, random) =>
    evaluatedAt && round(predictedImprovement * random.number(-0.2, 1.4), 4),
  accuracy: ({ actualImprovement, predictedImprovement }) =>
    actualImprovement === null
      ? null
      : round(Math.max(0, 1 - Math.abs(actualImprovement / predictedImprovement - 1)), 3),
  evaluatedAt: ({ date }, random) => {
    const due = date.getTime() + EVALUATED_AFTER;
    return due < random.now - HOUR ? random.after(due, HOUR) : null;
  },
  createdAt: (event) => event.date,
});
