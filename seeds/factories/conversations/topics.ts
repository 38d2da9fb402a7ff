import type { Conversation } from '../../../src/entities';
import { type Random, type Row, scramble } from '@entity-backend/seeding';

/** Whom and what a conversation is about. */
export interface Focus {
  grade: string;
  subject: string;
  unit: number;
}

type Say = (focus: Focus) => string;

/** What a conversation is about, and what is said in it, turn by turn. */
interface Topic {
  title: Say;
  domains: string[];
  turns: { question: Say; answer: Say }[];
  source: string;
}

export const GRADES = ['kindergarten', ...['1', '2', '3', '4', '5', '6', '7', '8'].map((grade) => `grade ${grade}`)];
export const SUBJECTS = ['mathematics', 'reading', 'writing', 'science', 'history', 'geography', 'Spanish', 'music'];

const TOPICS: Topic[] = [
  {
    title: ({ subject, grade }) => `Common assessments in ${subject}, ${grade}`,
    domains: ['assessment', 'collaboration'],
    turns: [
      {
        question: ({ subject }) => `How long should a common formative assessment in ${subject} be?`,
        answer: ({ unit }) =>
          `Short enough to give and discuss within a week: three to five items for each standard of unit ${unit} are plenty.`,
      },
      {
        question: ({ grade }) => `Our ${grade} team can’t agree on the cut score. What do other teams do?`,
        answer: ({ subject }) =>
          `Agree on what proficient work in ${subject} looks like first, with two or three student samples on the table; the score follows from it.`,
      },
      {
        question: ({ unit, subject }) => `Can you draft three exit-ticket questions for unit ${unit} in ${subject}?`,
        answer: ({ unit }) =>
          `Here is a draft for unit ${unit} with one item a level of difficulty, so that you can see where understanding ends.`,
      },
      {
        question: ({ unit }) => `What do we do with the results of unit ${unit} on Friday?`,
        answer: ({ subject }) =>
          `Sort the answers by misconception rather than by score, and plan the next two lessons in ${subject} from that.`,
      },
    ],
    source: 'Handbook of common assessments',
  },
  {
    title: ({ subject, grade }) => `A SMART goal for ${subject} in ${grade}`,
    domains: ['goals', 'data'],
    turns: [
      {
        question: ({ subject }) => `Is “improve ${subject}” a good team goal?`,
        answer: ({ grade }) =>
          `It says where to go but not how far. Name the group in ${grade}, the measure and the date, and it becomes one.`,
      },
      {
        question: ({ grade }) => `How often should the ${grade} team look at its progress?`,
        answer: ({ unit }) =>
          `Every three to four weeks is a rhythm that most teams can hold: after unit ${unit} would be the next time.`,
      },
      {
        question: ({ subject, grade }) => `Help me turn last year’s results in ${subject} into a goal for ${grade}.`,
        answer: ({ unit, grade }) =>
          `From ${50 + 2 * unit} to ${58 + 3 * unit} per cent proficient in ${grade} by the spring benchmark would be ambitious and within reach.`,
      },
      {
        question: ({ grade }) => `What if ${grade} misses the goal by a little?`,
        answer: ({ subject }) =>
          `Then the discussion about why is worth more than the number. Keep the strategy that worked in ${subject}.`,
      },
    ],
    source: 'Setting goals as a team',
  },
  {
    title: ({ subject, grade }) => `Intervention block: ${subject}, ${grade}`,
    domains: ['intervention', 'scheduling'],
    turns: [
      {
        question: ({ grade }) => `How do we group students across the ${grade} classes?`,
        answer: ({ subject }) =>
          `By the skill in ${subject} that they miss, not by the class they come from, and for three weeks at most.`,
      },
      {
        question: ({ subject }) => `Who should teach the group that needs most support in ${subject}?`,
        answer: ({ unit }) =>
          `The teacher whose students did best on unit ${unit}, whichever class in the building is theirs.`,
      },
      {
        question: ({ unit, subject }) => `We have ${15 + 5 * unit} minutes a day for ${subject}. Is that enough?`,
        answer: ({ grade }) => `For ${grade} it is, if the time is sacred and the group works on one skill at a time.`,
      },
      {
        question: ({ grade }) => `How do students in ${grade} leave a group?`,
        answer: ({ subject }) => `As soon as the exit ticket in ${subject} shows the skill twice in a row.`,
      },
    ],
    source: 'A schedule for every learner',
  },
  {
    title: ({ grade, subject }) => `Better meetings of the ${grade} ${subject} team`,
    domains: ['collaboration', 'facilitation'],
    turns: [
      {
        question: ({ grade }) => `The meetings of our ${grade} team drift into logistics. Any advice?`,
        answer: ({ subject }) =>
          `Put announcements into a shared document, and open with student work in ${subject} instead.`,
      },
      {
        question: ({ unit, subject }) => `Can you write an agenda of ${35 + 5 * unit} minutes on ${subject}?`,
        answer: ({ unit }) =>
          `Ten minutes on the results of unit ${unit}, twenty on planning, ten on who does what, the rest to look back.`,
      },
      {
        question: ({ grade }) => `How do we get quiet colleagues in ${grade} to speak?`,
        answer: ({ subject }) =>
          `A round in which everybody says one sentence about their ${subject} class works better than any appeal.`,
      },
      {
        question: ({ grade, subject }) => `Which norms are worth writing down for ${grade} ${subject}?`,
        answer: () => 'Three are enough: begin on time, speak from evidence, leave with a next step.',
      },
    ],
    source: 'The facilitator’s notebook',
  },
  {
    title: ({ subject, unit, grade }) => `Unpacking the standards of unit ${unit}, ${grade} ${subject}`,
    domains: ['curriculum', 'assessment'],
    turns: [
      {
        question: ({ unit, grade }) => `What does the first standard of unit ${unit} ask of a student in ${grade}?`,
        answer: ({ subject }) =>
          `To explain the main idea in ${subject} with details, and to sum it up without an opinion.`,
      },
      {
        question: ({ subject }) => `Which words in a ${subject} standard tell us the rigor?`,
        answer: ({ unit }) =>
          `The verbs. In unit ${unit} they are determine and summarise, and the first is the harder one.`,
      },
      {
        question: ({ grade }) => `How would you split it into learning targets for ${grade}?`,
        answer: ({ unit }) =>
          `Into three for unit ${unit}: name details, tell topic from theme, and support a theme with two details.`,
      },
      {
        question: ({ subject, grade }) => `What does good evidence look like in ${grade} ${subject}?`,
        answer: ({ unit }) =>
          `A short written answer that quotes the source twice, and stays under ${60 + 10 * unit} words.`,
      },
    ],
    source: 'From standards to targets',
  },
  {
    title: ({ subject, grade }) => `Reading our data: ${subject}, ${grade}`,
    domains: ['data', 'intervention'],
    turns: [
      {
        question: ({ subject, grade }) => `Where do I start with the benchmark in ${subject} for ${grade}?`,
        answer: ({ unit }) =>
          `With one question rather than all columns: who could do in unit ${unit} what they can’t do now?`,
      },
      {
        question: ({ unit }) => `Two classes differ by ${4 + unit} points. Does that mean anything?`,
        answer: ({ grade }) =>
          `With the size of classes in ${grade} it may be chance. Look at the same item in both before you conclude.`,
      },
      {
        question: ({ unit, subject }) => `Which items of unit ${unit} in ${subject} should we teach again?`,
        answer: () => 'Those that most students missed in the same way; what a few missed belongs into their group.',
      },
      {
        question: ({ grade }) => `How do I show it to parents of ${grade}?`,
        answer: ({ subject }) =>
          `One sentence on what their child can do in ${subject}, one on what comes next, no ranking.`,
      },
    ],
    source: 'Data that teams talk about',
  },
];

/** What a conversation is about: its title says it, its messages speak of it. */
export function topicOf(conversation: Row<Conversation>): Topic {
  return TOPICS[topicNumberOf(conversation)];
}

export function topicNumberOf({ index }: Row<Conversation>): number {
  return scramble(index) % TOPICS.length;
}

/** Whom it is about, the same throughout a conversation. */
export function focusOf(conversation: Row<Conversation>): Focus {
  const bits = scramble(~conversation.index);
  return {
    grade: GRADES[bits % GRADES.length],
    subject: SUBJECTS[(bits >>> 8) % SUBJECTS.length],
    unit: 1 + ((bits >>> 16) % 9),
  };
}

const OPENINGS = [
  ...['', '', '', 'Quick question: ', 'One more thing. ', 'Thanks! ', 'Good morning! ', 'Back again. ', 'Okay. '],
  ...['Before I forget: ', 'Sorry, me again. ', 'That helps. '],
];

/** What people add, so that the assistant knows what it is about. */
const CIRCUMSTANCES: ((random: Random) => string)[] = [
  () => '',
  (random) => ` We are ${random.int(2, 9)} teachers.`,
  (random) => ` We meet for ${random.int(4, 12) * 5} minutes on ${random.pick(DAYS)}.`,
  (random) => ` ${random.int(12, 31)} students are in the class.`,
  (random) => ` We have until ${random.pick(DAYS)}, ${random.int(2, 12)} lessons from now.`,
  (random) => ` About ${random.int(2, 19) * 5} per cent are proficient so far.`,
  (random) => ` The principal asked for it in week ${random.int(2, 36)}.`,
  (random) => ` ${random.int(2, 9)} of them learn English as a new language.`,
];
const WISHES: ((random: Random) => string)[] = [
  () => '',
  () => '',
  (random) => ` Please in ${random.int(2, 8)} sentences.`,
  (random) => ` I have ${random.int(2, 12) * 5} minutes.`,
  (random) => ` ${random.int(2, 9)} colleagues will read it.`,
  (random) => ` ${random.pick(DAYS)} would be early enough.`,
];
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];

const BEGINNINGS = [
  ...['', '', '', 'Good question. ', 'Yes and no. ', 'It depends on the team, but: ', 'In short. ', 'Gladly. '],
  ...['That comes up often. ', 'Here is what tends to work. ', 'From what you write: '],
];
const FOLLOW_UPS: ((random: Random) => string)[] = [
  () => '',
  () => ' Does that fit your team?',
  () => ' Shall I turn it into a task?',
  (random) => ` Try it for ${random.int(2, 6)} weeks and tell me how it went.`,
  (random) => ` I can draft it in ${random.int(2, 5)} versions.`,
  (random) => ` A team of ${random.int(3, 9)} did it in ${random.int(2, 10) * 5} minutes.`,
  (random) => ` Page ${random.int(4, 220)} of the source has an example.`,
  (random) => ` Shall I remind you on ${random.pick(DAYS)} at ${random.int(7, 16)}?`,
];
const EXAMPLES: ((random: Random) => string)[] = [
  () => '',
  () => '',
  (random) => ` With ${random.int(14, 31)} students that takes ${random.int(2, 8) * 5} minutes.`,
  (random) => ` ${random.int(3, 9)} of ${random.int(10, 14)} teams that I know of do it so.`,
  (random) => ` Begin with ${random.int(2, 6)} samples.`,
  (random) => ` ${random.pick(DAYS)} is a good day for it.`,
];

/** What the person says in a turn. */
export function question(conversation: Row<Conversation>, turn: number, random: Random): string {
  const { turns } = topicOf(conversation);
  const asked = turns[turn % turns.length].question(focusOf(conversation));
  return random.pick(OPENINGS) + asked + random.pick(CIRCUMSTANCES)(random) + random.pick(WISHES)(random);
}

/** What the assistant says to it. */
export function answer(conversation: Row<Conversation>, turn: number, random: Random): string {
  const { turns } = topicOf(conversation);
  const answered = turns[turn % turns.length].answer(focusOf(conversation));
  return random.pick(BEGINNINGS) + answered + random.pick(EXAMPLES)(random) + random.pick(FOLLOW_UPS)(random);
}
