import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { Message } from '../../entities';
import { InvalidInputError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { ConversationsService } from './conversations.service';

/** The total usage and cost of messages. */
export interface Usage {
  messages: number;
  inputTokens: number;
  outputTokens: number;
  /** US dollars with six decimals, as text to keep all digits. */
  costUsd: string;
}

/** From a time (inclusive) to another (exclusive). */
export interface Period {
  from: Date;
  to: Date;
}

/** The usage and cost of a user's messages. (004) */
@Injectable()
export class UsageService {
  constructor(
    private readonly context: UserContext,
    private readonly conversations: ConversationsService,
  ) {}

  /** The usage of a conversation. @throws NotFoundError if the user has no such conversation */
  async ofConversation(userId: string, conversationId: string): Promise<Usage> {
    const usage = await this.sum(userId, (query) => query.andWhere({ conversationId }));
    // A conversation with messages exists; only without messages it has to be looked up.
    if (usage.messages === 0) await this.conversations.get(userId, conversationId);
    return usage;
  }

  /**
   * The usage of all conversations in a period.
   *
   * @throws InvalidInputError if the period ends before it begins
   */
  async ofPeriod(userId: string, { from, to }: Period): Promise<Usage> {
    if (!(from <= to))
      throw new InvalidInputError('Invalid period: give two dates, from and to, where to is not before from.');
    return this.sum(userId, (query) =>
      query.andWhere('message.createdAt >= :from AND message.createdAt < :to', { from, to }),
    );
  }

  private async sum(
    userId: string,
    narrow: (query: SelectQueryBuilder<Message>) => SelectQueryBuilder<Message>,
  ): Promise<Usage> {
    const sums = await this.context
      .asUser(userId, (manager) =>
        narrow(manager.createQueryBuilder(Message, 'message').where({ userId }))
          .select('count(*)', 'messages')
          .addSelect('coalesce(sum(message.inputTokens), 0)', 'inputTokens')
          .addSelect('coalesce(sum(message.outputTokens), 0)', 'outputTokens')
          .addSelect('coalesce(sum(message.costUsd), 0)::numeric(18, 6)', 'costUsd')
          .getRawOne<Record<keyof Usage, string>>(),
      )
      .catch(throwDomainError);
    const { messages, inputTokens, outputTokens, costUsd } = sums!;
    return {
      messages: Number(messages),
      inputTokens: Number(inputTokens),
      outputTokens: Number(outputTokens),
      costUsd,
    };
  }
}
