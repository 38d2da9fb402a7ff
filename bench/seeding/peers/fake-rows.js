// Rows of the three tables as one writes them with faker: a call for each value.
const { faker } = require('@faker-js/faker/locale/en');

const PLATFORMS = ['TWITTER', 'REDDIT', 'THREADS'];
const MODES = ['HELPFUL', 'ENGAGEMENT', 'HYBRID', 'DISENGAGED'];
const ARCHETYPES = ['CHECKLIST', 'MYTHBUST', 'COACH', 'STORYLET'];
const score = () => faker.number.float({ min: 0, max: 1, fractionDigits: 3 });

faker.seed(42);

exports.fakeAuthor = () => ({
  platform: faker.helpers.arrayElement(PLATFORMS),
  platformId: faker.string.uuid(),
  handle: faker.string.alphanumeric(16),
  displayName: faker.person.fullName(),
  followerCount: faker.number.int({ min: 10, max: 1_000_000 }),
  archetypeTags: faker.helpers.arrayElements(ARCHETYPES),
  relationshipScore: score(),
  interactionHistory: [],
  firstSeenAt: faker.date.past(),
  lastSeenAt: faker.date.recent(),
});

exports.fakePost = () => ({
  platform: faker.helpers.arrayElement(PLATFORMS),
  platformPostId: faker.string.uuid(),
  content: faker.lorem.paragraph(),
  detectedAt: faker.date.recent({ days: 80 }),
  processedAt: faker.date.recent(),
  keywordMatches: faker.helpers.arrayElements(['hangover', 'headache', 'magnesium'], { min: 1, max: 3 }),
  keywordCategories: ['pain'],
  rawMetrics: { views: faker.number.int(5000), likes: faker.number.int(400), replies: faker.number.int(40) },
});

exports.fakeDecision = () => ({
  sssScore: score(),
  arsScore: score(),
  evsScore: score(),
  trsScore: score(),
  compositeScore: score(),
  mode: faker.helpers.arrayElement(MODES),
  archetype: faker.helpers.arrayElement(ARCHETYPES),
  signalsJson: { sentiment: score(), intent: faker.helpers.arrayElement(['question', 'story', 'complaint']) },
  temporalContext: { hour: faker.number.int(23), weekday: faker.number.int(6) },
});
