import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
  Put,
  Query,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { Conversation, Message } from '../../entities';
import { GatewayUserGuard, USER_ID_HEADER, UserId } from '../../http/identity/gateway-user.guard';
import { UnknownUserInterceptor } from '../../http/identity/unknown-user.interceptor';
import type { Page } from '../../http/pagination/page';
import { ApiPageOf } from '../../http/pagination/page-query';
import { ConversationsQuery, ConversationTitle, Feedback, ThreadQuery, Utterance } from './conversation.dto';
import { ConversationsService } from './conversations.service';

/** The user's conversations. Another user's conversation is a 404, like one that does not exist. */
@ApiTags('conversations')
@ApiSecurity(USER_ID_HEADER)
@UseGuards(GatewayUserGuard)
@UseInterceptors(UnknownUserInterceptor)
@Controller('conversations')
export class ConversationsController {
  constructor(private readonly conversations: ConversationsService) {}

  @Post()
  @ApiCreatedResponse({ type: Conversation })
  create(@UserId() userId: string, @Body() { title }: ConversationTitle): Promise<Conversation> {
    return this.conversations.create(userId, title);
  }

  @Get()
  @ApiPageOf(Conversation)
  recent(@UserId() userId: string, @Query() query: ConversationsQuery): Promise<Page<Conversation>> {
    return this.conversations.recent(userId, query);
  }

  @Get(':id')
  @ApiOkResponse({ type: Conversation })
  get(@UserId() userId: string, @Param('id', ParseUUIDPipe) id: string): Promise<Conversation> {
    return this.conversations.get(userId, id);
  }

  @Put(':id/title')
  @ApiOkResponse({ type: Conversation })
  rename(
    @UserId() userId: string,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { title = null }: ConversationTitle,
  ): Promise<Conversation> {
    return this.conversations.rename(userId, id, title);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(@UserId() userId: string, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.conversations.remove(userId, id);
  }

  @Get(':id/messages')
  @ApiPageOf(Message)
  thread(
    @UserId() userId: string,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: ThreadQuery,
  ): Promise<Page<Message>> {
    return this.conversations.thread(userId, id, query);
  }

  @Post(':id/messages')
  @ApiCreatedResponse({ type: Message })
  async say(
    @UserId() userId: string,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { content }: Utterance,
  ): Promise<Message> {
    const [message] = await this.conversations.append(userId, id, [{ role: 'user', content }]);
    return message;
  }

  @Put('messages/:messageId/feedback')
  @HttpCode(204)
  @ApiNoContentResponse()
  rate(
    @UserId() userId: string,
    @Param('messageId', ParseUUIDPipe) messageId: string,
    @Body() { feedbackScore }: Feedback,
  ): Promise<void> {
    return this.conversations.rate(userId, messageId, feedbackScore);
  }
}
