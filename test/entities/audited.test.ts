import { DataSource } from 'typeorm';
import { AuditLog, entities, User } from '../../src/entities';
import { appUser } from '../../src/entities/access';
import { auditOf } from '../../src/entities/audited';
import { migratedDatabase, type TestDatabase } from '../databases';
import { moduleOn } from '../module-on';

const HASH = '$2b$12$abcdefghijklmnopqrstuv';
const OTHER_HASH = '$2b$12$zyxwvutsrqponmlkjihgfe';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await migratedDatabase();
  dataSource = (await moduleOn(database)).get(DataSource);
});
afterAll(() => database.close());

it('is changed by no person: they would need a right to write the log', async () => {
  const tables = entities.filter((entity) => auditOf(entity)).map((entity) => dataSource.getMetadata(entity).tableName);
  const rights = await dataSource.query<{ may: boolean }[]>(
    `SELECT has_table_privilege($1, name, 'INSERT, UPDATE, DELETE') AS may FROM unnest($2::text[]) AS name`,
    [appUser.name, tables],
  );
  expect(rights).toEqual(tables.map(() => ({ may: false })));
  expect(tables.length).toBeGreaterThan(3);
});

it('holds no secret, and nothing of a person that must not outlive the account', async () => {
  const users = dataSource.getRepository(User);
  const user = await users.save({ email: 'ada@example.org', name: 'Ada', passwordHash: HASH });
  await users.save({ id: user.id, passwordHash: OTHER_HASH, email: 'eve@example.org', name: 'Eve', role: 'admin' });
  await users.save({ id: user.id, ssoProvider: 'google', ssoId: 'sso-secret' });
  const { id } = user;
  await users.remove(user);

  const log = await dataSource.getRepository(AuditLog).find({ where: { entityId: id }, order: { createdAt: 'ASC' } });
  expect(log[1].detailsJson).toEqual({
    changes: {
      email: 'withheld',
      name: 'withheld',
      passwordHash: 'withheld',
      role: { before: 'educator', after: 'admin' },
    },
  });
  expect(log).toHaveLength(4);
  const [{ all }] = await dataSource.query<{ all: string }[]>(
    'SELECT string_agg(log::text, chr(10)) AS all FROM audit_logs log',
  );
  for (const secret of ['$2b$', 'sso-secret', user.email, 'eve@example.org', 'Ada', 'Eve'])
    expect(all).not.toContain(secret);
});

it('marks as withheld what its entity never selects, and what a name calls a secret', () => {
  const missing = entities.flatMap((entity) => {
    const audit = auditOf(entity);
    if (!audit) return [];
    return dataSource
      .getMetadata(entity)
      .columns.filter(({ isSelect, propertyName }) => !isSelect || /password|token|secret|hash/i.test(propertyName))
      .filter(({ propertyName }) => !audit.withheld?.includes(propertyName));
  });
  expect(missing).toEqual([]);
});
