import { RandomizedExperiment } from '../../../src/entities';
import { OPERATIONAL_MODES } from '../../../src/entities/social/enumerations';
import { defineFactory, oneIn, perParent } from '@entity-backend/seeding';

export const randomizedExperimentFactory = defineFactory(RandomizedExperiment, perParent('decision', oneIn(8)), {
  predictedMode: (_, random) => random.pick(OPERATIONAL_MODES),
  actualMode: ({ decision }) => decision!.mode,
  predictedOutcome: (_, random) => random.number(0, 1),
  actualOutcome: (_, random) => (random.chance(0.8) ? random.number(0, 1) : null),
  createdAt: ({ decision }) => decision!.createdAt,
});
