import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
  Query,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { Task } from '../../entities';
import { GatewayUserGuard, USER_ID_HEADER, UserId } from '../../http/identity/gateway-user.guard';
import { UnknownUserInterceptor } from '../../http/identity/unknown-user.interceptor';
import type { Page } from '../../http/pagination/page';
import { ApiPageOf, PageQuery } from '../../http/pagination/page-query';
import { NewTask, TaskChanges } from './task.dto';
import { TasksService } from './tasks.service';

/** The user's tasks. Another user's task is a 404, like one that does not exist. */
@ApiTags('tasks')
@ApiSecurity(USER_ID_HEADER)
@UseGuards(GatewayUserGuard)
@UseInterceptors(UnknownUserInterceptor)
@Controller('tasks')
export class TasksController {
  constructor(private readonly tasks: TasksService) {}

  @Post()
  @ApiCreatedResponse({ type: Task })
  create(@UserId() userId: string, @Body() values: NewTask): Promise<Task> {
    return this.tasks.create(userId, values);
  }

  @Get()
  @ApiPageOf(Task)
  list(@UserId() userId: string, @Query() page: PageQuery): Promise<Page<Task>> {
    return this.tasks.list(userId, page);
  }

  @Get(':id')
  @ApiOkResponse({ type: Task })
  get(@UserId() userId: string, @Param('id', ParseUUIDPipe) id: string): Promise<Task> {
    return this.tasks.get(userId, id);
  }

  @Patch(':id')
  @ApiOkResponse({ type: Task })
  change(@UserId() userId: string, @Param('id', ParseUUIDPipe) id: string, @Body() values: TaskChanges): Promise<Task> {
    return this.tasks.change(userId, id, values);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(@UserId() userId: string, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.tasks.remove(userId, id);
  }
}
