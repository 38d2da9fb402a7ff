import { Conversation } from '../../src/entities';
import { defineFactory, perParent } from '../engine/factory';
import { DAY, HOUR } from '../engine/random';
import { topicOf } from './topics';

export const conversationFactory = defineFactory(Conversation, perParent('user', [2, 1, 3, 1, 2, 0, 4, 1, 2, 2]), {
  title: (conversation, random) => (random.chance(0.1) ? null : topicOf(conversation).title),
  status: (conversation, random) =>
    conversation.updatedAt.getTime() < random.now - 90 * DAY && random.chance(0.6) ? 'archived' : 'active',
  shareToken: (_, random) => (random.chance(0.2) ? random.uuid().replaceAll('-', '') : null),
  shareEnabled: (conversation, random) => conversation.shareToken !== null && random.chance(0.7),
  createdAt: ({ user }, random) => random.between(user.createdAt, random.now - HOUR),
  updatedAt: (conversation) => conversation.messages.at(-1)!.createdAt,
});
