import { ArrayMaxSize, ArrayMinSize, IsNumber } from 'class-validator';
import { Column, Entity, type Relation } from 'typeorm';
import { Extension, Index, Reference, Text } from '@entity-backend/schema';
import { CURRENT_USER_ID, OwnedWhere } from '../access';
import { CreatedAt } from '../columns';
import { Message } from './message.entity';

/** The dimensions of an embedding. */
export const EMBEDDING_DIMENSIONS = 1536;

/**
 * Where a message lies in the space of meanings, so that what is near to it is found. Written by the backend once the
 * message is; at most one a message. (004)
 */
@Entity('message_embeddings')
@Extension('vector')
@OwnedWhere(
  `EXISTS (SELECT 1 FROM messages WHERE messages.id = message_embeddings.message_id AND messages.user_id = ${CURRENT_USER_ID})`,
  { may: ['SELECT'] },
)
@Index('idx_message_embeddings_embedding', [{ property: 'embedding', operatorClass: 'vector_cosine_ops' }], {
  method: 'hnsw',
})
export class MessageEmbedding {
  /** The message. */
  @Reference(() => Message, { inverse: 'embedding', onDelete: 'CASCADE', primary: true }) message: Relation<Message>;
  messageId: string;

  /** The model that computed it: distances mean something between embeddings of one model alone. */
  @Text({ notEmpty: true }) model: string;

  /** The vector, 1536 dimensions, to be compared by cosine distance. */
  @ArrayMinSize(EMBEDDING_DIMENSIONS)
  @ArrayMaxSize(EMBEDDING_DIMENSIONS)
  @IsNumber({}, { each: true })
  @Column({ type: 'vector', length: EMBEDDING_DIMENSIONS })
  embedding: number[];

  @CreatedAt() createdAt: Date;
}
