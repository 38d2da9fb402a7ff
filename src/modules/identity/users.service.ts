import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { User } from '../../entities';
import { NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** A new user, with a bcrypt password hash, an SSO identity, or both. */
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
   * Creates an account.
   *
   * @returns the user, without the password hash
   * @throws DuplicateEmailError, DuplicateSsoIdentityError if the account already exists
   */
  async register(user: NewUser): Promise<User> {
    const { id } = await this.users.save({ ...user, email: addressOf(user.email) }).catch(throwDomainError);
    return this.users.findOneByOrFail({ id });
  }

  /** The user with an email address, including the password hash; only for sign-in. null: there is none. */
  async findForSignIn(email: string): Promise<User | null> {
    return this.users
      .createQueryBuilder('user')
      .addSelect('user.passwordHash')
      .where({ email: addressOf(email) })
      .getOne();
  }

  /** @throws NotFoundError if the user does not exist */
  async get(userId: string): Promise<User> {
    const user = await this.context.asUser(userId, (manager) => manager.findOneBy(User, { id: userId }));
    if (!user) throw new NotFoundError('user', userId);
    return user;
  }
}

/** The normalised email address, so that spelling variants are one account. */
function addressOf(email: string): string {
  return email.trim().toLowerCase();
}
