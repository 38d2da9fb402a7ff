import { Message } from '../../src/entities';
import { defineFactory, perParent, type Row } from '../engine/factory';
import { MINUTE, SECOND } from '../engine/random';
import { topicOf } from './topics';

const FOLLOW_UPS = ['Does that fit your team?', 'Shall I turn it into a task?', 'Tell me how it went.', ''];
const OPENINGS = ['', 'Quick question: ', 'One more thing. ', 'Thanks! '];

/** A thread is a person and the assistant taking turns; the person begins, the assistant has the last word. */
const fromPerson = (message: Row<Message>): boolean => message.ordinal % 2 === 0;

export const messageFactory = defineFactory(Message, perParent('conversation', [4, 6, 2, 8, 4, 10]), {
  role: (message) => (fromPerson(message) ? 'user' : 'assistant'),
  content: (message, random) => {
    const { questions, answers } = topicOf(message.conversation);
    const turn = Math.floor(message.ordinal / 2) % questions.length;
    return fromPerson(message)
      ? random.pick(OPENINGS) + questions[turn]
      : `${answers[turn]} ${random.pick(FOLLOW_UPS)}`.trim();
  },
  citations: (message, random) =>
    fromPerson(message) || random.chance(0.5)
      ? null
      : [{ source: topicOf(message.conversation).source, page: random.int(3, 240) }],
  toolCalls: (message, random) => {
    if (fromPerson(message) || random.chance(0.7)) return null;
    const { title } = topicOf(message.conversation);
    return [{ name: 'search_library', arguments: { query: title }, result: { hits: random.int(1, 12) } }];
  },
  domains: (message, random) => random.some(topicOf(message.conversation).domains, random.int(1, 2)),
  feedbackScore: (message, random) =>
    fromPerson(message) || random.chance(0.7) ? null : Number(random.weighted({ '1': 8, '0': 1, '-1': 1 })),
  inputTokens: (message, random) => (fromPerson(message) ? null : 400 + message.ordinal * random.int(80, 160)),
  outputTokens: (message, random) => (fromPerson(message) ? null : random.int(40, 320)),
  // In US dollars: 3 a million tokens read, 15 a million tokens written.
  costUsd: ({ inputTokens, outputTokens }) =>
    inputTokens === null || outputTokens === null ? null : ((inputTokens * 3 + outputTokens * 15) / 1e6).toFixed(6),
  createdAt: ({ ordinal, conversation }, random) =>
    random.after(conversation.createdAt, (ordinal + 1) * 2 * MINUTE, ordinal * 2 * MINUTE + 5 * SECOND),
});
