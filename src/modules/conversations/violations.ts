import { ConflictError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class DuplicateShareTokenError extends ConflictError {}
export class NotConversationsOwnerError extends ConflictError {}

declareViolations('conversations', {
  idx_conversations_share_token: means(
    DuplicateShareTokenError,
    'This share token is already in use: create another one.',
  ),
  fk_messages_conversation_id_user_id: means(NotConversationsOwnerError, 'The user has no such conversation.'),
});
