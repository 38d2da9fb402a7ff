import { SnakeCase } from '../sample/naming-strategy';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  Contains,
  IsAlphanumeric,
  IsArray,
  IsEmail,
  IsHash,
  IsHexColor,
  IsIn,
  IsInt,
  IsIP,
  IsISO31661Alpha2,
  IsISO8601,
  IsJSON,
  IsLocale,
  IsLowercase,
  IsMACAddress,
  IsMilitaryTime,
  IsMimeType,
  IsMongoId,
  IsNotIn,
  IsNumberString,
  IsObject,
  IsOptional,
  IsPhoneNumber,
  IsPositive,
  IsSemVer,
  IsTimeZone,
  IsUppercase,
  IsUrl,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxDate,
  MaxLength,
  Min,
  MinDate,
  MinLength,
  validateSync,
  ValidateIf,
} from 'class-validator';
import {
  Check,
  Column,
  type ColumnOptions,
  DataSource,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm';
import { Enumeration } from '@entity-backend/schema';
import { checkTables } from '../../src/rows/trial';
import { type Factory, defineFactory, perParent, perScale } from '../../src/shape/factory';
import { compileTables, type Table } from '../../src/rows/table';
import { emptyDatabase, type TestDatabase } from '../databases';

const BASIS = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };
const ROWS = 200;

type EntityClass = new () => object;

let database: TestDatabase;

beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(() => database.close());

/** A table with a key and the columns that the decorators declare. */
function entityOf(
  name: string,
  columns: Record<string, PropertyDecorator[]>,
  decorators: ClassDecorator[] = [],
): EntityClass {
  const Made = { [name]: class {} }[name];
  PrimaryGeneratedColumn('uuid')(Made.prototype, 'id');
  for (const [property, list] of Object.entries(columns)) {
    for (const decorate of list) decorate(Made.prototype, property);
  }
  for (const decorate of decorators) decorate(Made);
  Entity(name)(Made);
  return Made;
}

/** Fills tables of their own with so many rows each, checked by class-validator and by PostgreSQL. */
async function fill(entities: EntityClass[], factories: Factory[] = [], rows = ROWS): Promise<Table[]> {
  const source = new DataSource({
    type: 'postgres',
    url: database.url,
    entities,
    namingStrategy: new SnakeCase(),
    synchronize: true,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    poolSize: 1,
  });
  await source.initialize();
  try {
    const counts = entities
      .filter((entity) => !factories.some((one) => one.entity === entity))
      .map((entity) => defineFactory(entity, perScale(rows), {}));
    const tables = compileTables(source.entityMetadatas, [...factories, ...counts], BASIS);
    const sizes = new Map(tables.map((table) => [table, table.rows(1)]));
    checkTables(sizes);
    for (const [table, size] of sizes) {
      const made = Array.from({ length: size }, (_, index) => {
        const row = table.row(index);
        const entity = new (table.shape.entity.target as EntityClass)();
        return Object.assign(
          entity,
          Object.fromEntries(table.columns.map(({ property }) => [property, row[property]])),
        );
      });
      expect(made.flatMap((entity) => validateSync(entity, { forbidUnknownValues: false }).map(String))).toEqual([]);
      for (let from = 0; from < size; from += 100) {
        await source.getRepository(table.shape.entity.target).insert(made.slice(from, from + 100));
      }
    }
    return tables;
  } finally {
    await source.dropDatabase();
    await source.destroy();
  }
}

const text: ColumnOptions = { type: 'text' };

/** What a column is, and what its rules are. */
const CASES: Record<string, PropertyDecorator[]> = {
  'an enumeration': [Enumeration(['a', "b'c"]) as PropertyDecorator],
  'an enumeration with a default': [Enumeration(['a', 'b'], { default: 'b' }) as PropertyDecorator],
  'a short text': [Column({ type: 'varchar', length: 3 })],
  'a list': [Column(text), Check(`"value" IN ('one', 'two', 'it''s')`)],
  'a list of numbers': [Column('integer'), Check(`"value" IN (2, 3, -5)`)],
  'a list as PostgreSQL writes it': [Column(text), Check(`("value" = ANY (ARRAY['a'::text, 'b'::text]))`)],
  'a range': [Column('integer'), Check('"value" BETWEEN -3 AND 3')],
  'a range, half open': [Column('double precision'), Check('"value" > 0 AND "value" < 0.001')],
  'a range, the other way round': [Column('smallint'), Check('30000 <= "value"')],
  'a range of a numeric': [
    Column({ type: 'numeric', precision: 6, scale: 2 }),
    Check('"value" >= 9.95 AND "value" <= 10'),
  ],
  'a range of moments': [Column('timestamptz'), Check(`"value" BETWEEN '2020-01-01' AND '2020-01-31T00:00:00Z'`)],
  'a range of days': [Column('date'), Check(`value > '2030-01-01'::date`)],
  'a length': [Column(text), Check('char_length("value") BETWEEN 30 AND 32')],
  'an exact length': [Column({ type: 'varchar', length: 12 }), Check('length("value") = 2')],
  'not empty': [Column(text), Check(`"value" <> ''`)],
  'not blank': [Column(text), Check(`length(trim("value")) > 0`)],
  'not blank, by btrim': [Column(text), Check(`btrim("value") <> ''`)],
  'so many elements': [Column({ ...text, array: true }), Check('cardinality("value") BETWEEN 3 AND 4')],
  'so many elements, by array_length': [Column('integer', { array: true }), Check('array_length("value", 1) >= 2')],
  'a pattern': [Column(text), Check(`"value" ~ '^[A-Z]{2}-[0-9]+$'`)],
  'a pattern in any case': [Column(text), Check(`"value" ~* '^(yes|no)$'`)],
  'a pattern with a class': [Column(text), Check(`"value" ~ '^[[:alpha:]]+$'`)],
  'not a pattern': [Column(text), Check(`"value" !~ '[aeiou]x'`)],
  'a part of a text': [Column(text), Check(`position('the end' IN "value") > 0`)],
  'lower case': [Column(text), Check(`"value" = lower(btrim("value"))`)],
  'upper case': [Column(text), Check(`upper("value") = "value"`)],
  'null or a list': [Column({ ...text, nullable: true }), Check(`"value" IS NULL OR "value" IN ('a')`)],
  'a check that nobody understands': [Column('integer'), Check(`"value" % 2 IN (0, 1)`)],
  IsIn: [Column(text), IsIn(['x', 'y'])],
  IsNotIn: [Column(text), IsIn(['x', 'y']), IsNotIn(['x'])],
  'Min and Max': [Column('integer'), IsInt(), Min(17), Max(19)],
  IsPositive: [Column('double precision'), IsPositive()],
  Length: [Column(text), Length(50, 60)],
  'MinLength and MaxLength': [Column(text), MinLength(2), MaxLength(2)],
  Matches: [Column(text), Matches(/^[a-f]{3}\d{1,3}$/)],
  'Matches twice': [Column(text), Matches(/^[a-z]+$/), Matches(/^..[xyz]..$/)],
  'Matches by look-ahead': [Column(text), Matches(/^(?!.*forbidden)/)],
  IsEmail: [Column({ type: 'varchar', length: 40 }), IsEmail(), IsLowercase()],
  IsUrl: [Column(text), IsUrl()],
  IsUUID: [Column('uuid'), IsUUID('4')],
  'IsUUID of a text': [Column(text), IsUUID('7')],
  'ArrayMinSize and ArrayUnique': [
    Column({ ...text, array: true }),
    IsArray(),
    ArrayMinSize(3),
    ArrayMaxSize(5),
    ArrayUnique(),
    IsIn(['a', 'b', 'c', 'd'], { each: true }),
  ],
  'each element': [Column({ ...text, array: true }), ArrayMinSize(1), IsEmail({}, { each: true })],
  IsISO8601: [Column(text), IsISO8601({ strict: true })],
  'IsISO8601 of a date': [Column('date'), IsISO8601({ strict: true })],
  IsTimeZone: [Column(text), IsTimeZone()],
  IsHexColor: [Column(text), IsHexColor()],
  IsIP: [Column(text), IsIP()],
  'IsIP of version 6': [Column(text), IsIP(6)],
  IsJSON: [Column(text), IsJSON()],
  IsObject: [Column('jsonb'), IsObject()],
  'IsArray of jsonb': [Column('jsonb'), IsArray(), ArrayMinSize(1)],
  IsAlphanumeric: [Column(text), IsAlphanumeric()],
  IsUppercase: [Column(text), IsUppercase()],
  IsNumberString: [Column(text), IsNumberString()],
  IsLocale: [Column(text), IsLocale()],
  IsISO31661Alpha2: [Column(text), IsISO31661Alpha2()],
  IsMACAddress: [Column(text), IsMACAddress()],
  IsMilitaryTime: [Column(text), IsMilitaryTime()],
  IsMimeType: [Column(text), IsMimeType()],
  IsMongoId: [Column(text), IsMongoId()],
  IsPhoneNumber: [Column(text), IsPhoneNumber()],
  IsSemVer: [Column(text), IsSemVer()],
  IsHash: [Column(text), IsHash('sha256')],
  Contains: [Column(text), Contains('—signed'), Length(20, 40)],
  'MinDate and MaxDate': [Column('timestamptz'), MinDate(new Date('2024-02-01')), MaxDate(new Date('2024-02-03'))],
  'IsOptional, which null passes': [Column({ ...text, nullable: true }), IsOptional(), IsEmail()],
  'null that its rules refuse': [Column({ ...text, nullable: true }), IsEmail()],
  'a condition': [
    Column({ ...text, nullable: true }),
    ValidateIf((row: { id: string }) => row.id !== ''),
    Matches(/^needed/),
  ],
};

it('fills columns by all kinds of rules, of entities that have no factory', async () => {
  const entities = Object.values(CASES).map((decorators, place) => entityOf(`case_${place}`, { value: decorators }));
  const tables = await fill(entities, [], 30);
  const empty = tables.filter((table) => table.rows(1) !== 30);
  expect(empty).toEqual([]);
});

/** A relation to another table by these columns, each with the property that it refers to. */
function refers(entity: EntityClass, to: EntityClass, property: string, columns: Record<string, string>): void {
  ManyToOne(() => to)(entity.prototype as object, property);
  JoinColumn(Object.entries(columns).map(([name, referencedColumnName]) => ({ name, referencedColumnName })))(
    entity.prototype as object,
    property,
  );
}

function valuesOf(tables: readonly Table[], name: string, ...properties: string[]): string[] {
  const table = tables.find((one) => one.name === name)!;
  return Array.from({ length: table.rows(1) }, (_, index) =>
    properties.map((property) => String(table.row(index)[property])).join(' '),
  );
}

describe('relations', () => {
  it('lets all columns of a composite foreign key follow one row, and others that share a column with it', async () => {
    const Owner = entityOf('owners', { name: [Column(text)] });
    const Thread = entityOf('threads', { ownerId: [Column('uuid')] }, [Unique(['id', 'ownerId'])]);
    const Entry = entityOf('entries', { ownerId: [Column('uuid')], threadId: [Column('uuid')] });
    refers(Thread, Owner, 'owner', { owner_id: 'id' });
    refers(Entry, Owner, 'owner', { owner_id: 'id' });
    refers(Entry, Thread, 'thread', { thread_id: 'id', owner_id: 'ownerId' });
    const tables = await fill([Owner, Thread, Entry], [], 40);
    expect(new Set(valuesOf(tables, 'entries', 'threadId')).size).toBeGreaterThan(5);
  });

  it('counts through the pairs of two relations that no two rows may share', async () => {
    const Club = entityOf('clubs', { name: [Column(text)] });
    const Person = entityOf('persons', { name: [Column(text)] });
    const Member = entityOf(
      'members',
      { clubId: [Column('uuid')], role: [Enumeration(['a', 'b']) as PropertyDecorator] },
      [Unique(['clubId', 'role'])],
    );
    refers(Member, Club, 'club', { club_id: 'id' });
    const counts = (members: number): Factory[] => [
      defineFactory(Club, perScale(20), {}),
      defineFactory(Member, perScale(members), {}),
    ];
    const tables = await fill([Club, Person, Member], counts(40), 10);
    expect(new Set(valuesOf(tables, 'members', 'clubId', 'role')).size).toBe(40);
    await expect(fill([Club, Person, Member], counts(41), 10)).rejects.toThrow(
      'members needs 41 distinct (clubId, role), but only 40 exist: add clubs=<n> to --rows.',
    );
  });

  it('counts through the values of the children of one parent', async () => {
    const Book = entityOf('books', { name: [Column(text)] });
    const Page = entityOf(
      'pages',
      { bookId: [Column('uuid')], number: [Column('integer'), Check('"number" BETWEEN 1 AND 5')] },
      [Unique(['bookId', 'number'])],
    );
    refers(Page, Book, 'book', { book_id: 'id' });
    const pages = (pattern: number[]): Factory[] => [defineFactory(Page, perParent('book' as never, pattern), {})];
    await fill([Book, Page], pages([5, 0, 3]), 30);
    await expect(fill([Book, Page], pages([6]), 30)).rejects.toThrow(
      'pages needs 6 distinct (bookId, number) per row of books, but only 5 exist',
    );
  });
});

it.each<[string, PropertyDecorator, PropertyDecorator]>([
  ['moments', Column('timestamptz'), Column('timestamptz')],
  ['days', Column('date'), Column('date')],
  ['whole numbers', Column('integer'), Column('integer')],
  ['small numbers', Column('smallint'), Column('smallint')],
  ['numbers', Column('double precision'), Column('double precision')],
  [
    'numerics',
    Column({ type: 'numeric', precision: 6, scale: 2 }),
    Column({ type: 'numeric', precision: 6, scale: 2 }),
  ],
])('keeps the order of two %s', async (name, first, second) => {
  const table = `spans_of_${name.replace(' ', '_')}`;
  const Span = entityOf(table, { start: [first], finish: [second] }, [Check('"finish" > "start"')]);
  const Loose = entityOf(`${table}_loose`, { finish: [second], start: [first] }, [Check('"start" <= "finish"')]);
  await fill([Span, Loose], [], 50);
});
