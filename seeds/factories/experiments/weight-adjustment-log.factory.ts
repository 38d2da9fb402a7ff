import { WeightAdjustmentLog } from '../../../src/entities';
import { DAY, defineFactory, HOUR, perScale, type Random, round } from '@entity-backend/seeding';

/** The samples that a segment needs before its weights are adjusted. */
const SAMPLES_NEEDED = 50;
const SEGMENTS = ['TWITTER', 'REDDIT', 'THREADS', 'morning', 'evening', 'weekend'];
const WEEKS = 104;
const FIRST_WEIGHTS = { sss: 0.25, ars: 0.25, evs: 0.25, trs: 0.25 };

function weights(random: Random): Record<string, number> {
  const [sss, ars, evs] = [random.number(0.2, 0.3, 2), random.number(0.2, 0.3, 2), random.number(0.2, 0.3, 2)];
  return { sss, ars, evs, trs: round(1 - sss - ars - evs, 2) };
}

const weeksAt = (scale: number): number => Math.min(WEEKS, 8 * scale);

/** A run a week: larger data goes further back, up to two years. */
export const weightAdjustmentLogFactory = defineFactory(WeightAdjustmentLog, perScale(weeksAt), {
  date: ({ index }, random) => random.ago((index + 1) * 7 * DAY, (index + 1) * 7 * DAY - HOUR),
  action: ({ validSegments, totalSegments }) => (2 * validSegments >= totalSegments ? 'adjusted' : 'skipped'),
  reason: ({ validSegments, totalSegments }) =>
    `${validSegments} of ${totalSegments} segments have at least ${SAMPLES_NEEDED} samples.`,
  validSegments: ({ sampleSizes }) =>
    Object.values(sampleSizes).filter((size) => Number(size) >= SAMPLES_NEEDED).length,
  totalSegments: SEGMENTS.length,
  sampleSizes: (_, random) => Object.fromEntries(SEGMENTS.map((segment) => [segment, random.int(0, 200)])),
  // Those of the week before, which is the next row.
  oldWeights: ({ index }, _, rows) =>
    index + 1 === WEEKS ? FIRST_WEIGHTS : rows(WeightAdjustmentLog).at(index + 1)!.newWeights,
  newWeights: ({ action, oldWeights }, random) => (action === 'adjusted' ? weights(random) : oldWeights),
  predictedImprovement: ({ action }, random) => (action === 'adjusted' ? random.number(0.002, 0.06, 4) : null),
  createdAt: (log) => log.date,
});
