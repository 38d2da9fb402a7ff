import type { TestingModule } from '@nestjs/testing';
import { InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { DuplicateEmailError, DuplicateSsoIdentityError } from '../../../src/modules/identity/violations';
import { IdentityModule } from '../../../src/modules/identity/identity.module';
import { type NewUser, UsersService } from '../../../src/modules/identity/users.service';
import { migratedDatabase, type TestDatabase } from '../../databases';
import { moduleOn } from '../../module-on';

const passwordHash = '$2b$12$abcdefghijklmnopqrstuv';

let database: TestDatabase;
let app: TestingModule;
let users: UsersService;

beforeAll(async () => {
  database = await migratedDatabase();
  app = await moduleOn(database, IdentityModule);
  users = app.get(UsersService);
});

afterAll(async () => {
  await app.close();
  await database.close();
});

beforeEach(async () => {
  await (await database.dataSource()).query('DELETE FROM users');
});

it('registers with a password, whose hash is shown to sign-in alone', async () => {
  const { id } = await users.register({ email: 'ada@example.org', passwordHash });
  const user = await users.get(id);
  expect(user).toMatchObject({ email: 'ada@example.org', name: null, role: 'educator', lastLogin: null });
  expect(user.passwordHash).toBeUndefined();
  expect(await users.findForSignIn('ada@example.org')).toMatchObject({ id, passwordHash });
});

it('registers by single sign-on', async () => {
  const user = await users.register({ email: 'ada@example.org', ssoProvider: 'google', ssoId: 'ada' });
  expect(user).toMatchObject({ ssoProvider: 'google', ssoId: 'ada' });
});

it('takes an address for one account however it is typed', async () => {
  const { id } = await users.register({ email: '  Ada@Example.ORG ', passwordHash });
  expect(await users.findForSignIn('ADA@example.org')).toMatchObject({ id, email: 'ada@example.org' });
  await expect(users.register({ email: 'aDa@example.org', passwordHash })).rejects.toThrow(DuplicateEmailError);
});

it('takes an identity of a provider for one account', async () => {
  const identity = { ssoProvider: 'google', ssoId: 'ada' };
  await users.register({ email: 'ada@example.org', ...identity });
  await expect(users.register({ email: 'bob@example.org', ...identity })).rejects.toThrow(DuplicateSsoIdentityError);
});

it.each<[string, NewUser]>([
  ['without a credential', { email: 'ada@example.org' }],
  ['with half an identity', { email: 'ada@example.org', passwordHash, ssoId: 'ada' }],
  ['with a password that is not hashed', { email: 'ada@example.org', passwordHash: 'correct horse' }],
  ['with what is no address', { email: 'ada', passwordHash }],
  ['with a role that there is not', { email: 'ada@example.org', passwordHash, role: 'king' as 'admin' }],
])('refuses an account %s', async (_, user) => {
  await expect(users.register(user)).rejects.toThrow(InvalidInputError);
});

it('knows nobody of an address or an id that nobody has', async () => {
  expect(await users.findForSignIn('nobody@example.org')).toBeNull();
  await expect(users.get('3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b')).rejects.toThrow(NotFoundError);
});
