import type { TestingModule } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { MalformedUserIdError, UserContext } from '../../../src/database/user-context';
import { Session, User } from '../../../src/entities';
import { InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { IdentityModule } from '../../../src/modules/identity/identity.module';
import { SESSION_IDLE_MS, SESSION_LIFETIME_MS, SessionsService } from '../../../src/modules/identity/sessions.service';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../../databases';
import { moduleOn } from '../../module-on';

const NOBODY = '3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b';
const NOW = new Date('2026-01-01T12:00:00Z');

let database: TestDatabase;
let dataSource: DataSource;
let app: TestingModule;
let sessions: SessionsService;
let ada: string;
let bob: string;

/** So many milliseconds after NOW. */
function after(ms: number): Date {
  return new Date(NOW.getTime() + ms);
}

beforeAll(async () => {
  database = await migratedDatabase();
  dataSource = await database.dataSource();
  app = await moduleOn(database, IdentityModule);
  sessions = app.get(SessionsService);
});

afterAll(async () => {
  await app.close();
  await database.close();
});

beforeEach(async () => {
  await dataSource.query('DELETE FROM users');
  const people = ['ada', 'bob'].map((name) => ({ email: `${name}@example.org`, ssoProvider: 'google', ssoId: name }));
  [ada, bob] = (await dataSource.manager.save(User, people)).map(({ id }) => id);
});

describe('signing in', () => {
  it('makes a session, found by its token, and says when', async () => {
    const { token, session } = await sessions.create(ada, NOW);
    expect(session).toMatchObject({ userId: ada, expiresAt: after(SESSION_IDLE_MS) });
    expect(await sessions.find(token, NOW)).toEqual(expect.objectContaining(session));
    expect(await dataSource.manager.findOneBy(User, { id: ada })).toMatchObject({ lastLogin: NOW });
    expect(await dataSource.manager.findOneBy(User, { id: bob })).toMatchObject({ lastLogin: null });
  });

  it('gives a token of 256 random bits, of which the database knows nothing', async () => {
    const { token, session } = await sessions.create(ada);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(session.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect((await sessions.create(ada)).token).not.toBe(token);
    const [{ row }] = await dataSource.query<{ row: string }[]>(
      'SELECT sessions::text AS row FROM sessions WHERE id = $1',
      [session.id],
    );
    for (const form of [token, Buffer.from(token, 'base64url').toString('hex')])
      expect(row).not.toContain(form.slice(0, 8));
    expect(await sessions.find(session.id)).toBeNull();
  });

  it('of a person who is not there is refused, and leaves nothing', async () => {
    await expect(sessions.create(NOBODY)).rejects.toThrow(NotFoundError);
    await expect(sessions.create('ada')).rejects.toThrow(InvalidInputError);
    expect(await dataSource.manager.count(Session)).toBe(0);
  });
});

describe('a session', () => {
  it('ends the moment that it expires', async () => {
    const { token } = await sessions.create(ada, NOW);
    for (const look of ['find', 'touch'] as const) {
      expect(await sessions[look](token, after(SESSION_IDLE_MS))).toBeNull();
      expect(await sessions[look](token, after(SESSION_IDLE_MS - 1))).toMatchObject({ userId: ada });
    }
  });

  it('lives on with each request, but not for ever', async () => {
    const { token } = await sessions.create(ada, NOW);
    let now = 0;
    let touched = await sessions.touch(token, NOW);
    while (touched) {
      expect(touched.expiresAt).toEqual(after(Math.min(now + SESSION_IDLE_MS, SESSION_LIFETIME_MS)));
      now = touched.expiresAt.getTime() - NOW.getTime() - 1;
      touched = now < SESSION_LIFETIME_MS - 1 ? await sessions.touch(token, after(now)) : null;
    }
    expect(await sessions.find(token, after(SESSION_LIFETIME_MS - 1))).not.toBeNull();
    expect(await sessions.touch(token, after(SESSION_LIFETIME_MS))).toBeNull();
  });

  it('is not shortened by a request that comes late', async () => {
    const { token, session } = await sessions.create(ada, NOW);
    const touched = await sessions.touch(token, after(5_000));
    expect(await sessions.touch(token, after(1_000))).toEqual(touched);
    expect(await dataSource.manager.findOneBy(Session, { id: session.id })).toMatchObject({
      lastAccessedAt: after(5_000),
    });
  });

  it.each([
    ['unknown', 'A'.repeat(43)],
    ['empty', ''],
    ['SQL', "' OR true --"],
    ['nothing', undefined],
    ['a list', ['A'.repeat(43)]],
  ])('is not there for a token that is %s', async (_, token) => {
    await sessions.create(ada, NOW);
    expect(await sessions.find(token as string, NOW)).toBeNull();
    expect(await sessions.touch(token as string, NOW)).toBeNull();
    await sessions.end(token as string);
    expect(await dataSource.manager.count(Session)).toBe(1);
  });

  it('ends by signing out, once or twice', async () => {
    const [first, second] = [await sessions.create(ada), await sessions.create(ada)];
    await sessions.end(first.token);
    await sessions.end(first.token);
    expect(await sessions.find(first.token)).toBeNull();
    expect(await sessions.find(second.token)).not.toBeNull();
  });
});

describe('a person', () => {
  it('sees their own live sessions, the one used last first', async () => {
    const first = await sessions.create(ada, NOW);
    const second = await sessions.create(ada, after(1));
    await sessions.create(ada, after(-SESSION_IDLE_MS));
    await sessions.create(bob, NOW);
    expect((await sessions.list(ada, NOW)).map(({ id }) => id)).toEqual([second.session.id, first.session.id]);
    await sessions.touch(first.token, after(2));
    expect((await sessions.list(ada, NOW)).map(({ id }) => id)).toEqual([first.session.id, second.session.id]);
  });

  it('ends one of them, and nobody else’s', async () => {
    const { token, session } = await sessions.create(ada);
    await expect(sessions.revoke(bob, session.id)).rejects.toThrow(NotFoundError);
    await expect(sessions.revoke(ada, token)).rejects.toThrow(InvalidInputError);
    expect(await sessions.find(token)).not.toBeNull();
    await sessions.revoke(ada, session.id);
    expect(await sessions.find(token)).toBeNull();
    await expect(sessions.revoke(ada, session.id)).rejects.toThrow(NotFoundError);
  });

  it('ends all of them, and nobody else’s', async () => {
    const [{ token }, other] = [await sessions.create(ada), await sessions.create(bob), await sessions.create(ada)];
    expect(await sessions.revokeAll(ada)).toBe(2);
    expect(await sessions.revokeAll(ada)).toBe(0);
    expect(await sessions.find(token)).toBeNull();
    expect(await sessions.find(other.token)).not.toBeNull();
    await expect(sessions.revokeAll('everybody')).rejects.toThrow(MalformedUserIdError);
  });

  it('sees and ends their own alone even where a WHERE is forgotten', async () => {
    await sessions.create(ada);
    const { session } = await sessions.create(bob);
    await app.get(UserContext).asUser(ada, async (manager) => {
      expect(await manager.find(Session)).toMatchObject([{ userId: ada }]);
      expect(await manager.createQueryBuilder().delete().from(Session).execute()).toMatchObject({ affected: 1 });
    });
    expect(await dataSource.manager.find(Session)).toMatchObject([{ id: session.id }]);
  });
});

describe('clean-up', () => {
  /** So many sessions of which the nth expires n milliseconds after NOW. */
  async function expiring(count: number): Promise<void> {
    await dataSource.query(
      `INSERT INTO sessions (user_id, created_at, expires_at)
       SELECT $1, $2::timestamptz - interval '1 day', $2::timestamptz + n * interval '1 millisecond' FROM generate_series(1, $3::int) AS n`,
      [ada, NOW, count],
    );
  }

  it('deletes what has expired, in however many batches, and nothing else', async () => {
    await expiring(2_500);
    expect(await sessions.deleteExpired(after(0))).toBe(0);
    expect(await sessions.deleteExpired(after(2_200))).toBe(2_200);
    expect(await sessions.deleteExpired(after(2_200))).toBe(0);
    expect(await dataSource.manager.count(Session)).toBe(300);
  });

  it('of exactly a batch ends, too', async () => {
    await expiring(1_000);
    expect(await sessions.deleteExpired(after(1_000))).toBe(1_000);
  });

  describeOnServer('by several at once', () => {
    it('deletes each once', async () => {
      await expiring(5_000);
      const counts = await Promise.all(Array.from({ length: 4 }, () => sessions.deleteExpired(after(5_000))));
      expect(counts.reduce((sum, count) => sum + count)).toBe(5_000);
      expect(await dataSource.manager.count(Session)).toBe(0);
    });
  });
});
