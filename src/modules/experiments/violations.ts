import { ConflictError, InvalidInputError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class DuplicateExperimentError extends ConflictError {}
export class DecisionAlreadyRandomizedError extends ConflictError {}
export class SegmentExistsError extends ConflictError {}
export class WeightsDoNotSumToOneError extends InvalidInputError {}

declareViolations('experiments', {
  uq_experiments_name: means(DuplicateExperimentError, 'An experiment with this name already exists.'),
  uq_randomized_experiments_decision_id: means(
    DecisionAlreadyRandomizedError,
    'The decision is already part of a randomized experiment.',
  ),
  chk_segmented_weights_sum: means(WeightsDoNotSumToOneError, 'The four weights of a segment must sum to 1.'),
  uq_segmented_weights_segment_type_segment_key: means(SegmentExistsError, 'The segment already has weights.'),
});
