import { ConflictError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class DuplicateCompetitorError extends ConflictError {}
export class MentionAlreadyRecordedError extends ConflictError {}

declareViolations('competitors', {
  uq_competitors_name: means(DuplicateCompetitorError, 'A competitor with this name already exists.'),
  uq_competitive_mentions_post_id_competitor_id: means(
    MentionAlreadyRecordedError,
    'This mention of the competitor in the post is already recorded.',
  ),
});
