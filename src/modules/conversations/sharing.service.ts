import { HttpStatus, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { Conversation, Message } from '../../entities';
import { DomainError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { type Page, pageOf, type PageRequest } from '../../http/pagination/page';
import { isToken, newToken } from '../../http/token';

/** The part of a message that a link shows: no tool calls and no costs. */
export type SharedMessage = Pick<Message, 'id' | 'role' | 'content' | 'citations' | 'createdAt'>;

export interface SharedThread {
  title: string | null;
  messages: Page<SharedMessage>;
}

/** An invalid link. The message is the same for wrong and revoked links, so it reveals nothing. */
export class UnknownShareTokenError extends DomainError {
  readonly status = HttpStatus.NOT_FOUND;

  constructor() {
    super('This link is invalid: it is incomplete, or the conversation is no longer shared.');
  }
}

/** Conversations that anyone with a secret link can read, without an account. (002, 004) */
@Injectable()
export class SharingService {
  constructor(
    private readonly context: UserContext,
    @InjectRepository(Conversation) private readonly conversations: Repository<Conversation>,
  ) {}

  /**
   * Shares a conversation. If it is already shared, it keeps its link; after a `revoke` it gets a new one.
   *
   * @returns the token of the link
   * @throws NotFoundError if the user has no such conversation
   */
  async share(userId: string, conversationId: string): Promise<string> {
    const result = await this.context
      .asUser(userId, (manager) =>
        manager
          .createQueryBuilder()
          .update(Conversation)
          .set({ shareEnabled: true, shareToken: () => 'CASE WHEN share_enabled THEN share_token ELSE :token END' })
          .where({ id: conversationId, userId })
          .setParameters({ token: newToken() })
          .returning('share_token')
          .execute(),
      )
      .catch(throwDomainError);
    const [shared] = result.raw as { share_token: string }[];
    if (!shared) throw new NotFoundError('conversation', conversationId);
    return shared.share_token;
  }

  /**
   * Invalidates the link for good.
   *
   * @throws NotFoundError if the user has no such conversation
   */
  async revoke(userId: string, conversationId: string): Promise<void> {
    const { affected } = await this.context
      .asUser(userId, (manager) =>
        manager.update(Conversation, { id: conversationId, userId }, { shareEnabled: false }),
      )
      .catch(throwDomainError);
    if (!affected) throw new NotFoundError('conversation', conversationId);
  }

  /**
   * The messages of a shared conversation, in order, without system messages.
   *
   * @throws UnknownShareTokenError if the token is invalid
   */
  async open(token: string, request: PageRequest = {}): Promise<SharedThread> {
    const conversation = isToken(token)
      ? await this.conversations.findOneBy({ shareToken: token, shareEnabled: true })
      : null;
    if (!conversation) throw new UnknownShareTokenError();
    const where = { where: `conversation_id = $1 AND role <> 'system'`, parameters: [conversation.id] };
    const list = { ...where, by: 'createdAt', order: 'ASC' } as const;
    const { items, next } = await pageOf(this.conversations.manager, Message, list, request);
    return { title: conversation.title, messages: { items: items.map(shown), next } };
  }
}

function shown({ id, role, content, citations, createdAt }: Message): SharedMessage {
  return { id, role, content, citations, createdAt };
}
