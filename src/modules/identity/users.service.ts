import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { User } from '../../entities';
import { NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** Who registers: with the bcrypt hash of a password, an identity of a single sign-on provider, or both. */
export type NewUser = Pick<User, 'email'> &
  Partial<Pick<User, 'name' | 'role' | 'organizationId' | 'passwordHash' | 'ssoProvider' | 'ssoId'>>;

/** Accounts. (002, 004) */
@Injectable()
export class UsersService {
  constructor(
    private readonly context: UserContext,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {}

  /**
   * Makes an account.
   *
   * @returns it, without its password's hash
   * @throws DuplicateEmailError, DuplicateSsoIdentityError where somebody has one
   */
  async register(user: NewUser): Promise<User> {
    const { id } = await this.users.save({ ...user, email: addressOf(user.email) }).catch(throwDomainError);
    return this.users.findOneByOrFail({ id });
  }

  /** The account of an address, with its password's hash to compare with, for sign-in alone; null: nobody has it. */
  async findForSignIn(email: string): Promise<User | null> {
    return this.users
      .createQueryBuilder('user')
      .addSelect('user.passwordHash')
      .where({ email: addressOf(email) })
      .getOne();
  }

  /** @throws NotFoundError where there is no such user */
  async get(userId: string): Promise<User> {
    const user = await this.context.asUser(userId, (manager) => manager.findOneBy(User, { id: userId }));
    if (!user) throw new NotFoundError('user', userId);
    return user;
  }
}

/** An address as it is stored, so that it is one account however it is typed. */
function addressOf(email: string): string {
  return email.trim().toLowerCase();
}
