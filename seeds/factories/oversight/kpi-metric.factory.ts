import { KpiMetric } from '../../../src/entities';
import type { MetricType } from '../../../src/entities/oversight/enumerations';
import { PLATFORMS } from '../../../src/entities/social/enumerations';
import { DAY, defineFactory, HOUR, perScale } from '@entity-backend/seeding';

/** The metrics of each day and platform, and the range of their values. */
const METRICS: { type: MetricType; name: string; range: [number, number] }[] = [
  { type: 'COMMITMENT', name: 'answered_within_an_hour', range: [0.6, 0.98] },
  { type: 'REACH', name: 'impressions', range: [800, 20_000] },
  { type: 'ENGAGEMENT', name: 'reply_rate', range: [0.02, 0.15] },
  { type: 'CONVERSION', name: 'click_through_rate', range: [0.004, 0.05] },
  { type: 'SAFETY', name: 'flagged_share', range: [0, 0.03] },
];
const ROWS_PER_DAY = METRICS.length * PLATFORMS.length;
/** They are a few a day however much happens in it, and are kept for two years (DATA_MODEL, "Retention"). */
const daysAt = (scale: number): number => Math.min(720, Math.ceil(14 * Math.sqrt(scale)));

const metric = (index: number): (typeof METRICS)[number] => METRICS[index % METRICS.length];

const factory = defineFactory(
  KpiMetric,
  perScale((scale) => ROWS_PER_DAY * daysAt(scale)),
  {
    // From yesterday backwards.
    date: ({ index }, random) =>
      new Date(random.now - (Math.floor(index / ROWS_PER_DAY) + 1) * DAY).toISOString().slice(0, 10),
    platform: ({ index }) => PLATFORMS[Math.floor(index / METRICS.length) % PLATFORMS.length],
    metricType: ({ index }) => metric(index).type,
    metricName: ({ index }) => metric(index).name,
    value: ({ index }, random) => random.number(...metric(index).range),
    // Reckoned in the night after.
    createdAt: ({ date }, random) => random.after(Date.parse(date) + DAY, HOUR),
  },
);

/** A week is enough for tests: the metrics are alike day by day. */
export const kpiMetricFactory = { ...factory, rowsIn: { test: 7 * ROWS_PER_DAY } };
