import { ConflictError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class EngagementStateExistsError extends ConflictError {}
export class MessageAlreadyQueuedError extends ConflictError {}

declareViolations('engagement', {
  uq_user_engagement_states_user_id: means(EngagementStateExistsError, 'The user already has an engagement state.'),
  uq_engagement_message_queue_idempotency_key: means(
    MessageAlreadyQueuedError,
    'This message is already in the queue.',
  ),
});
