import { experimentFactory } from './experiment.factory';
import { learningEventFactory } from './learning-event.factory';
import { randomizedExperimentFactory } from './randomized-experiment.factory';
import { segmentedWeightFactory } from './segmented-weight.factory';
import { weightAdjustmentLogFactory } from './weight-adjustment-log.factory';

export const experiments = [
  experimentFactory,
  learningEventFactory,
  randomizedExperimentFactory,
  segmentedWeightFactory,
  weightAdjustmentLogFactory,
] as const;
