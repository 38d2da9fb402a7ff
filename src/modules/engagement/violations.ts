import { ConflictError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class EngagementStateExistsError extends ConflictError {}
export class MessageAlreadyQueuedError extends ConflictError {}

declareViolations('engagement', {
  uq_user_engagement_states_user_id: means(EngagementStateExistsError, 'The person has an engagement state already.'),
  uq_engagement_message_queue_idempotency_key: means(
    MessageAlreadyQueuedError,
    'This message is in the queue already.',
  ),
});
