import type { Conversation } from '../../src/entities';
import type { Row } from '../engine/factory';
import { scramble } from '../engine/random';

/** What a conversation is about, and what is said in it. */
interface Topic {
  title: string;
  domains: string[];
  questions: string[];
  answers: string[];
  source: string;
}

const TOPICS: Topic[] = [
  {
    title: 'Common formative assessments',
    domains: ['assessment', 'collaboration'],
    questions: [
      'How long should a common formative assessment be?',
      'Our team can’t agree on the cut score. What do other teams do?',
      'Can you draft three exit-ticket questions on comparing fractions?',
      'What do we do with the results on Friday?',
    ],
    answers: [
      'Short enough to give and discuss within a week: three to five items for each standard are plenty.',
      'Agree on what proficient work looks like first, with two or three student samples on the table; the score follows from it.',
      'Here is a draft with one item a level of difficulty, so that you can see where understanding ends.',
      'Sort the answers by misconception rather than by score, and plan the next two lessons from that.',
    ],
    source: 'Handbook of common assessments',
  },
  {
    title: 'SMART goals for the term',
    domains: ['goals', 'data'],
    questions: [
      'Is “improve reading” a good team goal?',
      'How often should we look at our progress?',
      'Help me turn last year’s results into a goal for grade 4.',
      'What if we miss the goal by a little?',
    ],
    answers: [
      'It says where to go but not how far. Name the group, the measure and the date, and it becomes one.',
      'Every three to four weeks is a rhythm that most teams can hold.',
      'From 62 to 75 per cent proficient by the spring benchmark would be ambitious and within reach.',
      'Then the discussion about why is worth more than the number. Keep the strategy that worked.',
    ],
    source: 'Setting goals as a team',
  },
  {
    title: 'Intervention block',
    domains: ['intervention', 'scheduling'],
    questions: [
      'How do we group students across four classes?',
      'Who should teach the group that needs most support?',
      'We have 30 minutes a day. Is that enough?',
      'How do students leave a group?',
    ],
    answers: [
      'By the skill they miss, not by the class they come from, and for three weeks at most.',
      'The teacher whose students did best on that standard, whichever class is theirs.',
      'It is, if the time is sacred and the group works on one skill at a time.',
      'As soon as the exit ticket shows the skill twice in a row.',
    ],
    source: 'A schedule for every learner',
  },
  {
    title: 'Running better team meetings',
    domains: ['collaboration', 'facilitation'],
    questions: [
      'Our meetings drift into logistics. Any advice?',
      'Can you write an agenda for 45 minutes?',
      'How do we get quiet colleagues to speak?',
      'Which norms are worth writing down?',
    ],
    answers: [
      'Put announcements into a shared document, and open with student work instead.',
      'Ten minutes on results, twenty on planning, ten on who does what, five to look back.',
      'A round in which everybody says one sentence works better than any appeal.',
      'Three are enough: begin on time, speak from evidence, leave with a next step.',
    ],
    source: 'The facilitator’s notebook',
  },
  {
    title: 'Unpacking a standard',
    domains: ['curriculum', 'assessment'],
    questions: [
      'What does standard RL.5.2 ask of a student?',
      'Which words in it tell us the rigor?',
      'How would you split it into learning targets?',
      'What does good evidence look like?',
    ],
    answers: [
      'To find the theme of a text in its details, and to summarise the text without opinion.',
      'The verbs: determine and summarise. The first is the harder one.',
      'Into three: name details, tell topic from theme, and support a theme with two details.',
      'A short written answer that quotes the text twice, and stays under a hundred words.',
    ],
    source: 'From standards to targets',
  },
];

/** What a conversation is about: its title says it, its messages speak of it. */
export function topicOf(conversation: Row<Conversation>): Topic {
  return TOPICS[scramble(conversation.index) % TOPICS.length];
}
