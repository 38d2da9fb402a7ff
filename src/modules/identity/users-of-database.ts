import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { User } from '../../entities';
import { KnownUsers } from '../../http/identity/known-users';

/** Those who have an account. */
@Injectable()
export class UsersOfDatabase extends KnownUsers {
  constructor(
    private readonly context: UserContext,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {
    super();
  }

  has(userId: string): Promise<boolean> {
    return this.context.asUser(userId, (manager) => manager.existsBy(User, { id: userId }));
  }

  async any(): Promise<string | undefined> {
    const [user] = await this.users.find({ select: { id: true }, take: 1 });
    return user?.id;
  }
}
