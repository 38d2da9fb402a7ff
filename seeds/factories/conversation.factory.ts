import { Conversation } from '../../src/entities';
import { defineFactory, perParent } from '../engine/factory';
import { DAY, HOUR, scramble } from '../engine/random';
import { workOf } from './rhythms';
import { focusOf, topicOf } from './topics';

export const conversationFactory = defineFactory(Conversation, perParent('user', [2, 1, 4, 1, 3, 0, 9, 2, 3, 5]), {
  title: (conversation, random) => (random.chance(0.1) ? null : topicOf(conversation).title(focusOf(conversation))),
  status: (conversation, random) =>
    conversation.updatedAt.getTime() < random.now - 90 * DAY && random.chance(0.6) ? 'archived' : 'active',
  // Its end is the row's number, scrambled: no two are the same.
  shareToken: ({ index }, random) =>
    random.chance(0.2) ? hex(random.bits()) + hex(random.bits()) + hex(random.bits()) + hex(scramble(index)) : null,
  shareEnabled: (conversation, random) => conversation.shareToken !== null && random.chance(0.7),
  createdAt: ({ user }, random) => random.rhythmic(user.createdAt, random.now - HOUR, workOf(user)),
  updatedAt: (conversation) => conversation.messages.at(-1)!.createdAt,
});

function hex(bits: number): string {
  return bits.toString(16).padStart(8, '0');
}
