import { MessageEmbedding } from '../../../src/entities';
import { EMBEDDING_DIMENSIONS } from '../../../src/entities/conversations/message-embedding.entity';
import { defineFactory, MINUTE, perParent, pool, type Random, type Row, SECOND } from '@entity-backend/seeding';
import { focusOf, SUBJECTS, topicNumberOf } from './topics';

/** Directions to make others of: two of so many dimensions are as good as perpendicular. */
const directions = pool(32, (faker) =>
  Float64Array.from({ length: EMBEDDING_DIMENSIONS }, () => faker.number.float({ min: -1, max: 1 })),
);

/** Of few messages: one weighs 12 KB, and takes the index longer than a thousand other rows. More of them are early ones. */
const FEW = Array.from({ length: 5000 }, (_, message) => (message % (message < 200 ? 10 : 150) === 0 ? 1 : 0));

export const messageEmbeddingFactory = defineFactory(MessageEmbedding, perParent('message', FEW), {
  model: 'text-embedding-3-small',
  embedding: ({ message }, random) => embed(message, random),
  createdAt: ({ message }, random) => random.after(message.createdAt, MINUTE, SECOND),
});

/**
 * A vector of length 1, give or take a hundredth: messages on one topic and subject are near each other, as a model would
 * have it. Three decimals are enough for that, and there are few such numbers, whose text is known by then.
 */
function embed({ conversation }: Row<MessageEmbedding['message']>, random: Random): number[] {
  const topic = directions.at(SUBJECTS.length + topicNumberOf(conversation))!;
  const subject = directions.at(SUBJECTS.indexOf(focusOf(conversation).subject))!;
  const [one, another] = [random.pick(directions), random.pick(directions)];
  const vector = new Array<number>(EMBEDDING_DIMENSIONS);
  let squares = 0;
  for (let i = 0; i < vector.length; i++) {
    vector[i] = 0.6 * topic[i] + 0.4 * subject[i] + 0.3 * one[i] + 0.2 * another[i];
    squares += vector[i] ** 2;
  }
  const factor = 1000 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] = Math.round(vector[i] * factor) / 1000;
  return vector;
}
