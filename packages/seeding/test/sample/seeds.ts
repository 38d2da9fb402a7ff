import { DAY, defineFactory, HOUR, type Factory, perParent, perScale, pool, type Profile } from '../../src';
import {
  Author,
  Competitor,
  Decision,
  Experiment,
  Metric,
  PLATFORMS,
  Post,
  Reply,
  Settings,
  Task,
  User,
  WeightLog,
} from './entities';

const sentences = pool(200, (faker) => faker.lorem.sentence());
const NAMES = Array.from({ length: 78 }, (_, number) => `Brand ${number}`);
/** Metrics of so many days are kept. */
const DAYS = 540;

/** How the sample's tables are filled, but for settings, of which the entity says enough. */
export const factories: Factory[] = [
  defineFactory(User, perScale(10), {
    email: ({ index }, random) => `person.${index + 1}.${random.int(0, 1e6)}@example.com`,
    name: (_, random) => random.pick(['Ada', 'Grace', 'Edsger']),
    createdAt: (_, random) => random.ago(400 * DAY, 100 * DAY),
  }),
  defineFactory(Settings, perParent('user', [1]), {}),
  defineFactory(
    Task,
    perParent('user', [4, 3, 0, 5, 2]),
    {
      title: (_, random) => random.pick(['Call home', 'Water the plants', 'Read']),
      completed: (_, random) => random.chance(0.4),
      createdAt: ({ user }, random) => random.between(user.createdAt, random.now),
      dueAt: ({ createdAt }, random) => (random.chance(0.5) ? random.after(createdAt, 7 * DAY) : null),
    },
    { Done: { completed: true } },
  ),
  defineFactory(Author, perScale(8), {
    platform: (_, random) => random.pick(PLATFORMS),
    platformId: ({ index }) => String(index + 1),
    handle: ({ index }) => `someone_${index + 1}`,
    followers: (_, random) => random.pareto(1, 1_000_000, 0.6),
  }),
  defineFactory(Post, perParent('author', [3, 1, 0, 4, 2, 2, 2, 2]), {
    platform: ({ author }) => author.platform,
    platformPostId: ({ index }) => `p${index}`,
    content: (_, random) => random.pick(sentences),
    keywords: (_, random) => random.some(['help', 'headache', 'water'], random.int(0, 2)),
    detectedAt: (_, random) => random.ago(80 * DAY),
    processedAt: ({ detectedAt, decisions }, random) => (decisions.length > 0 ? random.after(detectedAt, HOUR) : null),
  }),
  defineFactory(
    Experiment,
    perScale((scale) => 2 + Math.floor(Math.log2(scale))),
    {
      name: ({ index }) => `experiment ${index + 1}`,
    },
  ),
  defineFactory(Decision, perParent('post', [1, 0, 1]), {
    experiment: (_, random, rows) => (random.chance(0.5) ? random.pick(rows(Experiment)) : null),
    mode: ({ index }, random) => (index === 0 ? 'IGNORE' : random.pick(['ANSWER', 'IGNORE'])),
    urgent: (_, random) => random.chance(0.1),
    score: (_, random) => random.number(0, 1),
    signals: (_, random) => ({ words: random.int(1, 50) }),
  }),
  defineFactory(Reply, perParent('decision', [1, 2, 0]), {
    parent: ({ index, ordinal }, _, rows) => (ordinal > 0 ? rows(Reply).at(index - 1)! : null),
    content: (_, random) => random.pick(sentences),
  }),
  defineFactory(
    Competitor,
    perScale((scale) => Math.min(NAMES.length, 4 + scale)),
    {
      name: ({ index }) => NAMES[index],
    },
  ),
  defineFactory(
    Metric,
    perScale((scale) => Math.min(2 * DAYS, 6 * scale)),
    {
      day: ({ index }, random) => new Date(random.now - (1 + Math.floor(index / 2)) * DAY).toISOString().slice(0, 10),
      platform: ({ index }) => PLATFORMS[index % 2],
      value: (_, random) => random.number(0, 1000, 2),
    },
  ),
  defineFactory(WeightLog, perScale(8), {
    action: (_, random) => random.pick(['adjusted', 'skipped']),
    validSegments: (_, random) => random.int(0, 3),
    totalSegments: 3,
  }),
];

export const profiles: Record<string, Profile> = {
  demo: { scale: 1 },
  test: { scale: 3, rows: { metrics: 20 } },
  load: { scale: 20_000 },
};
export const deleteSettings = { 'sample.purpose': 'reset' };
export const migrateHint = 'run the migrations of the sample';
export const next = 'look at the sample.';
