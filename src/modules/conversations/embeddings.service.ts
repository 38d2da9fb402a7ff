import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { Message, MessageEmbedding } from '../../entities';
import { EMBEDDING_DIMENSIONS } from '../../entities/conversations/message-embedding.entity';
import { InvalidInputError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** The most neighbours of one search. */
export const MAX_NEIGHBOURS = 100;

/** The index gives the nearest of everybody's, of which the person's own are left: it has to go on until they are enough. */
const UNTIL_ENOUGH = { 'hnsw.iterative_scan': 'strict_order' };

export interface Neighbour {
  message: Message;
  /** The cosine distance: 0 the same direction, 1 nothing in common, 2 the opposite. */
  distance: number;
}

export interface NeighbourRequest {
  /** The model that made the vector: distances mean something between embeddings of one model alone. */
  model: string;
  /** How many at most: 1 to MAX_NEIGHBOURS. Default: 10. */
  limit?: number;
}

/** A list of numbers that no distance can be measured to. */
export class InvalidEmbeddingError extends InvalidInputError {}

/** Where messages lie in the space of meanings, and what lies near to each other. (004: pgvector) */
@Injectable()
export class EmbeddingsService {
  constructor(
    private readonly context: UserContext,
    @InjectRepository(MessageEmbedding) private readonly embeddings: Repository<MessageEmbedding>,
  ) {}

  /**
   * Stores the embedding of a message in place of the one that it may have. The backend's: a person only searches.
   *
   * @throws InvalidEmbeddingError where the vector has another number of dimensions, no direction or no finite length
   * @throws ConflictError where there is no such message (any longer)
   */
  async store(messageId: string, model: string, embedding: readonly number[]): Promise<void> {
    checkEmbedding(embedding);
    await this.embeddings
      .upsert({ messageId, model, embedding: [...embedding] }, ['messageId'])
      .catch(throwDomainError);
  }

  /**
   * The person's messages nearest to `embedding`, the nearest first.
   *
   * @throws InvalidEmbeddingError as `store`
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

/** pgvector keeps single precision, in which what is finite and not zero here may not be. */
function checkEmbedding(embedding: readonly number[]): void {
  if (embedding.length !== EMBEDDING_DIMENSIONS)
    throw new InvalidEmbeddingError(
      `Got an embedding of ${embedding.length} dimensions; ${EMBEDDING_DIMENSIONS} are required.`,
    );
  const square = Math.fround(embedding.reduce((sum, value) => sum + Math.fround(value) ** 2, 0));
  if (!embedding.every(Number.isFinite) || square === 0 || square === Infinity)
    throw new InvalidEmbeddingError('An embedding must consist of finite numbers that are not all zero.');
}
