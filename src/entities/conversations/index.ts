export { Conversation } from './conversation.entity';
export { Message } from './message.entity';
export { MessageEmbedding } from './message-embedding.entity';
