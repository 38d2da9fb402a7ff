import { Experiment } from '../../../src/entities';
import { EXPERIMENT_STATUSES } from '../../../src/entities/experiments/enumerations';
import { DAY, defineFactory, perScale, round } from '@entity-backend/seeding';

const IDEAS = [
  { variantA: 'checklist', variantB: 'storylet', metric: 'help_count' },
  { variantA: 'reply within 5 minutes', variantB: 'reply within an hour', metric: 'reply_rate' },
  { variantA: 'with link', variantB: 'without link', metric: 'like_rate' },
  { variantA: 'light humour', variantB: 'plain tone', metric: 'like_rate' },
  { variantA: 'question at the end', variantB: 'statement at the end', metric: 'reply_rate' },
  { variantA: 'first name', variantB: 'handle', metric: 'help_count' },
];
const idea = (index: number): (typeof IDEAS)[number] => IDEAS[index % IDEAS.length];

/** Who has more data tries more, but by far not as much more: each needs decisions enough to tell something. */
const experimentsAt = (scale: number): number => Math.ceil(4 * scale ** 0.25);

interface Result {
  decisions: number;
  rate: number;
}

export const experimentFactory = defineFactory(
  Experiment,
  perScale(experimentsAt),
  {
    name: ({ index, variantA, variantB }) =>
      `${variantA} or ${variantB}, round ${Math.floor(index / IDEAS.length) + 1}`,
    description: ({ metric }) => `Which of the two gets the better ${metric.replace('_', ' ')}?`,
    variantA: ({ index }) => idea(index).variantA,
    variantB: ({ index }) => idea(index).variantB,
    metric: ({ index }) => idea(index).metric,
    trafficSplit: (_, random) => random.pick([0.5, 0.5, 0.3, 0.1]),
    // One of each at any scale.
    status: ({ index }) => EXPERIMENT_STATUSES[(index + 1) % EXPERIMENT_STATUSES.length],
    startDate: ({ status }, random) => (status === 'DRAFT' ? null : random.ago(85 * DAY, 60 * DAY)),
    endDate: ({ status }, random) => {
      if (status === 'COMPLETED') return random.ago(30 * DAY, 5 * DAY);
      return status === 'RUNNING' ? random.after(random.now, 30 * DAY, 5 * DAY) : null;
    },
    resultsJson: ({ status, variantA, variantB }, random) => {
      if (status !== 'COMPLETED') return null;
      const result = (): Result => ({ decisions: random.int(200, 900), rate: random.number(0.02, 0.2) });
      const [a, b] = [result(), result()];
      return { [variantA]: a, [variantB]: b, lift: round(b.rate / a.rate - 1, 3) };
    },
    winner: ({ resultsJson, variantA, variantB }) => {
      if (!resultsJson || Math.abs(resultsJson.lift as number) < 0.05) return null;
      return (resultsJson.lift as number) > 0 ? variantB : variantA;
    },
    createdAt: ({ startDate }, random) =>
      startDate ? random.between(startDate.getTime() - 10 * DAY, startDate) : random.ago(20 * DAY),
    updatedAt: ({ status, endDate, startDate, createdAt }) =>
      (status === 'COMPLETED' ? endDate : startDate) ?? createdAt,
  },
  {
    Running: { status: 'RUNNING' },
    Completed: { status: 'COMPLETED' },
  },
);
