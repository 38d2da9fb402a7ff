import { Check, Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { SampleNamingStrategy } from '../sample/naming-strategy';
import {
  Enumeration,
  Extension,
  FormerName,
  Index,
  Policy,
  type Role,
  RowLevelSecurity,
  Trigger,
  triggerFunction,
} from '../../src';
import { readCatalog } from '../../src/catalog/catalog';
import { catalogOfEntities } from '../../src/catalog/entities';
import { declaredRenames } from '../../src/plan/stages-to-entities';
import { databaseOfFile } from '../databases';

const database = databaseOfFile();

function catalogOf(entity: unknown, sources?: string) {
  const entities = [entity] as (new () => object)[];
  return catalogOfEntities(
    { type: 'postgres', entities, namingStrategy: new SampleNamingStrategy() },
    database.url,
    sources,
  );
}

const reader: Role = { name: `reader_${process.pid}`, comment: 'Reads.', grantedToOwner: true };
const touch = triggerFunction({ name: 'touch', comment: 'Does nothing.', body: 'BEGIN RETURN NEW; END' });

/** A class with a key and a column, and what is wrong with it. */
function wrong(decorate: (target: new () => object) => void): new () => object {
  @Entity('wrongs')
  class Wrong {
    @PrimaryColumn({ type: 'uuid' })
    id: string;

    @Column({ type: 'text' })
    title: string;
  }
  decorate(Wrong);
  return Wrong;
}

test('the catalog is that of the entities, and nothing of it stays in the scratch database', async () => {
  @Entity('things', { comment: 'Things.' })
  @Extension('vector')
  @RowLevelSecurity()
  @Policy({ name: 'all_of_them', command: 'SELECT', role: reader, using: 'true' })
  @Index('idx_things_level', ['level'], { where: `level <> 'low'` })
  @Trigger({ name: 'touch', timing: 'BEFORE', events: ['UPDATE'], execute: touch })
  class Thing {
    @PrimaryColumn({ type: 'uuid', comment: 'Which.' })
    id: string;

    @Enumeration(['low', 'high'])
    level: 'low' | 'high';
  }

  const catalog = await catalogOf(Thing);
  expect(catalog.extensions).toEqual([{ name: 'vector' }]);
  expect(catalog.roles).toEqual([reader]);
  expect(catalog.functions.map(({ name, comment }) => [name, comment])).toEqual([['touch', 'Does nothing.']]);
  expect(catalog.tables).toHaveLength(1);
  expect(catalog.tables[0]).toMatchObject({
    name: 'things',
    comment: 'Things.',
    columns: [
      { name: 'id', comment: 'Which.' },
      { name: 'level', comment: null },
    ],
    rowLevelSecurity: { enabled: true, forced: true },
    policies: [{ name: 'all_of_them', command: 'SELECT', roles: [reader.name] }],
    triggers: [{ name: 'touch' }],
    indexes: [{ name: 'idx_things_level' }],
  });
  expect(catalog.tables[0].constraints.map(({ name }) => name)).toEqual(['pk_things', 'chk_things_level']);

  const client = await database.connect();
  const left = await readCatalog(async (sql, parameters) => (await client.query<object>(sql, parameters)).rows);
  expect(left.tables).toEqual([]);
  expect(left.functions).toEqual([]);
  const { rows } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [reader.name]);
  expect(rows).toHaveLength(0);
});

test.each([
  [
    'an index on a property that is none',
    wrong((target) => Index('idx_wrongs_x', ['nosuch' as 'title'])(target as never)),
    'Wrong: index "idx_wrongs_x" names "nosuch", which is not a column of the class.',
  ],
  [
    'an index whose predicate is not SQL',
    wrong((target) => Index('idx_wrongs_x', ['title'], { where: 'title ==== 1' })(target as never)),
    /^Wrong: index "idx_wrongs_x": operator does not exist: text ==== integer/,
  ],
  [
    'an index whose predicate is not immutable',
    wrong((target) => Index('idx_wrongs_x', ['title'], { where: 'now() > now()' })(target as never)),
    'Wrong: index "idx_wrongs_x": functions in index predicate must be marked IMMUTABLE',
  ],
  [
    'two indexes of one name',
    wrong((target) => {
      Index('idx_wrongs_x', ['title'])(target as never);
      Index('idx_wrongs_x', ['id' as 'title'])(target as never);
    }),
    'Wrong: index "idx_wrongs_x" is declared twice: give one of them another name.',
  ],
  [
    'a policy on a table without row-level security',
    wrong(Policy({ name: 'own', command: 'SELECT', role: reader, using: 'true' })),
    'Wrong: policy "own" would have no effect: add @RowLevelSecurity() to the class.',
  ],
  [
    'a policy whose expression names no column',
    wrong((target) => {
      RowLevelSecurity()(target);
      Policy({ name: 'own', command: 'SELECT', role: reader, using: 'owner_id IS NULL' })(target);
    }),
    'Wrong: policy "own": column "owner_id" does not exist',
  ],
  [
    'a check that does not parse',
    wrong(Check('chk_wrongs_title', 'title === 1)')),
    /^Wrong.*chk_wrongs_title: syntax error at or near ","/,
  ],
  ['an extension that the server does not have', wrong(Extension('nosuch')), /^extension "nosuch": extension "nosuch"/],
  [
    'one function name for two bodies',
    wrong((target) => {
      Trigger({ name: 'a', timing: 'BEFORE', events: ['UPDATE'], execute: touch })(target);
      const other = { ...touch, body: 'BEGIN RETURN OLD; END' };
      Trigger({ name: 'b', timing: 'BEFORE', events: ['UPDATE'], execute: other })(target);
    }),
    'Wrong: "touch" is declared twice, differently: give one of them another name.',
  ],
  [
    'a trigger function that does not parse',
    wrong(
      Trigger({
        name: 'a',
        timing: 'BEFORE',
        events: ['UPDATE'],
        execute: { ...touch, name: 'stumble', body: 'BEGIN RETURN NEW' },
      }),
    ),
    /^function "stumble": syntax error at end of input/,
  ],
])('%s is one error that names the class and the declaration', async (_, entity, message) => {
  await expect(catalogOf(entity)).rejects.toMatchObject({
    name: 'Error',
    message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
  });
});

test('a former name of what is no column is refused', async () => {
  const entity = wrong((target) => FormerName('old')(target.prototype as object, 'nosuch'));
  const dataSource = await new DataSource({ type: 'postgres', url: database.url, entities: [entity] }).initialize();
  try {
    expect(() => declaredRenames(dataSource)).toThrow('Wrong.nosuch: a former name, but it is not a column.');
  } finally {
    await dataSource.destroy();
  }
});
