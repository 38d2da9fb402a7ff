import { Author, Post } from '../../../src/entities';
import {
  DAY,
  defineFactory,
  HOUR,
  MINUTE,
  perScale,
  pool,
  type Random,
  type Row,
  SECOND,
} from '@entity-backend/seeding';
import { platformId } from './platform-ids';
import { leisureOf } from '../identity/rhythms';

/** The keywords that the listener looks for, as our texts spell them, and their categories. */
const CATEGORIES = new Map([
  ['hangover', 'pain'],
  ['headache', 'pain'],
  ['no energy', 'pain'],
  ['can’t sleep', 'pain'],
  ['dehydrated', 'pain'],
  ['electrolytes', 'solution'],
  ['vitamin b', 'solution'],
  ['magnesium', 'solution'],
  ['supplement', 'solution'],
  ['wedding', 'occasion'],
  ['marathon', 'occasion'],
  ['night shift', 'occasion'],
  ['festival', 'occasion'],
]);
const KEYWORD = new RegExp([...CATEGORIES.keys()].join('|'), 'g');

const cities = pool(300, (faker) => faker.location.city());
const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'];
const RELATIVES = ['sister', 'brother', 'cousin', 'best friend', 'boss', 'neighbour', 'aunt', 'roommate', 'ex'];
const DRINKS = ['coffee', 'green tea', 'coconut water', 'orange juice', 'ginger ale', 'cola', 'soup', 'pickle juice'];
const TIMES = ['in the evening', 'in the morning', 'before bed', 'with breakfast', 'on the way home', 'at noon'];
const REMEDIES = ['electrolytes', 'magnesium', 'vitamin b', 'a supplement'];

type Say = (random: Random) => string;

/** Each with a keyword: that is how a post is found. */
const SITUATIONS: Say[] = [
  (random) => `Day after my ${random.pick(RELATIVES)}’s wedding in ${random.pick(cities)} and I have a headache.`,
  (random) => `${random.int(2, 9)} night shifts in a row in ${random.pick(cities)}, no energy left for anything.`,
  (random) => `The festival in ${random.pick(cities)} is over. The hangover, ${random.int(14, 70)} hours on, is not.`,
  (random) => `Ran my ${random.pick(ORDINALS)} marathon in ${random.pick(cities)} and feel completely dehydrated.`,
  (random) => `New baby, ${random.int(2, 40)} weeks old, can’t sleep, living on ${random.pick(DRINKS)}.`,
  (random) => `Back from a conference in ${random.pick(cities)} with a headache. Too many receptions.`,
  (random) => `Does a hangover last ${random.int(2, 4)} days once you are over ${random.int(27, 55)}?`,
  (random) => `Flew ${random.int(5, 16)} hours to ${random.pick(cities)} and arrived dehydrated.`,
  (random) => `My ${random.pick(RELATIVES)} turned ${random.int(21, 70)} last night, so: hangover.`,
  (random) =>
    `Week ${random.int(2, 20)} of training for the marathon in ${random.pick(cities)} and no energy after work.`,
  (random) => `It is ${random.int(1, 5)}:${random.int(10, 59)} in ${random.pick(cities)} and I can’t sleep.`,
  (random) => `Heat wave in ${random.pick(cities)}, ${random.int(31, 43)} degrees, headache since noon.`,
];
const DETAILS: Say[] = [
  () => '',
  (random) => ` Slept ${random.pick(NUMBERS)} hours.`,
  (random) => ` ${random.pick(['Coffee', 'Sugar', 'Work', 'Daylight'])} only makes it worse.`,
  (random) => ` Work starts at ${random.pick(NUMBERS)}.`,
  (random) => ` I drank ${random.pick(NUMBERS)} glasses of water already.`,
  (random) => ` The kids are awake since ${random.pick(NUMBERS)}.`,
  (random) => ` My flight to ${random.pick(cities)} leaves in ${random.pick(NUMBERS)} hours.`,
  () => ' Yes, I know, my own fault.',
  (random) => ` My ${random.pick(RELATIVES)} swears by ${random.pick(DRINKS)}.`,
];
const QUESTIONS: Say[] = [
  (random) => ` Does anybody here take electrolytes ${random.pick(TIMES)}?`,
  (random) => ` Has magnesium ${random.pick(TIMES)} done anything for you?`,
  (random) => ` Any supplement under ${random.int(8, 60)} dollars that is worth the money?`,
  (random) => ` What do you drink ${random.pick(TIMES)}, apart from ${random.pick(DRINKS)}?`,
  (random) => ` Is it just hype to take ${random.pick(REMEDIES)} ${random.pick(TIMES)}?`,
  (random) => ` Would you pack ${random.pick(REMEDIES)} for ${random.int(2, 21)} days in ${random.pick(cities)}?`,
  (random) => ` What would you choose, ${random.pick(REMEDIES)} or ${random.pick(DRINKS)}?`,
];
const ENDINGS = [
  ...['', '', ' Asking for a friend.', ' Serious answers please.', ' Thanks in advance!', ' I read everything.', ' 🙏'],
  ...[' Send help.', ' Never again.', ' 😅', ' Tell me I am not alone.', ' Be honest.'],
];

const SPAM: Say[] = [
  (random) => `CLICK MY PROFILE for the only supplement you will ever need, ${random.int(50, 95)} % off`,
  (random) => `${random.pick(cities)} doctors HATE this supplement!!! Only ${random.int(3, 90)} left`,
  (random) => `I made ${random.int(2, 40) * 250} dollars in ${random.int(2, 30)} days with this supplement, DM me`,
  (random) => `You have no energy? ${random.int(2, 50)} people in ${random.pick(cities)} already joined`,
];
const SPAM_TAGS = ['#offer', '#code', '#vip', '#join', '#deal'];

/** Neither decided on nor put aside as spam: it waits, for its turn or after a failure. */
const waits = ({ decisions, spamFiltered }: Row<Post>): boolean => decisions.length === 0 && !spamFiltered;

export const postFactory = defineFactory(
  Post,
  perScale(40),
  {
    // By a power law: most have posted once, some hundreds of times.
    author: (_, random, rows) => random.pickEarly(rows(Author), 3),
    platform: ({ author }) => author.platform,
    platformPostId: ({ platform, index }, random) => platformId(platform, 'post', index, random),
    content: ({ spamFiltered, competitiveMentions }, random) => {
      if (spamFiltered) return `${random.pick(SPAM)(random)} ${random.pick(SPAM_TAGS)}${random.int(100, 99_999)}`;
      const tried = competitiveMentions.map(({ competitor }) => competitor.name).join(' and ');
      return (
        random.pick(SITUATIONS)(random) +
        random.pick(DETAILS)(random) +
        (tried && ` I have tried ${tried}.`) +
        random.pick(QUESTIONS)(random) +
        random.pick(ENDINGS)
      );
    },
    detectedAt: (post, random) => {
      const { lastSeenAt } = post.author;
      const from = waits(post) ? lastSeenAt.getTime() - 6 * HOUR : random.now - 89 * DAY;
      return random.rhythmic(from, lastSeenAt, leisureOf(post.author));
    },
    processedAt: (post, random) => (waits(post) ? null : random.after(post.detectedAt, 10 * MINUTE, 5 * SECOND)),
    keywordMatches: ({ content }) => content.match(KEYWORD)!.filter((one, index, all) => all.indexOf(one) === index),
    keywordCategories: ({ keywordMatches }) => {
      const categories: string[] = [];
      for (const keyword of keywordMatches) {
        const category = CATEGORIES.get(keyword)!;
        if (!categories.includes(category)) categories.push(category);
      }
      return categories;
    },
    spamFiltered: ({ decisions, competitiveMentions }, random) =>
      decisions.length === 0 && competitiveMentions.length === 0 && random.chance(0.75),
    rawMetrics: ({ author }, random) => {
      const views = random.int(10, 50 + Math.floor(author.followerCount / 3));
      return { views, likes: Math.floor(views * random.number(0, 0.08)), replies: random.int(0, 40) };
    },
    // What has waited for a day has been tried.
    errorCount: (post, random) => {
      if (!waits(post)) return 0;
      return post.detectedAt.getTime() < random.now - DAY ? 3 : random.int(0, 2);
    },
    errorMessage: ({ errorCount }) => (errorCount > 0 ? 'The decision engine did not answer within 10 s.' : null),
    createdAt: (post) => post.detectedAt,
    updatedAt: (post) => post.processedAt ?? post.detectedAt,
  },
  {
    Processed: { processedAt: ({ detectedAt }, random) => random.after(detectedAt, 10 * MINUTE, 5 * SECOND) },
    Waiting: { processedAt: null, spamFiltered: false, errorCount: 0 },
  },
);
