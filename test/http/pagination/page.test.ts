import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { InvalidInputError } from '../../../src/http/errors/domain-errors';
import { decodeCursor, encodeCursor, isoOf, MalformedCursorError } from '../../../src/http/pagination/cursor';
import { MAX_PAGE_SIZE, type Page, pageOf, type PageRequest } from '../../../src/http/pagination/page';
import { databaseOf, type TestDatabase } from '../../databases';
import { Letter } from '../../letter.entity';

const MICROS = fc.bigInt({ min: 0n, max: 253_402_300_799_999_999n });

describe('a cursor', () => {
  it('holds time and id, whatever they are, in 32 characters that a URL takes', () => {
    fc.assert(
      fc.property(MICROS, fc.uuid(), (micros, id) => {
        const cursor = encodeCursor({ micros, id });
        expect(cursor).toMatch(/^[\w-]{32}$/);
        expect(decodeCursor(cursor)).toEqual({ micros, id });
      }),
    );
  });

  it('is refused where it is not one, and otherwise is a time that PostgreSQL reads', () => {
    const text = fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^[\w-]{32}$/));
    fc.assert(
      fc.property(text, (cursor) => {
        try {
          expect(isoOf(decodeCursor(cursor).micros)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedCursorError);
        }
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['too short', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['too long', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['followed by a line', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n'],
    ['before 1970', encodeCursor({ micros: -1n, id: '3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b' })],
    [
      'after the year 9999',
      encodeCursor({ micros: 253_402_300_800_000_000n, id: '3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b' }),
    ],
    ['a list', ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']],
  ])('that is %s is refused', (_, cursor) => {
    expect(() => decodeCursor(cursor as string)).toThrow(MalformedCursorError);
  });
});

describe('a page', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const ownerId = randomUUID();

  beforeAll(async () => {
    database = await databaseOf(Letter);
    dataSource = await database.dataSource();
  });

  afterAll(() => database.close());

  /** Letters of which the nth was made so many microseconds after 2026 began. */
  async function lettersAt(offsets: readonly number[]): Promise<string[]> {
    await dataSource.query('DELETE FROM letters');
    const made = await dataSource.query<{ id: string }[]>(
      `INSERT INTO letters (owner_id, title, created_at)
       SELECT $1, 'Water the plants', timestamptz '2026-01-01Z' + n * interval '1 microsecond' FROM unnest($2::int[]) AS n
       RETURNING id`,
      [ownerId, offsets],
    );
    return made.map(({ id }) => id);
  }

  function page(order: 'ASC' | 'DESC', request: PageRequest): Promise<Page<Letter>> {
    const list = { where: 'owner_id = $1', parameters: [ownerId], by: 'createdAt', order } as const;
    return pageOf(dataSource.manager, Letter, list, request);
  }

  async function walk(order: 'ASC' | 'DESC', limit: number): Promise<string[][]> {
    const pages: string[][] = [];
    let after: string | undefined;
    do {
      const { items, next } = await page(order, { after, limit });
      pages.push(items.map(({ id }) => id));
      after = next ?? undefined;
    } while (after);
    return pages;
  }

  it('after page visits every row exactly once, in order, also where timestamps are a microsecond apart or equal', async () => {
    const offsets = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 12 });
    const order = fc.constantFrom('ASC' as const, 'DESC' as const);
    await fc.assert(
      fc.asyncProperty(offsets, order, fc.integer({ min: 1, max: 5 }), async (made, direction, limit) => {
        const ids = await lettersAt(made);
        const pages = await walk(direction, limit);
        const sorted = ids
          .map((id, index) => `${made[index]} ${id}`)
          .sort()
          .map((key) => key.slice(2));
        expect(pages.flat()).toEqual(direction === 'ASC' ? sorted : sorted.reverse());
        expect(pages.slice(0, -1).every(({ length }) => length === limit)).toBe(true);
        expect(pages).toHaveLength(Math.max(1, Math.ceil(made.length / limit)));
      }),
      { numRuns: 40 },
    );
  });

  it('begins after its cursor where the row of the cursor is gone', async () => {
    const [first, second, third] = await lettersAt([1, 2, 3]);
    const { next } = await page('ASC', { limit: 2 });
    await dataSource.getRepository(Letter).delete(second);
    expect((await page('ASC', { after: next! })).items.map(({ id }) => id)).toEqual([third]);
    expect((await page('ASC', {})).items.map(({ id }) => id)).toEqual([first, third]);
  });

  it('without rows is empty and the last', async () => {
    await lettersAt([]);
    expect(await page('ASC', {})).toEqual({ items: [], next: null });
  });

  it.each([0, -1, 1.5, NaN, Infinity, MAX_PAGE_SIZE + 1, '10; DROP TABLE letters' as unknown as number])(
    'of %p rows is refused',
    async (limit) => {
      await expect(page('ASC', { limit })).rejects.toThrow(InvalidInputError);
    },
  );

  it('after what is no cursor is refused', async () => {
    await expect(page('ASC', { after: 'tomorrow' })).rejects.toThrow(MalformedCursorError);
  });
});
