import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Session, User } from '../../entities';
import { KnownUsers } from '../../http/identity/known-users';
import { SessionsService } from './sessions.service';
import { UsersOfDatabase } from './users-of-database';
import { UsersService } from './users.service';
import './violations';

const services = [SessionsService, UsersService];

/** Global for `KnownUsers`, which the controllers of all domains ask. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Session, User])],
  providers: [...services, { provide: KnownUsers, useClass: UsersOfDatabase }],
  exports: [...services, KnownUsers],
})
export class IdentityModule {}
