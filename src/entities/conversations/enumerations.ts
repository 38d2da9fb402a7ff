export const CONVERSATION_STATUSES = ['active', 'archived'] as const;
export type ConversationStatus = (typeof CONVERSATION_STATUSES)[number];

/** Who speaks: 'agent' is the assistant as 002 calls it, 'assistant' as 004 does. */
export const MESSAGE_ROLES = ['user', 'agent', 'assistant', 'system'] as const;
export type MessageRole = (typeof MESSAGE_ROLES)[number];
