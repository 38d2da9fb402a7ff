import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, EntityManager } from 'typeorm';
import { USER_ID_SETTING } from '../entities/access';
import { UserError } from '@entity-backend/schema';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A user id that is not a UUID. */
export class MalformedUserIdError extends UserError {
  constructor(userId: unknown) {
    super(`${shown(userId)} is not a user's id: give a UUID, such as 3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b.`);
  }
}

/** The role and user that a transaction acts as. */
interface Identity {
  readonly role: string;
  /** Empty: no user. */
  readonly userId: string;
}

/** Settings of PostgreSQL, by their names: `{ statement_timeout: '5s' }`. */
type Settings = Readonly<Record<string, string>>;

interface Context extends Identity {
  readonly manager: EntityManager;
}

/**
 * Transactions under row-level security. They act as one user, who can reach only their own rows, or as the backend.
 *
 *     const context = new UserContext(dataSource, { user: appUser.name, service: appService.name });
 *     const open = await context.asUser(userId, (manager) => manager.findBy(Task, { completed: false }));
 *
 * Role and user id are local to the transaction: the connection always returns to the pool without them. Only queries
 * through the callback's `manager` run in this transaction; all others use another connection and the login's own rights.
 *
 * This protects against a forgotten WHERE, not against SQL injection: injected SQL could set another user id.
 */
export class UserContext {
  private readonly current = new AsyncLocalStorage<Context>();

  /**
   * @param dataSource its login must be a member of both roles
   * @param roles the role of users, and the role of the backend's own jobs
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly roles: { readonly user: string; readonly service: string },
  ) {}

  /**
   * Runs `work` in a transaction as this user, and returns its result. Commits when `work` is done, rolls back when it
   * throws. Inside work of the same user it is a savepoint in that transaction; run nested calls one after another, not in
   * parallel.
   *
   * @param settings more settings for the transaction, set in the same round trip
   * @throws MalformedUserIdError if the id is not a UUID; nothing is sent to the database then
   * @throws Error inside work of another user or of the backend
   */
  async asUser<T>(userId: string, work: (manager: EntityManager) => Promise<T>, settings: Settings = {}): Promise<T> {
    if (typeof userId !== 'string' || !UUID.test(userId)) throw new MalformedUserIdError(userId);
    return this.as({ role: this.roles.user, userId: userId.toLowerCase() }, work, settings);
  }

  /** Like `asUser`, but as the backend, which reaches every row. */
  async asService<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.as({ role: this.roles.service, userId: '' }, work);
  }

  /** The user that the current work acts as; undefined: none, or the backend. */
  get userId(): string | undefined {
    return this.current.getStore()?.userId || undefined;
  }

  private async as<T>(
    identity: Identity,
    work: (manager: EntityManager) => Promise<T>,
    settings: Settings = {},
  ): Promise<T> {
    const outer = this.current.getStore();
    // Work that was not awaited may still run when its transaction has ended.
    if (outer && !outer.manager.queryRunner!.isReleased) {
      refuseOther(outer, identity);
      return outer.manager.transaction(async (manager) => {
        await set(manager, settings);
        return work(manager);
      });
    }
    return this.dataSource.transaction(async (manager) => {
      await set(manager, { ...settings, role: identity.role, [USER_ID_SETTING]: identity.userId });
      return this.current.run({ ...identity, manager }, () => work(manager));
    });
  }
}

/** Like SET LOCAL, but with parameters. */
async function set(manager: EntityManager, settings: Settings): Promise<void> {
  const pairs = Object.entries(settings);
  if (pairs.length === 0) return;
  const calls = pairs.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, true)`);
  await manager.query(`SELECT ${calls.join(', ')}`, pairs.flat());
}

function refuseOther(outer: Identity, inner: Identity): void {
  if (outer.role !== inner.role || outer.userId !== inner.userId)
    throw new Error(
      `This transaction acts as ${named(outer)} and can't act as ${named(inner)} too: finish it first, then start another.`,
    );
}

function named({ role, userId }: Identity): string {
  return userId === '' ? role : `${role} ${userId}`;
}

/** A caller's value for a message: quoted, on one line, shortened. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value === null ? value : typeof value);
}
