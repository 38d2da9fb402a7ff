import { Reply } from '../../../src/entities';
import { type Archetype, ARCHETYPES, type Platform, PLATFORMS } from '../../../src/entities/social/enumerations';
import { SIGNATURE } from '../../../src/entities/social/reply.entity';
import { defineFactory, HOUR, MINUTE, perParent, type Random, SECOND } from '@entity-backend/seeding';
import { TEAM } from '../identity/people';

const OPENINGS = [
  ...['That sounds rough.', 'We have all been there.', 'Good question!', 'Fair point.', 'Thanks for asking.', 'Oh no.'],
  ...['Been there last month.', 'You are not alone.', 'Honest answer:', 'Same here.', 'I feel you.', 'Hey!'],
];
const DRINKS = ['water', 'herbal tea', 'broth', 'coconut water', 'diluted juice', 'sparkling water'];
const FOODS = ['salted noodles', 'a banana', 'scrambled eggs', 'toast', 'soup', 'rice with something salty', 'olives'];
const TIMES = [
  'in the evening',
  'before bed',
  'with breakfast',
  'in the morning',
  'on the way home',
  'after a long day',
];
const OCCASIONS = ['my sister’s wedding', 'a night shift', 'a long flight', 'the festival', 'my first half marathon'];

type Say = (random: Random) => string;

/** What is said in which manner; nothing that a medicine could claim. */
const BODIES: Record<Archetype, Say[]> = {
  CHECKLIST: [
    (random) => `My list: a glass of ${random.pick(DRINKS)}, ${random.pick(FOODS)}, a walk, an early night.`,
    (random) => `${random.int(3, 5)} things first: ${random.pick(DRINKS)}, ${random.pick(FOODS)}, daylight. Then see.`,
  ],
  MYTHBUST: [
    (random) =>
      `Coffee does not make up for sleep, sadly. ${random.int(2, 3)} litres of ${random.pick(DRINKS)} and rest.`,
    (random) => `More is not better with vitamins: ${random.pick(FOODS)} ${random.pick(TIMES)} covers most of it.`,
  ],
  COACH: [
    (random) =>
      `Be kind to yourself: a glass of ${random.pick(DRINKS)} every ${random.int(20, 90)} minutes, no more plans.`,
    (random) => `Small steps: ${random.pick(DRINKS)}, ${random.pick(FOODS)}, move for ${random.int(5, 30)} minutes.`,
  ],
  STORYLET: [
    (random) => `After ${random.pick(OCCASIONS)} I learnt to alternate every drink with ${random.pick(DRINKS)}.`,
    (random) =>
      `Mine, after ${random.pick(OCCASIONS)}, ended with ${random.pick(FOODS)} at ${random.int(3, 7)} in the morning.`,
  ],
  HUMOR_LIGHT: [
    (random) => `My body sends invoices for ${random.pick(OCCASIONS)}, with ${random.int(4, 19)} per cent interest.`,
    (random) =>
      `Me and ${random.pick(FOODS)} ${random.pick(TIMES)}: boring, undefeated for ${random.int(2, 20)} years.`,
  ],
  CREDIBILITY_ANCHOR: [
    (random) =>
      `Dietitians keep saying it: ${random.pick(DRINKS)} ${random.pick(TIMES)} and ${random.pick(FOODS)} first.`,
    (random) =>
      `The usual guidance: a glass of ${random.pick(DRINKS)} every ${random.int(40, 120)} minutes of the day.`,
  ],
  CONFIDENT_RECOMMENDER: [
    (random) => `I would start with electrolytes ${random.pick(TIMES)} for ${random.int(3, 14)} days and see.`,
    (random) => `Electrolytes in ${random.pick(DRINKS)} ${random.pick(TIMES)} are what I would pack.`,
  ],
  PROBLEM_SOLUTION_DIRECT: [
    (random) =>
      `Too little ${random.pick(DRINKS)}, ${random.int(3, 6)} hours of sleep: start with the first, it is the easy one.`,
    (random) =>
      `Dry air on ${random.pick(OCCASIONS)}: a bottle of ${random.pick(DRINKS)} every ${random.int(2, 4)} hours.`,
  ],
};
/** The manner of a reply that has none in particular. */
const PLAIN = 'COACH';
const CLOSINGS = [
  ...['', '', ' Take care!', ' Hope today is a gentle one.', ' Tell us how it goes.', ' Fingers crossed.'],
  ...[' You have got this.', ' Good luck!', ' Let us know.', ' Get some rest.'],
];

/** `vita-reddit-coach-`, for each platform and manner. */
const CODES = new Map<Platform, Map<Archetype, string>>(
  PLATFORMS.map((platform) => [
    platform,
    new Map(ARCHETYPES.map((archetype) => [archetype, `vita-${platform}-${archetype}-`.toLowerCase()])),
  ]),
);

const APPROVALS = { APPROVED: 40, AUTO_APPROVED: 38, PENDING: 12, REJECTED: 10 };
const TYPES = { COMMENT: 8, QUOTE: 1, DIRECT_MESSAGE: 1 };
const DELETE_REASONS = ['The author asked us to.', 'The post has been deleted.', 'Tone.'];

export const replyFactory = defineFactory(
  Reply,
  perParent('decision', [1, 0, 0, 1, 0, 2, 0, 0, 1, 0, 0, 1, 0]),
  {
    content: ({ archetype }, random) =>
      `${random.pick(OPENINGS)} ${random.pick(BODIES[archetype ?? PLAIN])(random)}${random.pick(CLOSINGS)} ${SIGNATURE}`,
    archetype: ({ decision }) => decision!.archetype,
    platform: ({ decision }) => decision!.post.platform,
    platformPostId: ({ decision }) => decision!.post.platformPostId,
    utmCode: ({ platform, archetype, index }) => CODES.get(platform)!.get(archetype ?? PLAIN)! + index.toString(36),
    helpCount: ({ postedAt }, random) => (postedAt ? random.pareto(1, 500, 1.2) - 1 : 0),
    approvalStatus: (_, random) => random.weighted(APPROVALS),
    approvedBy: ({ approvalStatus }, random) =>
      approvalStatus === 'APPROVED' || approvalStatus === 'REJECTED' ? random.pick(TEAM) : null,
    approvedAt: ({ approvalStatus, createdAt }, random) => {
      if (approvalStatus === 'PENDING') return null;
      return random.after(createdAt, approvalStatus === 'AUTO_APPROVED' ? SECOND : 6 * HOUR);
    },
    postedAt: ({ approvalStatus, approvedAt }, random) =>
      approvalStatus.endsWith('APPROVED') && random.chance(0.92)
        ? random.after(approvedAt!, 30 * MINUTE, MINUTE)
        : null,
    metricsJson: ({ postedAt, helpCount }, random) =>
      postedAt
        ? { likes: random.pareto(1, 2000, 0.9) + helpCount, replies: random.int(0, 6), clicks: random.int(0, 40) }
        : {},
    deletedAt: ({ postedAt }, random) =>
      postedAt && random.chance(0.04) ? random.after(postedAt, 8 * HOUR, MINUTE) : null,
    deleteReason: ({ deletedAt }, random) => deletedAt && random.pick(DELETE_REASONS),
    replyType: (_, random) => random.weighted(TYPES),
    createdAt: ({ decision }, random) => random.after(decision!.createdAt, 2 * MINUTE, 2 * SECOND),
    updatedAt: (reply) => reply.deletedAt ?? reply.postedAt ?? reply.approvedAt ?? reply.createdAt,
  },
  {
    Posted: {
      approvalStatus: (_, random) => random.weighted({ APPROVED: 1, AUTO_APPROVED: 1 }),
      postedAt: ({ approvedAt }, random) => random.after(approvedAt!, 30 * MINUTE, MINUTE),
      deletedAt: null,
    },
    Pending: { approvalStatus: 'PENDING' },
    Rejected: { approvalStatus: 'REJECTED' },
  },
);
