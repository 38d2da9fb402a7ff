import { randomUUID } from 'node:crypto';
import { Column, DataSource, DeleteDateColumn, Entity } from 'typeorm';
import { UserContext } from '../../src/database/user-context';
import { AuditLog } from '../../src/entities';
import { BackendOnly } from '../../src/entities/access';
import { Audited } from '../../src/entities/audited';
import { Count, CreatedAt, PrimaryKey, UpdatedAt } from '../../src/entities/columns';
import { actingAs } from '../../src/audit/actor';
import { databaseOf, type TestDatabase } from '../databases';
import { Letter } from '../letter.entity';
import { moduleOn } from '../module-on';

@Entity('contracts')
@Audited({ withheld: ['secret'], except: ['views', 'metrics'] })
@BackendOnly()
class Contract {
  @PrimaryKey()
  id: string;

  @Column({ type: 'text' })
  content: string;

  @Column({ type: 'text', default: 'PENDING' })
  status: string;

  @Column({ type: 'text', nullable: true })
  approvedBy: string | null;

  @Column({ type: 'timestamptz', nullable: true })
  approvedAt: Date | null;

  @Column({ type: 'text', nullable: true })
  secret: string | null;

  @Count({ default: 0 })
  views: number;

  @Column({ type: 'jsonb', default: {} })
  metrics: object;

  @DeleteDateColumn({ type: 'timestamptz' })
  deletedAt: Date | null;

  @CreatedAt()
  createdAt: Date;

  @UpdatedAt()
  updatedAt: Date;
}

let database: TestDatabase;
let dataSource: DataSource;
let context: UserContext;

beforeAll(async () => {
  database = await databaseOf(Contract, Letter, AuditLog);
  const module = await moduleOn(database);
  dataSource = module.get(DataSource);
  context = module.get(UserContext);
});
afterAll(() => database.close());

const newContract = (values: Partial<Contract> = {}): Promise<Contract> =>
  dataSource.getRepository(Contract).save({ content: 'We water the plants.', ...values });

/** What the log says of a thing, the first first. */
function logOf({ id }: { id: string }): Promise<Pick<AuditLog, 'entityType' | 'action' | 'actor' | 'detailsJson'>[]> {
  return dataSource.getRepository(AuditLog).find({
    select: { entityType: true, action: true, actor: true, detailsJson: true },
    where: { entityId: id },
    order: { createdAt: 'ASC' },
  });
}

it('logs each change with what was before and after', async () => {
  const contracts = dataSource.getRepository(Contract);
  const contract = await newContract();
  await contracts.save({ id: contract.id, status: 'APPROVED', approvedBy: 'antone', approvedAt: new Date(0) });
  await contracts.softRemove(contract);

  const [created, changed, deleted, ...others] = await logOf(contract);
  expect(created).toMatchObject({ entityType: 'contract', action: 'created', actor: 'system' });
  expect(created.detailsJson).toMatchObject({
    changes: { content: { after: 'We water the plants.' }, status: { after: 'PENDING' } },
  });
  expect(changed).toMatchObject({ action: 'changed' });
  expect(changed.detailsJson).toEqual({
    changes: {
      status: { before: 'PENDING', after: 'APPROVED' },
      approvedBy: { before: null, after: 'antone' },
      approvedAt: { before: null, after: '1970-01-01T00:00:00.000Z' },
    },
  });
  expect(deleted).toMatchObject({ action: 'deleted' });
  expect(others).toEqual([]);
});

it('logs what a deleted row held', async () => {
  const contract = await newContract({ approvedBy: 'antone' });
  const { id } = contract;
  await dataSource.getRepository(Contract).remove(contract);
  expect(await logOf({ id })).toMatchObject([
    { action: 'created' },
    { action: 'deleted', detailsJson: { changes: { approvedBy: { before: 'antone' } } } },
  ]);
});

it('logs nothing where nothing changed, or only what changes by itself', async () => {
  const contract = await newContract();
  await dataSource.getRepository(Contract).save({ id: contract.id, content: contract.content, metrics: { likes: 3 } });
  await dataSource.getRepository(Contract).update(contract.id, { views: () => 'views + 1' });
  expect(await logOf(contract)).toHaveLength(1);
});

it('logs nothing of what is not audited', async () => {
  const letter = await dataSource.getRepository(Letter).save({ ownerId: randomUUID(), title: 'Water the plants' });
  expect(await logOf(letter)).toEqual([]);
});

describe('the actor', () => {
  it('is whoever the work is done in the name of', async () => {
    const contract = await newContract();
    await actingAs('publisher', () =>
      dataSource.getRepository(Contract).save({ id: contract.id, approvedBy: 'antone' }),
    );
    expect(await logOf(contract)).toMatchObject([{ actor: 'system' }, { actor: 'publisher' }]);
  });

  it('is the backend within its own work', async () => {
    const contract = await context.asService((manager) => manager.save(Contract, { content: 'Ours' }));
    expect(await logOf(contract)).toMatchObject([{ actor: 'system' }]);
  });
});

it('holds nothing of what is withheld', async () => {
  const contract = await newContract({ secret: 'hunter2' });
  await dataSource.getRepository(Contract).save({ id: contract.id, secret: 'hunter3' });
  const log = await logOf(contract);
  expect(log[1].detailsJson).toEqual({ changes: { secret: 'withheld' } });
  expect(JSON.stringify(log)).not.toContain('hunter');
});

describe('change and log', () => {
  it('are one transaction: neither is left of one that is rolled back', async () => {
    const contract = await newContract();
    await expect(
      dataSource.transaction(async (manager) => {
        await manager.save(Contract, { id: contract.id, approvedBy: 'antone' });
        throw new Error('too late');
      }),
    ).rejects.toThrow('too late');
    expect(await logOf(contract)).toHaveLength(1);
  });

  it('are one transaction: a change that can not be logged is not made', async () => {
    const contract = await newContract();
    const nobody = actingAs('', () =>
      dataSource.getRepository(Contract).save({ id: contract.id, approvedBy: 'antone' }),
    );
    await expect(nobody).rejects.toThrow('actor should not be empty');
    expect(await dataSource.getRepository(Contract).findOneByOrFail({ id: contract.id })).toMatchObject({
      approvedBy: null,
    });
  });

  it('are not parted by statements that do not know what they change', async () => {
    const contract = await newContract();
    const contracts = dataSource.getRepository(Contract);
    for (const write of [
      () => contracts.update(contract.id, { approvedBy: 'antone' }),
      () => contracts.update(contract.id, { secret: 'x', views: 1 }),
      () => contracts.delete(contract.id),
      () => contracts.softDelete(contract.id),
      () => contracts.restore(contract.id),
      () => contracts.insert({ content: 'Another' }),
    ])
      await expect(write()).rejects.toThrow(/^Contract is @Audited: /);
    expect(await logOf(contract)).toHaveLength(1);
  });
});
