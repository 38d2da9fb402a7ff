import { DataSource } from 'typeorm';
import { UserContext } from '../../src/database/user-context';
import { AuditLog, entities, Escalation, Reply, Task, User } from '../../src/entities';
import { auditOf } from '../../src/entities/audited';
import { appUser } from '../../src/entities/access';
import { actingAs } from '../../src/audit/actor';
import { migratedDatabase, type TestDatabase } from '../databases';
import { moduleOn } from '../module-on';

const HASH = '$2b$12$abcdefghijklmnopqrstuv';
const OTHER_HASH = '$2b$12$zyxwvutsrqponmlkjihgfe';

let database: TestDatabase;
let dataSource: DataSource;
let context: UserContext;

beforeAll(async () => {
  database = await migratedDatabase();
  const module = await moduleOn(database);
  dataSource = module.get(DataSource);
  context = module.get(UserContext);
});
afterAll(() => database.close());

let addresses = 0;
const newUser = (): Promise<User> =>
  dataSource.getRepository(User).save({ email: `ada${++addresses}@example.org`, name: 'Ada', passwordHash: HASH });

const newReply = (): Promise<Reply> =>
  dataSource.getRepository(Reply).save({
    content: 'Drink water. —Antone (Vita)',
    platform: 'TWITTER',
    platformPostId: 'p1',
    utmCode: 'tw-1',
  });

/** What the log says of a thing, the first first. */
function logOf({ id }: { id: string }): Promise<Pick<AuditLog, 'entityType' | 'action' | 'actor' | 'detailsJson'>[]> {
  return dataSource.getRepository(AuditLog).find({
    select: { entityType: true, action: true, actor: true, detailsJson: true },
    where: { entityId: id },
    order: { createdAt: 'ASC' },
  });
}

it('logs each change with what was before and after', async () => {
  const replies = dataSource.getRepository(Reply);
  const reply = await newReply();
  await replies.save({ id: reply.id, approvalStatus: 'APPROVED', approvedBy: 'antone', approvedAt: new Date(0) });
  await replies.softRemove(reply);

  const [created, changed, deleted, ...others] = await logOf(reply);
  expect(created).toMatchObject({ entityType: 'reply', action: 'created', actor: 'system' });
  expect(created.detailsJson).toMatchObject({
    changes: { content: { after: 'Drink water. —Antone (Vita)' }, approvalStatus: { after: 'PENDING' } },
  });
  expect(changed).toMatchObject({ action: 'changed' });
  expect(changed.detailsJson).toEqual({
    changes: {
      approvalStatus: { before: 'PENDING', after: 'APPROVED' },
      approvedBy: { before: null, after: 'antone' },
      approvedAt: { before: null, after: '1970-01-01T00:00:00.000Z' },
    },
  });
  expect(deleted).toMatchObject({ action: 'deleted' });
  expect(others).toEqual([]);
});

it('logs what a deleted row held', async () => {
  const escalations = dataSource.getRepository(Escalation);
  const escalation = await escalations.save({ reason: 'SAFETY' });
  const { id } = escalation;
  await escalations.remove(escalation);
  expect(await logOf({ id })).toMatchObject([
    { action: 'created' },
    { action: 'deleted', detailsJson: { changes: { reason: { before: 'SAFETY' } } } },
  ]);
});

it('logs nothing where nothing changed, or only what changes by itself', async () => {
  const reply = await newReply();
  await dataSource.getRepository(Reply).save({ id: reply.id, platform: 'TWITTER', metricsJson: { likes: 3 } });
  await dataSource.getRepository(Reply).update(reply.id, { helpCount: () => 'help_count + 1' });
  expect(await logOf(reply)).toHaveLength(1);
});

it('logs nothing of what is not audited', async () => {
  const { id: userId } = await newUser();
  const task = await dataSource.getRepository(Task).save({ userId, title: 'Water the plants' });
  expect(await logOf(task)).toEqual([]);
});

describe('the actor', () => {
  it('is whoever the work is done in the name of', async () => {
    const reply = await newReply();
    await actingAs('publisher', () => dataSource.getRepository(Reply).save({ id: reply.id, deleteReason: 'spam' }));
    expect(await logOf(reply)).toMatchObject([{ actor: 'system' }, { actor: 'publisher' }]);
  });

  it('is the backend within its own work', async () => {
    const escalation = await context.asService((manager) => manager.save(Escalation, { reason: 'SAFETY' }));
    expect(await logOf(escalation)).toMatchObject([{ actor: 'system' }]);
  });

  it('is never lost to a right that persons lack: none of them may change what is audited', async () => {
    const tables = entities
      .filter((entity) => auditOf(entity))
      .map((entity) => dataSource.getMetadata(entity).tableName);
    const rights = await dataSource.query<{ may: boolean }[]>(
      `SELECT has_table_privilege($1, name, 'INSERT, UPDATE, DELETE') AS may FROM unnest($2::text[]) AS name`,
      [appUser.name, tables],
    );
    expect(rights).toEqual(tables.map(() => ({ may: false })));
    expect(tables.length).toBeGreaterThan(3);
  });
});

it('holds no secret, and nothing of a person that must not outlive the account', async () => {
  const users = dataSource.getRepository(User);
  const user = await newUser();
  await users.save({ id: user.id, passwordHash: OTHER_HASH, email: 'eve@example.org', name: 'Eve', role: 'admin' });
  await users.save({ id: user.id, ssoProvider: 'google', ssoId: 'sso-secret' });
  await users.remove({ ...user });

  const log = await logOf(user);
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

describe('change and log', () => {
  it('are one transaction: neither is left of one that is rolled back', async () => {
    const reply = await newReply();
    await expect(
      dataSource.transaction(async (manager) => {
        await manager.save(Reply, { id: reply.id, deleteReason: 'spam' });
        throw new Error('too late');
      }),
    ).rejects.toThrow('too late');
    expect(await logOf(reply)).toHaveLength(1);
  });

  it('are one transaction: a change that can not be logged is not made', async () => {
    const reply = await newReply();
    const nobody = actingAs('', () => dataSource.getRepository(Reply).save({ id: reply.id, deleteReason: 'spam' }));
    await expect(nobody).rejects.toThrow('actor should not be empty');
    expect(await dataSource.getRepository(Reply).findOneByOrFail({ id: reply.id })).toMatchObject({
      deleteReason: null,
    });
  });

  it('are not parted by statements that do not know what they change', async () => {
    const reply = await newReply();
    const replies = dataSource.getRepository(Reply);
    const { content, platform, platformPostId, utmCode } = reply;
    for (const write of [
      () => replies.update(reply.id, { deleteReason: 'spam' }),
      () => replies.update(reply.id, { deleteReason: 'spam', helpCount: 1 }),
      () => replies.delete(reply.id),
      () => replies.softDelete(reply.id),
      () => replies.restore(reply.id),
      () => replies.insert({ content, platform, platformPostId, utmCode }),
    ])
      await expect(write()).rejects.toThrow(/^Reply is audited: /);
    expect(await logOf(reply)).toHaveLength(1);
  });
});
