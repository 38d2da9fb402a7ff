import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ScheduledIntent } from '../../entities';
import { IntentsService } from './intents.service';
import './violations';

/** What shall be done for people, and when: written by them, handed to workers when it is due. (000) */
@Module({
  imports: [TypeOrmModule.forFeature([ScheduledIntent])],
  providers: [IntentsService],
  exports: [IntentsService],
})
export class IntentsModule {}
