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

/** The most messages of one append. */
export const MAX_APPENDED = 100;

/** What is said: the rest of a message is the conversation's and the database's. */
export type NewMessage = Pick<Message, 'role' | 'content'> &
  Partial<Pick<Message, 'citations' | 'toolCalls' | 'domains' | 'inputTokens' | 'outputTokens' | 'costUsd'>>;

export interface ThreadRequest extends PageRequest {
  /** 'ASC', the default: from the first message on; 'DESC': from the latest back. A cursor serves both ways. */
  order?: 'ASC' | 'DESC';
}

export interface RecentRequest extends PageRequest {
  /** Default: those in the list, and not those put away. */
  status?: ConversationStatus;
}

/**
 * Each a moment later than the thread's last message. clock_timestamp() alone is not: a clock may be set back, and may tick
 * in milliseconds. To be given once the conversation's row is locked, or another append finds the same last message.
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
 * A person's conversations with the assistant, and what is said in them. (002, 004)
 *
 * Everything acts as the person, under row-level security: a conversation of somebody else's is not there.
 */
@Injectable()
export class ConversationsService {
  constructor(private readonly context: UserContext) {}

  /** @param title what it is about, at most 255 characters; null: nobody has named it yet */
  async create(userId: string, title: string | null = null): Promise<Conversation> {
    return this.context
      .asUser(userId, (manager) => manager.save(Conversation, { userId, title }))
      .catch(throwDomainError);
  }

  /** @throws NotFoundError where the person has no such conversation: so do all the others that name one */
  async get(userId: string, conversationId: string): Promise<Conversation> {
    return this.context.asUser(userId, (manager) => owned(manager, userId, conversationId)).catch(throwDomainError);
  }

  async rename(userId: string, conversationId: string, title: string | null): Promise<Conversation> {
    return this.change(userId, conversationId, { title });
  }

  /** Puts it away: it leaves the list, and stays readable. */
  async archive(userId: string, conversationId: string): Promise<Conversation> {
    return this.change(userId, conversationId, { status: 'archived' });
  }

  /** Takes it back into the list. */
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

  /** The person's conversations, that of the latest change first. */
  async recent(userId: string, { status = 'active', ...request }: RecentRequest = {}): Promise<Page<Conversation>> {
    const where = { where: 'user_id = $1 AND status = $2', parameters: [userId, status] };
    return this.context.asUser(
      userId,
      (manager) => pageOf(manager, Conversation, { ...where, by: 'updatedAt', order: 'DESC' }, request),
      IN_INDEX_ORDER,
    );
  }

  /**
   * Says something in a conversation, which comes to the top of the list by it. Messages of one thread follow each other by
   * at least a microsecond and in the order in which their transactions commit: who has read to a position misses nothing
   * that is appended later.
   *
   * @param messages 1 to MAX_APPENDED, in their order
   * @returns them as they are stored
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

  /** What was said in a conversation, in order. */
  async thread(
    userId: string,
    conversationId: string,
    { order = 'ASC', ...request }: ThreadRequest = {},
  ): Promise<Page<Message>> {
    const work = async (manager: EntityManager): Promise<Page<Message>> => {
      const where = { where: 'conversation_id = $1 AND user_id = $2', parameters: [conversationId, userId] };
      const page = await pageOf(manager, Message, { ...where, by: 'createdAt', order }, request);
      // What has messages is there: only where there are none it has to be asked for.
      if (page.items.length === 0) await owned(manager, userId, conversationId);
      return page;
    };
    return this.context.asUser(userId, work, IN_INDEX_ORDER).catch(throwDomainError);
  }

  /**
   * Says what the person thinks of a message: the one thing about it that may change.
   *
   * @param score -1 bad, 0 neither, 1 good; null takes it back
   * @throws NotFoundError where the person has no such message
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
