import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { Conversation, Message } from '../../entities';
import type { ConversationStatus } from '../../entities/conversations/enumerations';
import { columnsOf, entitiesOf, rowsOf } from '../../database/rows';
import { jsonOf } from '../../http/errors/refused-rows';
import { InvalidInputError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { IN_INDEX_ORDER, type Page, pageOf, type PageRequest } from '../../http/pagination/page';
import { checkNewRow } from '../../http/validation/entity-rules.subscriber';

/** The maximum number of messages per append. */
export const MAX_APPENDED = 100;

/** A new message; the other properties come from the conversation and the database. */
export type NewMessage = Pick<Message, 'role' | 'content'> &
  Partial<Pick<Message, 'citations' | 'toolCalls' | 'domains' | 'inputTokens' | 'outputTokens' | 'costUsd'>>;

export interface ThreadRequest extends PageRequest {
  /** 'ASC': the oldest message first; 'DESC': the latest first. Default: 'ASC'. A cursor works in both directions. */
  order?: 'ASC' | 'DESC';
}

export interface RecentRequest extends PageRequest {
  /** Default: 'active', which excludes archived conversations. */
  status?: ConversationStatus;
}

/**
 * Gives each message a later time than the last message of the thread. clock_timestamp() alone is not enough: a clock may be
 * set back, or tick in milliseconds. Lock the conversation's row first, or a concurrent append sees the same last message.
 */
const APPEND = `
  INSERT INTO messages (conversation_id, user_id, role, content, citations, tool_calls, domains, input_tokens,
    output_tokens, cost_usd, created_at)
  SELECT $1, $2, role, content, citations, "toolCalls", coalesce(domains, '{}'), "inputTokens", "outputTokens", "costUsd",
    greatest(
      clock_timestamp(),
      (SELECT created_at FROM messages WHERE conversation_id = $1 ORDER BY created_at DESC LIMIT 1)
        + interval '1 microsecond'
    ) + number * interval '1 microsecond'
  FROM ROWS FROM (json_to_recordset($3) AS (role text, content text, citations jsonb, "toolCalls" jsonb, domains text[],
    "inputTokens" integer, "outputTokens" integer, "costUsd" numeric)) WITH ORDINALITY
    AS said (role, content, citations, "toolCalls", domains, "inputTokens", "outputTokens", "costUsd", number)`;

/**
 * A user's conversations with the assistant, and their messages. (002, 004)
 *
 * All methods act as the user, under row-level security: other users' conversations are not found.
 */
@Injectable()
export class ConversationsService {
  constructor(private readonly context: UserContext) {}

  /** @param title at most 255 characters; null: no title yet */
  async create(userId: string, title: string | null = null): Promise<Conversation> {
    return this.context
      .asUser(userId, (manager) => manager.save(Conversation, { userId, title }))
      .catch(throwDomainError);
  }

  /** @throws NotFoundError if the user has no such conversation, as all methods that take one do */
  async get(userId: string, conversationId: string): Promise<Conversation> {
    return this.context.asUser(userId, (manager) => owned(manager, userId, conversationId)).catch(throwDomainError);
  }

  async rename(userId: string, conversationId: string, title: string | null): Promise<Conversation> {
    return this.change(userId, conversationId, { title });
  }

  /** Archives it: it leaves the list, and stays readable. */
  async archive(userId: string, conversationId: string): Promise<Conversation> {
    return this.change(userId, conversationId, { status: 'archived' });
  }

  /** Moves it back to the list. */
  async restore(userId: string, conversationId: string): Promise<Conversation> {
    return this.change(userId, conversationId, { status: 'active' });
  }

  /** Deletes it with all its messages. */
  async remove(userId: string, conversationId: string): Promise<void> {
    const { affected } = await this.context
      .asUser(userId, (manager) => manager.delete(Conversation, { id: conversationId, userId }))
      .catch(throwDomainError);
    if (!affected) throw new NotFoundError('conversation', conversationId);
  }

  /** The user's conversations, the latest change first. */
  async recent(userId: string, { status = 'active', ...request }: RecentRequest = {}): Promise<Page<Conversation>> {
    const where = { where: 'user_id = $1 AND status = $2', parameters: [userId, status] };
    return this.context.asUser(
      userId,
      (manager) => pageOf(manager, Conversation, { ...where, by: 'updatedAt', order: 'DESC' }, request),
      IN_INDEX_ORDER,
    );
  }

  /**
   * Appends messages to a conversation and moves it to the top of the list. Times of messages in a thread differ by at least
   * a microsecond and follow the order of commits, so a reader who continues from a position misses no later message.
   *
   * @param messages 1 to MAX_APPENDED, in order
   * @returns the stored messages
   */
  async append(userId: string, conversationId: string, messages: readonly NewMessage[]): Promise<Message[]> {
    if (messages.length < 1 || messages.length > MAX_APPENDED)
      throw new InvalidInputError(`Got ${messages.length} messages; 1 to ${MAX_APPENDED} are allowed.`);
    const work = async (manager: EntityManager): Promise<Message[]> => {
      await touch(manager, userId, conversationId);
      return insert(manager, userId, conversationId, messages);
    };
    return this.context.asUser(userId, work, IN_INDEX_ORDER).catch(throwDomainError);
  }

  /** The messages of a conversation, in order. */
  async thread(
    userId: string,
    conversationId: string,
    { order = 'ASC', ...request }: ThreadRequest = {},
  ): Promise<Page<Message>> {
    const work = async (manager: EntityManager): Promise<Page<Message>> => {
      const where = { where: 'conversation_id = $1 AND user_id = $2', parameters: [conversationId, userId] };
      const page = await pageOf(manager, Message, { ...where, by: 'createdAt', order }, request);
      // A conversation with messages exists; only without messages it has to be looked up.
      if (page.items.length === 0) await owned(manager, userId, conversationId);
      return page;
    };
    return this.context.asUser(userId, work, IN_INDEX_ORDER).catch(throwDomainError);
  }

  /**
   * Sets the user's feedback on a message, the only property of a message that can change.
   *
   * @param score -1 bad, 0 neutral, 1 good; null removes it
   * @throws NotFoundError if the user has no such message
   */
  async rate(userId: string, messageId: string, score: number | null): Promise<void> {
    if (score !== null && ![-1, 0, 1].includes(score))
      throw new InvalidInputError(`Feedback must be -1, 0, 1 or null; got ${String(score).slice(0, 20)}.`);
    const { affected } = await this.context
      .asUser(userId, (manager) => manager.update(Message, { id: messageId, userId }, { feedbackScore: score }))
      .catch(throwDomainError);
    if (!affected) throw new NotFoundError('message', messageId);
  }

  private async change(
    userId: string,
    conversationId: string,
    changes: Partial<Pick<Conversation, 'title' | 'status'>>,
  ): Promise<Conversation> {
    return this.context
      .asUser(userId, async (manager) => {
        await manager.update(Conversation, { id: conversationId, userId }, changes);
        return owned(manager, userId, conversationId);
      })
      .catch(throwDomainError);
  }
}

async function owned(manager: EntityManager, userId: string, id: string): Promise<Conversation> {
  const [conversation] = await rowsOf(manager, Conversation, 'WHERE id = $1 AND user_id = $2', [id, userId]);
  if (!conversation) throw new NotFoundError('conversation', id);
  return conversation;
}

/** Locks the conversation until the transaction ends, and sets its updated_at. */
async function touch(manager: EntityManager, userId: string, id: string): Promise<void> {
  const [, count] = await manager.query<[unknown[], number]>(
    'UPDATE conversations SET updated_at = now() WHERE id = $1 AND user_id = $2',
    [id, userId],
  );
  if (count === 0) throw new NotFoundError('conversation', id);
}

async function insert(
  manager: EntityManager,
  userId: string,
  conversationId: string,
  messages: readonly NewMessage[],
): Promise<Message[]> {
  const metadata = manager.dataSource.getMetadata(Message);
  for (const message of messages) checkNewRow(metadata, message);
  const rows = await manager.query<object[]>(`${APPEND} RETURNING ${columnsOf(metadata)}`, [
    conversationId,
    userId,
    jsonOf(messages),
  ]);
  return entitiesOf(Message, rows);
}
