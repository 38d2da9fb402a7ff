import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { readConfiguration } from '../../src/database/configuration';
import type { EntityDataSource } from '../../src/database/data-source';
import { MalformedUserIdError, UserContext } from '../../src/database/user-context';
import { appService, appUser } from '../../src/entities/access';
import { databaseOf, describeOnServer, type TestDatabase } from '../databases';
import { Letter } from '../letter.entity';

const roles = { user: appUser.name, service: appService.name };

let database: TestDatabase;
/** Of one connection, so that whoever comes next gets the one that has just been given back. */
let dataSource: EntityDataSource;
let context: UserContext;
const [ada, bob] = [randomUUID(), randomUUID()];

interface Identity {
  role: string;
  user: string | null;
  transaction: string;
}

/** As whom, and in which transaction, the statements of `manager` are given. */
async function identity(manager: EntityManager): Promise<Identity> {
  const [found] = await manager.query<Identity[]>(
    `SELECT current_user AS role, nullif(current_setting('app.user_id', true), '') AS user, txid_current()::text AS transaction`,
  );
  return found;
}

async function titles(manager: EntityManager): Promise<string[]> {
  const letters = await manager.find(Letter, { order: { title: 'ASC' } });
  return letters.map(({ title }) => title);
}

function letterOf(ownerId: string, title: string): Pick<Letter, 'ownerId' | 'title'> {
  return { ownerId, title };
}

beforeAll(async () => {
  database = await databaseOf(Letter);
  const configuration = readConfiguration({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' });
  dataSource = await (await database.dataSource()).withConfiguration(configuration).initialize();
  context = new UserContext(dataSource, roles);
});

afterAll(async () => {
  await dataSource.destroy();
  await database.close();
});

beforeEach(async () => {
  await context.asService(async (manager) => {
    await manager.createQueryBuilder().delete().from(Letter).execute();
    await manager.insert(Letter, [letterOf(ada, 'of Ada'), letterOf(bob, 'of Bob')]);
  });
});

describe('as a person', () => {
  it('sees and changes their own rows alone, by repositories', async () => {
    await context.asUser(ada, async (manager) => {
      expect(await titles(manager)).toEqual(['of Ada']);
      await manager.save(manager.create(Letter, letterOf(ada, 'another of Ada')));
      expect(await manager.update(Letter, { ownerId: bob }, { title: 'taken' })).toMatchObject({ affected: 0 });
      expect(await manager.delete(Letter, { ownerId: bob })).toMatchObject({ affected: 0 });
    });
    expect(await context.asUser(ada, titles)).toEqual(['another of Ada', 'of Ada']);
    expect(await context.asUser(bob, titles)).toEqual(['of Bob']);
  });

  it('takes the role and the id for the transaction', async () => {
    expect(await context.asUser(ada, identity)).toMatchObject({ role: 'app_user', user: ada });
  });

  it('takes an id in upper case', async () => {
    expect(await context.asUser(ada.toUpperCase(), titles)).toEqual(['of Ada']);
  });

  it('takes further settings for the transaction, but not another identity', async () => {
    const limit = (manager: EntityManager) => manager.query<object[]>('SHOW statement_timeout');
    const settings = { statement_timeout: '5s', role: 'app_service', 'app.user_id': bob };
    const work = async (manager: EntityManager) => [await identity(manager), ...(await limit(manager))];
    expect(await context.asUser(ada, work, settings)).toMatchObject([
      { role: 'app_user', user: ada },
      { statement_timeout: '5s' },
    ]);
    expect(await limit(dataSource.manager)).not.toEqual([{ statement_timeout: '5s' }]);
    await context.asUser(ada, async () => {
      expect(await context.asUser(ada, limit, { statement_timeout: '7s' })).toEqual([{ statement_timeout: '7s' }]);
    });
  });

  it('returns what the work returns', async () => {
    expect(await context.asUser(ada, () => Promise.resolve(42))).toBe(42);
  });

  it('rolls back and passes the error on when the work throws', async () => {
    const failure = context.asUser(ada, async (manager) => {
      await manager.insert(Letter, letterOf(ada, 'lost'));
      throw new Error('changed my mind');
    });
    await expect(failure).rejects.toThrow('changed my mind');
    expect(await context.asUser(ada, titles)).toEqual(['of Ada']);
  });

  it.each([
    ['empty', ''],
    ['no UUID', 'ada'],
    ['cut off', '3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6'],
    ['in braces', '{3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b}'],
    ['followed by a line', '3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b\n'],
    ['SQL', "'; SET ROLE app_service; --"],
    ['SQL after a UUID', "3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b' OR true"],
    ['undefined', undefined],
    ['null', null],
    ['a list', ['3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b']],
  ])('refuses an id that is %s before the database is asked', async (_, id) => {
    const nowhere = new UserContext(
      dataSource.withConfiguration(readConfiguration({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere' })),
      roles,
    );
    const work = jest.fn();
    const failure = nowhere.asUser(id as string, work);
    await expect(failure).rejects.toThrow(MalformedUserIdError);
    await expect(failure).rejects.toThrow(/^.{1,60} is not a user's id: give a UUID, such as .+$/);
    expect(work).not.toHaveBeenCalled();
  });
});

describe('as the backend', () => {
  it('sees and changes every row', async () => {
    expect(await context.asService(titles)).toEqual(['of Ada', 'of Bob']);
    await context.asService((manager) => manager.update(Letter, { ownerId: bob }, { title: 'renamed' }));
    expect(await context.asUser(bob, titles)).toEqual(['renamed']);
  });

  it('is nobody in particular', async () => {
    expect(await context.asService(identity)).toMatchObject({ role: 'app_service', user: null });
  });
});

describe('afterwards the connection', () => {
  const asItself = (): Promise<Identity> => identity(dataSource.manager);
  let login: string;

  beforeAll(async () => {
    [{ login }] = await dataSource.query<{ login: string }[]>('SELECT session_user AS login');
  });

  it('is itself again when the work is done', async () => {
    await context.asUser(ada, titles);
    expect(await asItself()).toMatchObject({ role: login, user: null });
  });

  it('is itself again when the work has failed', async () => {
    await expect(context.asUser(ada, (manager) => manager.query('SELECT 1/0'))).rejects.toThrow('division by zero');
    expect(await asItself()).toMatchObject({ role: login, user: null });
  });

  it('serves the next one without a trace of the last', async () => {
    for (const [person, title] of [
      [ada, 'of Ada'],
      [bob, 'of Bob'],
      [ada, 'of Ada'],
    ]) {
      expect(await context.asUser(person, titles)).toEqual([title]);
    }
  });

  it('serves the backend without a trace of a person, whatever the session is set to', async () => {
    const configuration = readConfiguration({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' });
    const other = await dataSource.withConfiguration(configuration).initialize();
    try {
      await other.query(`SELECT set_config('app.user_id', $1, false)`, [ada]);
      expect(await new UserContext(other, roles).asService(identity)).toMatchObject({ user: null });
    } finally {
      await other.query('RESET app.user_id').finally(() => other.destroy());
    }
  });
});

describe('within another', () => {
  it('is part of the transaction of the same person', async () => {
    await context.asUser(ada, async (outer) => {
      const { transaction } = await identity(outer);
      expect(await context.asUser(ada, identity)).toMatchObject({ transaction, user: ada });
    });
  });

  it('may fail by itself, and the rest goes on', async () => {
    await context.asUser(ada, async (outer) => {
      await outer.insert(Letter, letterOf(ada, 'kept'));
      const inner = context.asUser(ada, async (manager) => {
        await manager.insert(Letter, letterOf(ada, 'lost'));
        await manager.insert(Letter, letterOf(bob, 'foreign'));
      });
      await expect(inner).rejects.toThrow(/row-level security/);
      expect(await identity(outer)).toMatchObject({ role: 'app_user', user: ada });
    });
    expect(await context.asUser(ada, titles)).toEqual(['kept', 'of Ada']);
  });

  it('falls with the outer one', async () => {
    const outer = context.asUser(ada, async () => {
      await context.asUser(ada, (manager) => manager.insert(Letter, letterOf(ada, 'lost')));
      throw new Error('changed my mind');
    });
    await expect(outer).rejects.toThrow('changed my mind');
    expect(await context.asUser(ada, titles)).toEqual(['of Ada']);
  });

  it.each([
    ['a person', 'another person', () => context.asUser(ada, () => context.asUser(bob, titles))],
    ['a person', 'the backend', () => context.asUser(ada, () => context.asService(titles))],
    ['the backend', 'a person', () => context.asService(() => context.asUser(ada, titles))],
  ])('of %s refuses %s', async (_outer, _inner, nested) => {
    await expect(nested()).rejects.toThrow(/^This transaction acts as app_\w+.* and can't act as app_\w+.* too: /);
  });

  it('that is over, since nobody waited for this one, is a transaction of its own', async () => {
    let late: Promise<Identity> | undefined;
    const first = await context.asUser(ada, (manager) => {
      late = (async () => {
        while (!manager.queryRunner!.isReleased) await turn();
        return context.asUser(bob, identity);
      })();
      return identity(manager);
    });
    const second = await late!;
    expect(second.user).toBe(bob);
    expect(second.transaction).not.toBe(first.transaction);
  });
});

describeOnServer('side by side', () => {
  it('many people at once see their own rows alone', async () => {
    const several = new UserContext(await database.dataSource(), roles);
    const people = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? ada : bob));
    const seen = await Promise.all(
      people.map((person) =>
        several.asUser(person, async (manager) => {
          await manager.query('SELECT pg_sleep(0.01)');
          return titles(manager);
        }),
      ),
    );
    expect(seen).toEqual(people.map((person) => [person === ada ? 'of Ada' : 'of Bob']));
  });
});
