import { Reply } from '../../src/entities';
import { type Archetype } from '../../src/entities/social/enumerations';
import { SIGNATURE } from '../../src/entities/social/reply.entity';
import { defineFactory, perParent } from '../engine/factory';
import { HOUR, MINUTE, SECOND } from '../engine/random';
import { TEAM } from './people';

const OPENINGS = [
  'That sounds rough.',
  'We have all been there.',
  'Good question!',
  'Fair point.',
  'Thanks for asking.',
];

/** What is said in which manner; nothing that a medicine could claim. */
const BODIES: Record<Archetype, string[]> = {
  CHECKLIST: [
    'My list: a big glass of water, something salty, a walk, an early night.',
    'Three things first: water, breakfast, daylight. Then see how you feel.',
  ],
  MYTHBUST: [
    'Coffee does not make up for sleep, sadly. Water and rest do most of the work.',
    'More is not better with vitamins: a balanced meal covers most of it.',
  ],
  COACH: [
    'Be kind to yourself today: one glass of water an hour and nothing that can wait.',
    'Small steps: drink, eat, move a little. Tomorrow looks different.',
  ],
  STORYLET: [
    'After my sister’s wedding I learnt to alternate every drink with water. Never looked back.',
    'My first night shift ended with salted noodles at six in the morning. Still a ritual.',
  ],
  HUMOR_LIGHT: ['My body sends invoices for weekends these days, with interest.', 'Water: boring, wet, undefeated.'],
  CREDIBILITY_ANCHOR: [
    'Dietitians keep saying it for a reason: fluids and a proper breakfast before anything else.',
    'The usual guidance is simple: drink regularly, and spread it over the day.',
  ],
  CONFIDENT_RECOMMENDER: [
    'I would start with electrolytes in the evening and see how the morning feels.',
    'An electrolyte drink before bed is what I would pack.',
  ],
  PROBLEM_SOLUTION_DIRECT: [
    'Too little water, too little sleep: start with the water, it is the easy one.',
    'Long trip, dry air: a bottle of water every three hours is the plan.',
  ],
};
const CLOSINGS = ['', 'Take care!', 'Hope today is a gentle one.', 'Tell us how it goes.'];

export const replyFactory = defineFactory(
  Reply,
  perParent('decision', [1, 1, 0, 1, 1, 2, 1, 0, 1, 1]),
  {
    content: ({ archetype }, random) =>
      [random.pick(OPENINGS), random.pick(BODIES[archetype!]), random.pick(CLOSINGS), SIGNATURE]
        .filter(Boolean)
        .join(' '),
    archetype: ({ decision }) => decision!.archetype,
    platform: ({ decision }) => decision!.post.platform,
    platformPostId: ({ decision }) => decision!.post.platformPostId,
    utmCode: ({ platform, archetype, index }) =>
      `vita-${platform.toLowerCase()}-${archetype!.toLowerCase()}-${index.toString(36)}`,
    helpCount: ({ postedAt }, random) => (postedAt ? random.pareto(1, 500, 1.2) - 1 : 0),
    approvalStatus: (_, random) => random.weighted({ APPROVED: 40, AUTO_APPROVED: 38, PENDING: 12, REJECTED: 10 }),
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
    deleteReason: ({ deletedAt }, random) =>
      deletedAt && random.pick(['The author asked us to.', 'The post has been deleted.', 'Tone.']),
    replyType: (_, random) => random.weighted({ COMMENT: 8, QUOTE: 1, DIRECT_MESSAGE: 1 }),
    createdAt: ({ decision }, random) => random.after(decision!.createdAt, 2 * MINUTE, 2 * SECOND),
    updatedAt: (reply) => reply.deletedAt ?? reply.postedAt ?? reply.approvedAt ?? reply.createdAt,
  },
  {
    Posted: {
      approvalStatus: (_, random) => random.weighted({ APPROVED: 1, AUTO_APPROVED: 1 }),
      postedAt: ({ approvedAt }, random) => random.after(approvedAt!, 30 * MINUTE, MINUTE),
      deletedAt: null,
    },
  },
);
