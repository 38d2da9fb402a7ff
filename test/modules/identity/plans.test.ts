import type { TestingModule } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { UserContext } from '../../../src/database/user-context';
import { IdentityModule } from '../../../src/modules/identity/identity.module';
import { SessionsService } from '../../../src/modules/identity/sessions.service';
import { describeOnServer, type TestDatabase } from '../../databases';
import { databaseWith, REFERENCE_DATE } from '../million';
import { plansOf } from '../plans';
import { moduleOn } from '../../module-on';

/** By when a part of the sessions has expired. */
const SOME_EXPIRED = new Date(REFERENCE_DATE.getTime() - 15.5 * 24 * 3_600_000);

describeOnServer('at a million sessions', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let app: TestingModule;
  let sessions: SessionsService;
  let userId: string;

  beforeAll(async () => {
    database = await databaseWith({ users: 1_000, sessions: 1_000_000 });
    dataSource = await database.dataSource();
    app = await moduleOn(database, IdentityModule);
    sessions = app.get(SessionsService);
    [{ userId }] = await dataSource.query<{ userId: string }[]>('SELECT id AS "userId" FROM users LIMIT 1');
  }, 600_000);

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  it.each<[string, (token: string) => Promise<unknown>, RegExp]>([
    ['finds one without a look at the table', (token) => sessions.find(token), /^idx_sessions_id$/],
    ['touches one', (token) => sessions.touch(token), /^(pk_sessions|idx_sessions_id)$/],
    ['ends one', (token) => sessions.end(token), /^(pk_sessions|idx_sessions_id)$/],
    ['deletes what has expired', () => sessions.deleteExpired(SOME_EXPIRED), /idx_sessions_expires_at/],
  ])('%s by an index', async (_, work, index) => {
    const { token } = await sessions.create(userId);
    const [plan] = await plansOf(dataSource, () => work(token));
    expect(plan.indexes.join()).toMatch(index);
    expect(plan.sequential).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['lists', () => sessions.list(userId)],
    ['ends', () => sessions.revokeAll(userId)],
  ])('%s those of a person by an index', async (_, work) => {
    const [plan] = await app.get(UserContext).asUser(userId, (manager) => plansOf(dataSource, work, manager));
    expect(plan).toMatchObject({ indexes: ['idx_sessions_user_id'], sequential: [] });
  });
});
