import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Session, User } from '../../entities';
import { SessionsService } from './sessions.service';
import { UsersService } from './users.service';
import './violations';

const services = [SessionsService, UsersService];

@Module({
  imports: [TypeOrmModule.forFeature([Session, User])],
  providers: services,
  exports: services,
})
export class IdentityModule {}
