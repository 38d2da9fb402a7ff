import 'reflect-metadata';
import { join } from 'node:path';
import {
  DataSource,
  DefaultNamingStrategy,
  Entity,
  type NamingStrategyInterface,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { RdbmsSchemaBuilder } from 'typeorm/schema-builder/RdbmsSchemaBuilder';
import { configureSchema, EntitySchemaBuilder, Reference } from '../../src';
import { snakeCase } from '../sample/naming-strategy';
import { emptyDatabase, type TestDatabase } from '../databases';
import { Animal, Dog, KENNEL, Person } from './entities/kennel';

/** What the skeleton of many projects does to the names of columns. */
class SnakeCase extends DefaultNamingStrategy {
  override columnName(property: string, given: string | undefined, prefixes: string[]): string {
    return snakeCase([...prefixes, given ?? property].join('_'));
  }

  override joinColumnName(relation: string, referencedColumn: string): string {
    return snakeCase(`${relation}_${referencedColumn}`);
  }
}

function dataSourceAt(
  url: string,
  namingStrategy: NamingStrategyInterface,
  entities: (() => void)[] = KENNEL as never,
) {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities,
    namingStrategy,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    poolSize: 1,
  });
  dataSource.driver.createSchemaBuilder = () => new EntitySchemaBuilder(dataSource);
  return dataSource;
}

const address = { zipCode: '1010', homeCountry: 'at' };
const person = {
  fullName: "O'Hara",
  home: address,
  work: address,
  contact: { mailBox: 'ann' },
  nickNames: ['Ann'],
};

describe.each([
  ["TypeORM's own names", new DefaultNamingStrategy(), (name: string) => name],
  ['names in snake case', new SnakeCase(), snakeCase],
])('with %s', (_, namingStrategy, named) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let keeperId: string;

  beforeAll(async () => {
    database = await emptyDatabase();
    dataSource = await dataSourceAt(database.url, namingStrategy).initialize();
    await dataSource.synchronize();
    const keeper = Object.assign(new Person(), structuredClone(person));
    keeperId = (await dataSource.manager.save(keeper)).id;
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database.close();
  });

  /** The CHECK that refuses a change of the person's row; undefined: none. */
  async function refusal(table: string, column: string, value: string): Promise<string | undefined> {
    try {
      await dataSource.query(`UPDATE "${table}" SET "${column}" = ${value}`);
      return undefined;
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return code === '23514' ? 'CHECK' : `${code} ${message}`;
    }
  }

  const prefixed = (prefix: string, property: string): string =>
    namingStrategy.columnName(property, undefined as never, [prefix]);

  test('nothing is left to do afterwards, neither for us nor for TypeORM itself', async () => {
    expect((await new EntitySchemaBuilder(dataSource).log()).upQueries).toEqual([]);
    expect((await new RdbmsSchemaBuilder(dataSource).log()).upQueries).toEqual([]);
  });

  test.each([
    ['an enumeration of a base class', 'keptState', "'lost'"],
    ['a text that is too short', 'fullName', "'a'"],
    ['a text that is too long', 'fullName', "'abcdefghij'"],
    ['a text of another form', 'fullName', "'no 1'"],
    ['an empty list', 'nickNames', "'{}'"],
    ['a list that is too long', 'nickNames', "'{a,b,c,d}'"],
    ['a number below its bounds', 'trustLevel', '-2'],
    ['a number above its bounds', 'trustLevel', '2'],
    ['a double below its bound', 'creditLimit', '-0.1'],
  ])('PostgreSQL refuses %s', async (_what, property, value) => {
    expect(await refusal('persons', named(property), value)).toBe('CHECK');
  });

  test.each([
    ['home', 'zipCode', "'10100'"],
    ['home', 'homeCountry', "'ch'"],
    ['home', 'houseNumber', '0'],
    ['office', 'zipCode', "'x'"],
    ['office', 'homeCountry', "''"],
  ])('PostgreSQL refuses what the class embedded as %s does not take: %s = %s', async (prefix, property, value) => {
    expect(await refusal('persons', prefixed(prefix, property), value)).toBe('CHECK');
  });

  test('PostgreSQL refuses null where the column does not take it, and takes it elsewhere', async () => {
    expect(await refusal('persons', named('fullName'), 'NULL')).toMatch(/^23502/);
    expect(await refusal('persons', named('keptUntil'), 'NULL')).toBeUndefined();
    expect(await refusal('persons', prefixed('home', 'houseNumber'), 'NULL')).toBeUndefined();
  });

  test('PostgreSQL holds the text to its length, and the unique to be one', async () => {
    expect(await refusal('persons', prefixed('contact', 'mailBox'), "repeat('a', 21)")).toMatch(/^22001/);
    await expect(dataSource.getRepository(Person).insert(structuredClone(person) as never)).rejects.toThrow(/unique/);
  });

  test('defaults are the database’s', async () => {
    expect(await dataSource.getRepository(Person).findOneByOrFail({ id: keeperId })).toMatchObject({
      keptState: 'new',
      isMember: false,
      cardData: {},
      pastVisits: [],
      trustLevel: 0,
      creditLimit: 0.5,
      contact: { calledAt: expect.any(Date) as Date },
    });
  });

  test('a column that is not selected is read when it is asked for', async () => {
    const repository = dataSource.getRepository(Person);
    expect(await repository.findOneBy({ id: keeperId })).not.toHaveProperty('badgeId');
    expect(await repository.findOne({ where: { id: keeperId }, select: { id: true, badgeId: true } })).toHaveProperty(
      'badgeId',
    );
  });

  test('children of a table have the rules of their parent and their own', async () => {
    await dataSource.getRepository(Dog).save({ callName: 'Rex', keeperId, barkLoudness: 3 } as Dog);
    expect(await refusal('animals', named('barkLoudness'), '10')).toBe('CHECK');
    expect(await refusal('animals', named('furColour'), "'green'")).toBe('CHECK');
    expect(await refusal('animals', named('furColour'), "'fox''s red'")).toBeUndefined();
    expect(await refusal('animals', named('callName'), "'R'")).toBe('CHECK');
    expect(await refusal('animals', named('keptState'), "'lost'")).toBe('CHECK');
  });

  test('a reference is a relation and a key', async () => {
    const dog = await dataSource.getRepository(Dog).findOneOrFail({ where: { keeperId }, relations: { keeper: true } });
    expect(dog.keeper.id).toBe(dog.keeperId);
    const keeper = await dataSource
      .getRepository(Person)
      .findOne({ where: { id: keeperId }, relations: { animals: true } });
    expect(keeper?.animals.map(({ id }) => id)).toEqual([dog.id]);
    await expect(
      dataSource.getRepository(Animal).insert({ callName: 'Tom', keeperId: '00000000-0000-4000-8000-000000000000' }),
    ).rejects.toMatchObject({ code: '23503' });
  });

  test('ON DELETE is as the reference says, in an embedded class, too', async () => {
    const people = dataSource.getRepository(Person);
    const other = { ...structuredClone(person), fullName: 'deputy' } as never as Person;
    const { id } = await people.save(other);
    await people.update(keeperId, { contact: { deputyId: id } });
    await people.delete(id);
    expect((await people.findOneByOrFail({ id: keeperId })).contact.deputyId).toBeNull();
  });

  test('the indexes are there, each once', async () => {
    const rows: { definition: string }[] = await dataSource.query(
      `SELECT regexp_replace(indexdef, '^.* ON public\\.', '') AS definition FROM pg_indexes
       WHERE schemaname = 'public' AND indexdef NOT LIKE 'CREATE UNIQUE%'`,
    );
    const of = (table: string, ...keys: string[]): string => `${table} USING btree (${keys.join(', ')})`;
    const quoted = (name: string): string => (name === name.toLowerCase() ? name : `"${name}"`);
    expect(rows.map(({ definition }) => definition).sort()).toEqual(
      [
        of('animals', quoted(named('barkLoudness'))),
        of('animals', quoted(named('callName'))),
        of('animals', quoted(named('keeperId'))),
        of('animals', 'species'),
        of('animals', quoted(named('keptState'))),
        of('persons', quoted(named('badgeId'))),
        of('persons', quoted(named('isMember'))),
        of('persons', quoted(named('keptState'))),
        of('persons', quoted(prefixed('contact', 'deputyId'))),
        of('persons', quoted(prefixed('contact', 'mailBox')), `${quoted(prefixed('contact', 'calledAt'))} DESC`),
        of('persons', quoted(prefixed('home', 'homeCountry')), quoted(prefixed('home', 'zipCode'))),
        of('persons', quoted(prefixed('home', 'zipCode'))),
        of('persons', quoted(prefixed('office', 'homeCountry')), quoted(prefixed('office', 'zipCode'))),
      ].sort(),
    );
  });

  test('a key is of the type of the one that it refers to, under the name that is given', async () => {
    const rows: { name: string; type: string }[] = await dataSource.query(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = 'litters'::regclass AND attnum > 0 ORDER BY attnum`,
    );
    expect(rows.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'id integer',
      `${named('originId')} integer`,
      'kind_of integer',
    ]);
  });
});

test('doc comments of base classes, embedded classes and references are those of their columns', async () => {
  const database = await emptyDatabase();
  const dataSource = dataSourceAt(database.url, new SnakeCase());
  await configureSchema(dataSource, { entities: join(__dirname, 'entities') }).initialize();
  await dataSource.synchronize();
  const rows: { name: string; comment: string }[] = await dataSource.query(
    `SELECT attname AS name, col_description(attrelid, attnum) AS comment FROM pg_attribute
     WHERE attrelid IN ('persons'::regclass, 'animals'::regclass) AND col_description(attrelid, attnum) IS NOT NULL`,
  );
  expect(Object.fromEntries(rows.map(({ name, comment }) => [name, comment]))).toEqual({
    kept_state: 'How well it is known.',
    kept_until: 'Until when it is kept; null: for ever.',
    full_name: 'What they are called.',
    keeper_id: 'Who keeps it.',
    home_zip_code: 'Four digits.',
    office_zip_code: 'Four digits.',
    contact_deputy_id: 'Who stands in for them.',
  });
  await dataSource.destroy();
  await database.close();
});

describe('a reference whose key has another name than TypeORM expects', () => {
  @Entity('parents')
  class Parent {
    @PrimaryColumn({ type: 'uuid' }) uid: string;
  }
  @Entity('children')
  class Child {
    @PrimaryColumn({ type: 'uuid' }) uid: string;
    @Reference(() => Parent) parent: Relation<Parent>;
    parentId: string;
  }

  test('is refused, with the remedy', async () => {
    const database = await emptyDatabase();
    const dataSource = dataSourceAt(database.url, new DefaultNamingStrategy(), [Parent, Child] as never);
    await expect(dataSource.initialize()).rejects.toThrow(
      'Child.parentId: its column is called "parentId", the join column of "parent" "parentUid". ' +
        "Give both one name: @Reference(…, { name: 'parentUid' }).",
    );
    await database.close();
  });
});
