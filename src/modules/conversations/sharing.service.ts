import { HttpStatus, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { Conversation, Message } from '../../entities';
import { DomainError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { type Page, pageOf, type PageRequest } from '../../http/pagination/page';
import { isToken, newToken } from '../../http/token';

/** What whoever has the link sees of a message: neither what the tools were told nor what it cost. */
export type SharedMessage = Pick<Message, 'id' | 'role' | 'content' | 'citations' | 'createdAt'>;

export interface SharedThread {
  title: string | null;
  messages: Page<SharedMessage>;
}

/** A link that opens nothing. It says the same whether the link is wrong or was revoked: what there was is nobody's business. */
export class UnknownShareTokenError extends DomainError {
  readonly status = HttpStatus.NOT_FOUND;

  constructor() {
    super('This link is invalid: it is incomplete, or the conversation is no longer shared.');
  }
}

/** Conversations that whoever knows a secret link may read, without an account. (002, 004) */
@Injectable()
export class SharingService {
  constructor(
    private readonly context: UserContext,
    @InjectRepository(Conversation) private readonly conversations: Repository<Conversation>,
  ) {}

  /**
   * Shares a conversation. One that is shared already keeps its link; after a `revoke` it gets another one.
   *
   * @returns the token of the link
   * @throws NotFoundError where the person has no such conversation
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
   * From now on the link opens nothing, and never will again.
   *
   * @throws NotFoundError where the person has no such conversation
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
   * What was said in a shared conversation, in order, but what the system told the assistant.
   *
   * @throws UnknownShareTokenError where the token opens nothing
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
