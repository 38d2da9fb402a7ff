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
} from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { Note } from '../../entities';
import { GatewayUserGuard, USER_ID_HEADER, UserId } from '../../http/identity/gateway-user.guard';
import type { Page } from '../../http/pagination/page';
import { ApiPageOf, PageQuery } from '../../http/pagination/page-query';
import { NewNote, NoteChanges } from './note.dto';
import { NotesService } from './notes.service';

/** A person's notes. Another person's are not there: 404, as for those that nobody has. */
@ApiTags('notes')
@ApiSecurity(USER_ID_HEADER)
@UseGuards(GatewayUserGuard)
@Controller('notes')
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Post()
  @ApiCreatedResponse({ type: Note })
  create(@UserId() userId: string, @Body() values: NewNote): Promise<Note> {
    return this.notes.create(userId, values);
  }

  @Get()
  @ApiPageOf(Note)
  list(@UserId() userId: string, @Query() page: PageQuery): Promise<Page<Note>> {
    return this.notes.list(userId, page);
  }

  @Get(':id')
  @ApiOkResponse({ type: Note })
  get(@UserId() userId: string, @Param('id', ParseUUIDPipe) id: string): Promise<Note> {
    return this.notes.get(userId, id);
  }

  @Patch(':id')
  @ApiOkResponse({ type: Note })
  change(@UserId() userId: string, @Param('id', ParseUUIDPipe) id: string, @Body() values: NoteChanges): Promise<Note> {
    return this.notes.change(userId, id, values);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(@UserId() userId: string, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.notes.remove(userId, id);
  }
}
