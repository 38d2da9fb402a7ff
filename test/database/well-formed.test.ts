import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Column, type DataSource, Entity, Unique } from 'typeorm';
import { PrimaryKey } from '../../src/entities/columns';
import { wellFormedJson } from '../../src/database/well-formed';
import { databaseOf, type TestDatabase } from '../databases';

@Entity('people')
@Unique(['handle'])
class Person {
  @PrimaryKey()
  id: string;

  @Column({ type: 'text' })
  handle: string;

  @Column({ type: 'text', nullable: true })
  displayName: string | null;

  @Column({ type: 'text', array: true, default: [] })
  tags: string[];

  @Column({ type: 'jsonb', default: [] })
  history: object[];
}

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await databaseOf(Person);
  dataSource = await database.dataSource();
});

afterAll(() => database.close());

/** Any text that JavaScript has: of any code units, mostly of those that are refused or look like it. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('\0', '\ud83d', '\ude00', '😀', '\\', '\\u0000', '\\ud83d', 'u0000', '"', '\ufffd'),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const json = fc.object({
  key: text,
  values: [text, fc.integer(), fc.boolean(), fc.constant(null)],
  maxDepth: 3,
  maxKeys: 4,
});

type Values = Pick<Person, 'displayName' | 'tags' | 'history'>;

const written: fc.Arbitrary<Values> = fc.record({
  displayName: text,
  tags: fc.array(text, { maxLength: 3 }),
  history: fc.array(json, { maxLength: 3 }),
});

/** What is to be stored, said in another way than the code does. */
function expected(value: unknown): unknown {
  if (typeof value === 'string') {
    const characters = Array.from(value, (one) => (/^[\0\ud800-\udfff]$/.test(one) ? '\ufffd' : one));
    return characters.join('');
  }
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [expected(key), expected(one)]));
}

function person(): Pick<Person, 'handle'> {
  return { handle: randomUUID() };
}

describe('any text', () => {
  it('is stored as a parameter of SQL: as text, in lists of any depth, in JSON', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { minLength: 1, maxLength: 3 }), json, async (one, list, object) => {
        const [row] = await dataSource.query<unknown[]>(
          `SELECT $1::text AS one, $2::text[] AS list, $3::text[][] AS lists, $4::jsonb AS object, $5::jsonb[] AS objects,
             $6::jsonb AS prepared`,
          [one, list, [list, list], object, [object, object], wellFormedJson([object])],
        );
        const sent = { one, list, lists: [list, list], object, objects: [object, object], prepared: [object] };
        expect(row).toEqual(expected(sent));
      }),
    );
  });

  it.each<[string, (values: Values) => Promise<Partial<Person>>]>([
    ['save', (values) => dataSource.manager.save(Person, { ...person(), ...values })],
    [
      'save of what is there',
      async (values) => {
        const saved = await dataSource.manager.save(Person, person());
        return dataSource.manager.save(Person, Object.assign(saved, values));
      },
    ],
    [
      'insert',
      async (values) => {
        const { identifiers } = await dataSource.manager.insert(Person, { ...person(), ...values });
        return identifiers[0];
      },
    ],
    [
      'update',
      async (values) => {
        const { id } = await dataSource.manager.save(Person, person());
        await dataSource.manager.update(Person, id, values);
        return { id };
      },
    ],
    [
      'upsert',
      async (values) => {
        const saved = await dataSource.manager.save(Person, person());
        await dataSource.manager.upsert(Person, { handle: saved.handle, ...values }, ['handle']);
        return { id: saved.id };
      },
    ],
    [
      'a query builder',
      async (values) => {
        const builder = dataSource.manager.createQueryBuilder().insert().into(Person);
        const { identifiers } = await builder.values({ ...person(), ...values }).execute();
        return identifiers[0];
      },
    ],
  ])('is stored by %s, which says what is stored', async (_, write) => {
    await fc.assert(
      fc.asyncProperty(written, async (values) => {
        const { id, ...told } = await write(structuredClone(values));
        const stored = await dataSource.manager.findOneByOrFail(Person, { id });
        expect(stored).toMatchObject(expected(values) as Partial<Person>);
        expect(stored).toMatchObject(told);
      }),
      { numRuns: 30 },
    );
  });

  it('finds what was stored of it', async () => {
    const displayName = '😀'.slice(1);
    const { id } = await dataSource.manager.save(Person, { ...person(), displayName });
    expect(await dataSource.manager.findOneBy(Person, { id, displayName })).toMatchObject({ displayName: '\ufffd' });
  });
});

it('leaves all that is well-formed as it is, and what holds no text', async () => {
  const list = ['😀', '\\u0000', '\\\\ud83d'];
  const parameters = [
    '\\u0000',
    list,
    { a: '\\\\u0000', '\\ud83d': '😀' },
    new Date(0),
    Buffer.from([0]),
    1n,
    [1n],
    null,
  ];
  const sent = [...parameters];
  const [row] = await dataSource.query<Record<string, unknown>[]>(
    `SELECT $1::text AS a, $2::text[] AS b, $3::jsonb AS c, $4::timestamptz AS d, $5::bytea AS e, $6::bigint AS f,
       $7::bigint[] AS g, $8::text AS h`,
    sent,
  );
  expect(Object.values(row)).toEqual([...parameters.slice(0, 5), '1', ['1'], null]);
  for (const [index, parameter] of sent.entries()) expect(parameter).toBe(parameters[index]);
});
