import { conversationFactory } from './conversation.factory';
import { messageFactory } from './message.factory';
import { messageEmbeddingFactory } from './message-embedding.factory';

export const conversations = [conversationFactory, messageFactory, messageEmbeddingFactory] as const;
