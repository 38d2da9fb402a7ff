import { MessageEmbedding } from '../../src/entities';
import { EMBEDDING_DIMENSIONS } from '../../src/entities/conversations/message-embedding.entity';
import { defineFactory, oneIn, perParent } from '../engine/factory';
import { MINUTE, SECOND } from '../engine/random';

/** Of few messages: one weighs 12 KB, and takes the index longer than a thousand other rows. */
export const messageEmbeddingFactory = defineFactory(MessageEmbedding, perParent('message', oneIn(20)), {
  model: 'text-embedding-3-small',
  embedding: (_, random) => random.direction(EMBEDDING_DIMENSIONS),
  createdAt: ({ message }, random) => random.after(message.createdAt, MINUTE, SECOND),
});
