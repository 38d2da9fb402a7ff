import { Author, Post } from '../../src/entities';
import { defineFactory, perScale } from '../engine/factory';
import { DAY, MINUTE, SECOND } from '../engine/random';
import { platformId } from './platform-ids';

/** The keywords that the listener looks for, and their categories. */
const KEYWORDS: Record<string, string> = {
  hangover: 'pain',
  headache: 'pain',
  'no energy': 'pain',
  'can’t sleep': 'pain',
  dehydrated: 'pain',
  electrolytes: 'solution',
  'vitamin b': 'solution',
  magnesium: 'solution',
  supplement: 'solution',
  wedding: 'occasion',
  marathon: 'occasion',
  'night shift': 'occasion',
  festival: 'occasion',
};

/** Each with a keyword: that is how a post is found. */
const SITUATIONS = [
  'Day after the wedding and I have a headache like never before.',
  'Third night shift in a row, no energy left for anything.',
  'Festival weekend is over. The hangover is not.',
  'Ran my first marathon yesterday and feel completely dehydrated.',
  'New baby, can’t sleep, living on coffee.',
  'Back from the conference with a headache. Too many receptions, too little water.',
  'Is it me or does a hangover last two days once you are over thirty?',
];
const DETAILS = [
  '',
  'Slept four hours.',
  'Coffee only makes it worse.',
  'Work starts at eight.',
  'I drank a litre of water already.',
  'The kids are awake since five.',
  'My flight leaves in three hours.',
  'Yes, I know, my own fault.',
];
const QUESTIONS = [
  'Does anybody here take electrolytes in the evening or in the morning?',
  'Has magnesium done anything for you?',
  'Any supplement that is worth the money?',
  'What do you drink apart from water?',
  'Is vitamin B just hype?',
  'Which supplement would you pack for a long trip?',
];
const ENDINGS = [
  '',
  'Asking for a friend.',
  'Serious answers please.',
  'Thanks in advance!',
  'I read everything.',
  '🙏',
];
const SPAM = 'CLICK MY PROFILE for the only supplement you will ever need, 90 % off today';

/** A post without a decision has been put aside as spam, or waits: for its turn, or after a failure. */
export const postFactory = defineFactory(Post, perScale(40), {
  author: (_, random, rows) => random.pickEarly(rows(Author)),
  platform: ({ author }) => author.platform,
  platformPostId: ({ platform, index }, random) => platformId(platform, 'post', index, random),
  content: ({ spamFiltered, competitiveMentions }, random) => {
    if (spamFiltered) return SPAM;
    const tried = competitiveMentions.map(({ competitor }) => competitor.name).join(' and ');
    return [
      random.pick(SITUATIONS),
      random.pick(DETAILS),
      tried && `I have tried ${tried}.`,
      random.pick(QUESTIONS),
      random.pick(ENDINGS),
    ]
      .filter(Boolean)
      .join(' ');
  },
  detectedAt: ({ author }, random) => random.between(random.now - 89 * DAY, author.lastSeenAt),
  processedAt: ({ decisions, spamFiltered, detectedAt }, random) =>
    decisions.length > 0 || spamFiltered ? random.after(detectedAt, 10 * MINUTE, 5 * SECOND) : null,
  keywordMatches: ({ content }) => Object.keys(KEYWORDS).filter((keyword) => content.toLowerCase().includes(keyword)),
  keywordCategories: ({ keywordMatches }) => [...new Set(keywordMatches.map((keyword) => KEYWORDS[keyword]))],
  spamFiltered: ({ decisions, competitiveMentions }, random) =>
    decisions.length === 0 && competitiveMentions.length === 0 && random.chance(0.6),
  rawMetrics: ({ author }, random) => {
    const views = random.int(10, 50 + Math.floor(author.followerCount / 3));
    return { views, likes: Math.floor(views * random.number(0, 0.08)), replies: random.int(0, 40) };
  },
  errorCount: ({ processedAt }, random) => (processedAt ? 0 : random.int(0, 3)),
  errorMessage: ({ errorCount }) => (errorCount > 0 ? 'The decision engine did not answer within 10 s.' : null),
  createdAt: (post) => post.detectedAt,
  updatedAt: (post) => post.processedAt ?? post.detectedAt,
});
