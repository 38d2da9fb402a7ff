import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { Message, MessageEmbedding } from '../../entities';
import { EMBEDDING_DIMENSIONS } from '../../entities/conversations/message-embedding.entity';
import { InvalidInputError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** The maximum number of neighbours per search. */
export const MAX_NEIGHBOURS = 100;

/** The index returns the nearest messages of all users; the scan has to continue until enough of them belong to the user. */
const UNTIL_ENOUGH = { 'hnsw.iterative_scan': 'strict_order' };

export interface Neighbour {
  message: Message;
  /** The cosine distance: 0 the same direction, 1 orthogonal, 2 opposite. */
  distance: number;
}

export interface NeighbourRequest {
  /** The model that made the vector. Only embeddings of the same model can be compared. */
  model: string;
  /** Maximum number of neighbours, 1 to MAX_NEIGHBOURS. Default: 10. */
  limit?: number;
}

/** A vector for which no distance can be computed. */
export class InvalidEmbeddingError extends InvalidInputError {}

/** Embeddings of messages, and search for similar messages. (004: pgvector) */
@Injectable()
export class EmbeddingsService {
  constructor(
    private readonly context: UserContext,
    @InjectRepository(MessageEmbedding) private readonly embeddings: Repository<MessageEmbedding>,
  ) {}

  /**
   * Stores or replaces the embedding of a message. It acts as the backend; users can only search.
   *
   * @throws InvalidEmbeddingError if the vector has a wrong number of dimensions, is zero, or is not finite
   * @throws ConflictError if the message does not exist
   */
  async store(messageId: string, model: string, embedding: readonly number[]): Promise<void> {
    checkEmbedding(embedding);
    await this.embeddings
      .upsert({ messageId, model, embedding: [...embedding] }, ['messageId'])
      .catch(throwDomainError);
  }

  /**
   * The user's messages nearest to `embedding`, the nearest first.
   *
   * @throws InvalidEmbeddingError as in `store`
   */
  async nearest(
    userId: string,
    embedding: readonly number[],
    { model, limit = 10 }: NeighbourRequest,
  ): Promise<Neighbour[]> {
    checkEmbedding(embedding);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_NEIGHBOURS)
      throw new InvalidInputError(`limit must be 1 to ${MAX_NEIGHBOURS}; got ${limit}.`);
    return this.context
      .asUser(
        userId,
        async (manager) => {
          const { entities, raw } = await manager
            .createQueryBuilder(Message, 'message')
            .innerJoin('message.embedding', 'embedding')
            .addSelect('embedding.embedding <=> :vector', 'distance')
            .where('message.userId = :userId AND embedding.model = :model', { userId, model })
            .orderBy('distance')
            .limit(limit)
            .setParameters({ vector: JSON.stringify(embedding) })
            .getRawAndEntities<{ distance: number }>();
          return entities.map((message, index) => ({ message, distance: raw[index].distance }));
        },
        UNTIL_ENOUGH,
      )
      .catch(throwDomainError);
  }
}

/** pgvector stores single precision, in which a finite number may become infinite, and a small one zero. */
function checkEmbedding(embedding: readonly number[]): void {
  if (embedding.length !== EMBEDDING_DIMENSIONS)
    throw new InvalidEmbeddingError(
      `Got an embedding of ${embedding.length} dimensions; ${EMBEDDING_DIMENSIONS} are required.`,
    );
  const square = Math.fround(embedding.reduce((sum, value) => sum + Math.fround(value) ** 2, 0));
  if (!embedding.every(Number.isFinite) || square === 0 || square === Infinity)
    throw new InvalidEmbeddingError('An embedding must consist of finite numbers that are not all zero.');
}
