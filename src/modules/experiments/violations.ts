import { ConflictError, InvalidInputError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class DuplicateExperimentError extends ConflictError {}
export class DecisionAlreadyRandomizedError extends ConflictError {}
export class SegmentExistsError extends ConflictError {}
export class WeightsDoNotSumToOneError extends InvalidInputError {}

declareViolations('experiments', {
  uq_experiments_name: means(DuplicateExperimentError, 'There is an experiment of this name already.'),
  uq_randomized_experiments_decision_id: means(
    DecisionAlreadyRandomizedError,
    'The decision is part of a randomized experiment already.',
  ),
  chk_segmented_weights_sum: means(WeightsDoNotSumToOneError, 'The four weights of a segment have to sum to 1.'),
  uq_segmented_weights_segment_type_segment_key: means(SegmentExistsError, 'The segment has weights already.'),
});
