import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, EntityManager } from 'typeorm';
import { USER_ID_SETTING } from '../entities/access';
import { UserError } from '@entity-backend/schema';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id of a person is none: the request that gave it is wrong. */
export class MalformedUserIdError extends UserError {
  constructor(userId: unknown) {
    super(`${shown(userId)} is not a user's id: give a UUID, such as 3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b.`);
  }
}

/** Who the statements of a transaction are given by. */
interface Identity {
  readonly role: string;
  /** Empty: nobody. */
  readonly userId: string;
}

/** Settings of PostgreSQL, by their names: `{ statement_timeout: '5s' }`. */
type Settings = Readonly<Record<string, string>>;

interface Context extends Identity {
  readonly manager: EntityManager;
}

/**
 * Transactions under row-level security: one acts as a person, who reaches their own rows alone, or as the backend itself.
 *
 *     const context = new UserContext(dataSource, { user: appUser.name, service: appService.name });
 *     const open = await context.asUser(userId, (manager) => manager.findBy(Task, { completed: false }));
 *
 * Role and user id are local to the transaction: the connection goes back to the pool without them, however it ends. What
 * is asked by any other way than the callback's `manager` is asked on another connection, and by the login itself.
 *
 * It guards against a forgotten WHERE, not against SQL made of a person's input: that could set another user id.
 */
export class UserContext {
  private readonly current = new AsyncLocalStorage<Context>();

  /**
   * @param dataSource its login must be a member of both roles
   * @param roles the role that persons act as, and that of the backend's own jobs
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly roles: { readonly user: string; readonly service: string },
  ) {}

  /**
   * Runs `work` in a transaction as the person with this id, and returns what it returns. Commits when it is done; rolls
   * back when it throws. Within the work of the same person it is a savepoint of that one's transaction: one after the
   * other, not several at once.
   *
   * @param settings what else to set for the transaction, in the same round trip
   * @throws MalformedUserIdError where the id is not a UUID; the database is not asked then
   * @throws Error within the work of another person or of the backend: a transaction serves one
   */
  async asUser<T>(userId: string, work: (manager: EntityManager) => Promise<T>, settings: Settings = {}): Promise<T> {
    if (typeof userId !== 'string' || !UUID.test(userId)) throw new MalformedUserIdError(userId);
    return this.as({ role: this.roles.user, userId: userId.toLowerCase() }, work, settings);
  }

  /** As `asUser`, as the backend itself: it reaches every row. */
  async asService<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.as({ role: this.roles.service, userId: '' }, work);
  }

  /** The person as whom the running work acts; undefined: as nobody, or as the backend itself. */
  get userId(): string | undefined {
    return this.current.getStore()?.userId || undefined;
  }

  private async as<T>(
    identity: Identity,
    work: (manager: EntityManager) => Promise<T>,
    settings: Settings = {},
  ): Promise<T> {
    const outer = this.current.getStore();
    // Work that nobody waited for may still be running when its transaction is over.
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

/** As SET LOCAL, which takes no parameters. */
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

/** A value from outside as it may stand in a message: quoted, on one line, not too long. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value === null ? value : typeof value);
}
