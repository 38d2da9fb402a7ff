import { Conversation } from '../../../src/entities';
import { DAY, defineFactory, HOUR, perParent, type Random, scramble } from '@entity-backend/seeding';
import { firstName } from '../identity/people';
import { workOf } from '../identity/rhythms';
import { focusOf, topicOf } from './topics';

/** What tells conversations on one topic apart. */
const OCCASIONS: ((random: Random) => string)[] = [
  () => '',
  (random) => `, week ${random.int(2, 36)}`,
  (random) => ` with ${firstName(random)}`,
  (random) => `: ${random.int(2, 9)} questions`,
  (random) => ` for ${firstName(random)}’s class`,
];

export const conversationFactory = defineFactory(
  Conversation,
  perParent('user', [2, 1, 4, 1, 3, 0, 9, 2, 3, 5, 1, 0, 22, 2, 1, 6, 3]),
  {
    title: (conversation, random) =>
      random.chance(0.1) ? null : topicOf(conversation).title(focusOf(conversation)) + random.pick(OCCASIONS)(random),
    status: (conversation, random) =>
      conversation.updatedAt.getTime() < random.now - 90 * DAY && random.chance(0.6) ? 'archived' : 'active',
    // Its end is the row's number, scrambled: no two are the same.
    shareToken: ({ index }, random) =>
      random.chance(0.2) ? hex(random.bits()) + hex(random.bits()) + hex(random.bits()) + hex(scramble(index)) : null,
    shareEnabled: (conversation, random) => conversation.shareToken !== null && random.chance(0.7),
    createdAt: ({ user }, random) => random.rhythmic(user.createdAt, random.now - HOUR, workOf(user)),
    updatedAt: (conversation) => conversation.messages.at(-1)!.createdAt,
  },
);

function hex(bits: number): string {
  return bits.toString(16).padStart(8, '0');
}
