import fc from 'fast-check';
import { UserError } from '@entity-backend/schema';
import { type SizeOptions, type Sizes, sizesOf } from '../../src/loading/sizes';
import type { Table } from '../../src/rows/table';
import { sampleTables } from '../metadata';

let tables: Table[];

beforeAll(async () => {
  tables = await sampleTables();
});

function table(name: string): Table {
  return tables.find((one) => one.name === name)!;
}

/** The sizes, by name. */
function sizes(options: SizeOptions): Record<string, number> {
  return named(sizesOf(tables, options));
}

function named(found: Sizes): Record<string, number> {
  return Object.fromEntries([...found].map(([table, rows]) => [table.name, rows]));
}

function messageOf(options: SizeOptions, of = tables): string {
  try {
    sizesOf(of, options);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error(`${JSON.stringify(options)} is accepted`);
}

/** What rows of a table refer to that is not among the rows that there are to be. */
function dangling(one: Table, index: number, all: Sizes): string[] {
  const row = one.row(index);
  return one.shape.entity.foreignKeys.flatMap(({ columns, referencedColumns, referencedEntityMetadata }) => {
    const key = row[columns[referencedColumns.findIndex(({ isPrimary }) => isPrimary)].propertyName] as string | null;
    if (key === null) return [];
    const target = tables.find(({ shape }) => shape.entity === referencedEntityMetadata)!;
    const { index: found } = target.origin(key)!;
    return found < all.get(target)! ? [] : [`${one.name} ${index} → ${target.name} ${found}`];
  });
}

/** The numbers of some rows, the last ones among them: these are what refers farthest. */
function sample(rows: number): number[] {
  const step = Math.ceil(rows / 500);
  return Array.from({ length: rows }, (_, index) => index).filter((index) => index % step === 0 || index >= rows - 20);
}

it('is what the scale says, where nothing else is asked for', () => {
  for (const scale of [1, 2, 7, 100]) {
    expect(sizes({ scale })).toEqual(Object.fromEntries(tables.map((table) => [table.name, table.rows(scale)])));
  }
});

it('is exactly what is asked for, and as many of all else as belong to it', () => {
  const posts = table('posts').rows(100);
  expect(sizes({ scale: 1, rows: { posts } })).toMatchObject({
    posts,
    authors: table('authors').rows(100),
    decisions: table('decisions').rows(100),
    experiments: table('experiments').rows(100),
    users: table('users').rows(1),
  });
  expect(sizes({ scale: 1, rows: { posts: 0 } })).toMatchObject({
    posts: 0,
    decisions: 0,
    replies: 0,
    authors: table('authors').rows(1),
  });
});

it('grows the parents of a child that is asked for', () => {
  const { placement } = table('tasks').shape;
  const only = ['tasks'];
  expect(sizes({ scale: 1, only, rows: { tasks: 1000 } })).toEqual({
    users: placement!.parentOf(999) + 1,
    tasks: 1000,
  });
  expect(sizes({ scale: 1, only, rows: { tasks: 1 } })).toEqual({ users: table('users').rows(1), tasks: 1 });
});

it('needs no whole scale', () => {
  const rows = { users: 7, posts: 17, authors: table('authors').rows(1) + 1 };
  const found = sizes({ scale: 1, rows });
  expect(found).toMatchObject(rows);
  expect(found.settings).toBe(table('settings').shape.placement!.childrenBefore(7));
  expect(found.decisions).toBe(table('decisions').shape.placement!.childrenBefore(17));
});

it('with scale 0 is nothing but what is asked for, and what belongs to it', () => {
  const found = sizes({ scale: 0, rows: { tasks: 100 } });
  expect(found).toMatchObject({ tasks: 100, posts: 0, metrics: 0, competitors: 0 });
  expect(found.users).toBe(table('tasks').shape.placement!.parentOf(99) + 1);
  expect(found.settings).toBe(table('settings').shape.placement!.childrenBefore(found.users));
});

it('lets no row refer to one that is not there', () => {
  const names = tables.map(({ name }) => name);
  const options = fc.record({
    scale: fc.integer({ min: 0, max: 4 }),
    rows: fc.dictionary(fc.constantFrom(...names), fc.integer({ min: 0, max: 400 }), { maxKeys: 3 }),
    only: fc.option(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(options, (asked) => {
      let found: Sizes;
      try {
        found = sizesOf(tables, asked);
      } catch (error) {
        // What contradicts itself is refused.
        if (error instanceof UserError) return true;
        throw error;
      }
      for (const [name, rows] of Object.entries(asked.rows)) expect(named(found)[name]).toBe(rows);
      for (const [one, rows] of found) {
        expect(sample(rows).flatMap((index) => dangling(one, index, found))).toEqual([]);
        const { parent } = one;
        if (!parent || one.name in asked.rows) continue;
        const parents = found.get(parent)!;
        expect(rows).toBeGreaterThanOrEqual(one.shape.placement!.childrenBefore(parents));
      }
      return true;
    }),
    { numRuns: 60 },
  );
});

it.each<[string, SizeOptions, string]>([
  [
    'a table that does not exist',
    { scale: 1, rows: { post: 3 } },
    'There is no table post for --rows: did you mean posts?',
  ],
  [
    'one of --only, nearly right',
    { scale: 1, only: ['taks'] },
    'There is no table taks for --only: did you mean tasks?',
  ],
  [
    'a table that --only leaves out',
    { scale: 1, rows: { posts: 3 }, only: ['tasks'] },
    '--rows names posts, but --only leaves it out. Add posts to --only.',
  ],
  [
    'too few rows for those that refer to them',
    { scale: 1, rows: { posts: 4000, authors: 20 } },
    '--rows authors=20 is too few: 4000 rows of posts need 2000. Ask for more authors, or for fewer posts.',
  ],
  [
    'more rows than a factory makes',
    { scale: 1, rows: { metrics: 1_000_000 } },
    "metrics can't have 1000000 rows: its factory makes at most 1080.",
  ],
  [
    'more rows than keys',
    { scale: 1e9 },
    'Scale 1000000000 asks for more than 4294967296 rows in authors. Give a smaller number.',
  ],
])('refuses %s', (_, options, message) => {
  expect(messageOf(options)).toBe(message);
});

it('does not guess what nothing is similar to', () => {
  expect(messageOf({ scale: 1, only: ['nosuch'] })).toMatch(
    /^There is no table nosuch for --only: choose from authors, /,
  );
});
