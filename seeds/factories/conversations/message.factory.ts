import { Message } from '../../../src/entities';
import { defineFactory, MINUTE, perParent, type Row, SECOND } from '@entity-backend/seeding';
import { answer, focusOf, question, topicOf } from './topics';

/** A thread is a person and the assistant taking turns; the person begins, the assistant has the last word. */
const fromPerson = (message: Row<Message>): boolean => message.ordinal % 2 === 0;

/** Where the nth message of a person is in the thread. */
const turnOf = (message: Row<Message>): number => message.ordinal >> 1;

const FEEDBACK = { '1': 8, '0': 1, '-1': 1 };

export const messageFactory = defineFactory(Message, perParent('conversation', [4, 6, 2, 8, 2, 4, 6, 8, 6, 4, 2]), {
  role: (message) => (fromPerson(message) ? 'user' : 'assistant'),
  content: (message, random) =>
    (fromPerson(message) ? question : answer)(message.conversation, turnOf(message), random),
  citations: (message, random) =>
    fromPerson(message) || random.chance(0.5)
      ? null
      : [{ source: topicOf(message.conversation).source, page: random.int(3, 240) }],
  toolCalls: (message, random) => {
    if (fromPerson(message) || random.chance(0.7)) return null;
    const query = topicOf(message.conversation).title(focusOf(message.conversation));
    return [{ name: 'search_library', arguments: { query }, result: { hits: random.int(1, 12) } }];
  },
  domains: (message, random) => {
    const { domains } = topicOf(message.conversation);
    return random.chance(0.5) ? domains : [random.pick(domains)];
  },
  feedbackScore: (message, random) =>
    fromPerson(message) || random.chance(0.7) ? null : Number(random.weighted(FEEDBACK)),
  inputTokens: (message, random) => (fromPerson(message) ? null : 400 + message.ordinal * random.int(80, 160)),
  outputTokens: (message, random) => (fromPerson(message) ? null : random.int(40, 320)),
  // In US dollars: 3 a million tokens read, 15 a million tokens written.
  costUsd: ({ inputTokens, outputTokens }) =>
    inputTokens === null || outputTokens === null ? null : ((inputTokens * 3 + outputTokens * 15) / 1e6).toFixed(6),
  createdAt: ({ ordinal, conversation }, random) =>
    random.after(conversation.createdAt, (ordinal + 1) * 2 * MINUTE, ordinal * 2 * MINUTE + 5 * SECOND),
});
