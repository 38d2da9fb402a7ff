import { ApiPropertyOptional, PartialType, PickType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { Conversation, Message } from '../../entities';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../../entities/conversations/enumerations';
import { withColumns } from '../../http/openapi/columns';
import { PageQuery } from '../../http/pagination/page-query';

withColumns(Conversation);
withColumns(Message);

export class ConversationTitle extends PartialType(PickType(Conversation, ['title'])) {}

/** A message of the user who sends the request. */
export class Utterance extends PickType(Message, ['content']) {}

export class Feedback extends PickType(Message, ['feedbackScore']) {}

const ORDERS = ['ASC', 'DESC'] as const;

export class ConversationsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: CONVERSATION_STATUSES, default: 'active' })
  @IsOptional()
  @IsIn(CONVERSATION_STATUSES)
  status?: ConversationStatus;
}

export class ThreadQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: ORDERS,
    default: 'ASC',
    description: 'ASC: from the first message; DESC: from the last.',
  })
  @IsOptional()
  @IsIn(ORDERS)
  order?: (typeof ORDERS)[number];
}
