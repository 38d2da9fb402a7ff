export { Experiment } from './experiment.entity';
export { LearningEvent } from './learning-event.entity';
export { RandomizedExperiment } from './randomized-experiment.entity';
export { SegmentedWeight } from './segmented-weight.entity';
export { WeightAdjustmentLog } from './weight-adjustment-log.entity';
