import { DAY, defineFactory, perScale, pool } from '@entity-backend/seeding';
import { Note } from '../../../src/entities';

const PEOPLE = pool(5, (faker) => faker.string.uuid());
const CONTENTS = [
  'Water the plants.',
  'Call the bank before noon.',
  'Bread, milk, apples.',
  'Read the second chapter.',
];

export const noteFactory = defineFactory(Note, perScale(20), {
  ownerId: (_, random) => random.pick(PEOPLE),
  content: (_, random) => random.pick(CONTENTS),
  pinned: (_, random) => random.chance(0.2),
  createdAt: (_, random) => random.ago(60 * DAY),
  updatedAt: (note) => note.createdAt,
});
