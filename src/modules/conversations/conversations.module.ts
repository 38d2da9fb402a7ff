import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Conversation, Message, MessageEmbedding } from '../../entities';
import { ConversationsController } from './conversations.controller';
import { ConversationsService } from './conversations.service';
import { EmbeddingsService } from './embeddings.service';
import { SharingService } from './sharing.service';
import { UsageService } from './usage.service';
import './violations';

const services = [ConversationsService, EmbeddingsService, SharingService, UsageService];

@Module({
  imports: [TypeOrmModule.forFeature([Conversation, Message, MessageEmbedding])],
  controllers: [ConversationsController],
  providers: services,
  exports: services,
})
export class ConversationsModule {}
