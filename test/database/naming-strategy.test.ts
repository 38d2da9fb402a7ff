import {
  Check,
  Column,
  DataSource,
  Entity,
  Index,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryColumn,
  type Relation,
  TableInheritance,
  Unique,
} from 'typeorm';
import { entityMetadatasOf } from '@entity-backend/schema';
import { ReadableNamingStrategy } from '../../src/database/naming-strategy';

class Address {
  @Column('text')
  zipCode: string;

  @Column({ type: 'text', name: 'StreetName' })
  street: string;
}

@Entity()
class HTTPTarget {
  @PrimaryColumn('uuid')
  id: string;
}

@Entity('MixedCase')
@TableInheritance({ column: { type: 'text', name: 'Kind' } })
@Index(['followerCount'])
@Index(['followerCount'], { where: '"follower_count" > 0' })
@Index('GivenIndex', ['followerCount'])
@Check('"follower_count" > 0')
@Check('GivenCheck', '"follower_count" < 9')
@Unique('GivenUnique', ['followerCount'])
class Mixed {
  @PrimaryColumn({ type: 'uuid', name: 'ID' })
  id: string;

  @Column('int')
  followerCount: number;

  @Column({ type: 'uuid', name: 'ownerID' })
  owner: string;

  @Column(() => Address)
  homeAddress: Address;

  @Column(() => Address, { prefix: 'workAddr' })
  work: Address;

  @Column(() => Address, { prefix: false })
  plain: Address;

  @ManyToOne(() => HTTPTarget, { nullable: false })
  mainTarget: Relation<HTTPTarget>;

  @ManyToOne(() => HTTPTarget, { nullable: false })
  @JoinColumn({ name: 'otherTargetID', foreignKeyConstraintName: 'GivenForeignKey' })
  otherTarget: Relation<HTTPTarget>;

  @ManyToMany(() => HTTPTarget)
  @JoinTable()
  allTargets: Relation<HTTPTarget>[];

  @ManyToMany(() => HTTPTarget)
  @JoinTable({ name: 'GivenJoin', joinColumn: { name: 'mixedID' }, inverseJoinColumn: { name: 'targetID' } })
  givenTargets: Relation<HTTPTarget>[];
}

const namingStrategy = new ReadableNamingStrategy();

async function metadata() {
  const dataSource = new DataSource({ type: 'postgres', entities: [Mixed, HTTPTarget], namingStrategy });
  return entityMetadatasOf(dataSource);
}

test('names that an entity gives stay; the others are snake_case', async () => {
  const [mixed, target] = [Mixed, HTTPTarget].map(async (entity) =>
    (await metadata()).find((one) => one.target === entity)!,
  );
  expect((await target).tableName).toBe('http_target');
  const { tableName, columns, indices, checks, uniques, foreignKeys } = await mixed;
  expect(tableName).toBe('MixedCase');
  expect(columns.map(({ databaseName }) => databaseName).sort()).toEqual([
    'ID',
    'Kind',
    'StreetName',
    'follower_count',
    'home_address_StreetName',
    'home_address_zip_code',
    'main_target_id',
    'otherTargetID',
    'ownerID',
    'workAddr_StreetName',
    'workAddr_zip_code',
    'zip_code',
  ]);
  expect(indices.map(({ name }) => name).sort()).toEqual([
    'GivenIndex',
    'idx_MixedCase_Kind',
    'idx_MixedCase_follower_count',
    expect.stringMatching(/^idx_MixedCase_follower_count_[0-9a-f]{8}$/),
  ]);
  expect(checks.map(({ name }) => name).sort()).toEqual(['GivenCheck', 'chk_MixedCase_follower_count']);
  expect(uniques.map(({ name }) => name)).toEqual(['GivenUnique']);
  expect(foreignKeys.map(({ name }) => name).sort()).toEqual(['GivenForeignKey', 'fk_MixedCase_main_target_id']);
});

test('join tables and their columns, automatic and given', async () => {
  const junctions = (await metadata()).filter(({ tableType }) => tableType === 'junction');
  expect(
    junctions.map(({ tableName, columns }) => [tableName, ...columns.map(({ databaseName }) => databaseName)]),
  ).toEqual([
    ['mixed_case_all_targets_http_target', 'mixed_case_id', 'http_target_id'],
    ['GivenJoin', 'mixedID', 'targetID'],
  ]);
});

test('a name has at most 63 bytes, whatever its letters', () => {
  const table = 'ä'.repeat(40);
  const names = [
    namingStrategy.primaryKeyName(table),
    namingStrategy.foreignKeyName(table, ['a_id']),
    namingStrategy.foreignKeyName(table, ['b_id']),
    namingStrategy.indexName(table, ['a'], 'a > 1'),
    namingStrategy.indexName(table, ['a'], 'a > 2'),
  ];
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
});
