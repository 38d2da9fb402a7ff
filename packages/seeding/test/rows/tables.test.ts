import { UserError } from '@entity-backend/schema';
import { type Factory, defineFactory, perParent, perScale } from '../../src/shape/factory';
import { compileTables, type Table } from '../../src/rows/table';
import { lineOf } from '../../src/rows/written-row';
import { metadataOf } from '../metadata';
import { Box, KINDS, REFERENCE_DATE, Shelf } from './shelves';

async function tablesOf(factories: Factory[] = [], seed = 42): Promise<Record<'shelves' | 'boxes', Table>> {
  const tables = compileTables(await metadataOf([Shelf, Box]), factories, { seed, referenceDate: REFERENCE_DATE });
  return Object.fromEntries(tables.map((table) => [table.name, table])) as Record<'shelves' | 'boxes', Table>;
}

function lines(table: Table, count: number): string[] {
  return Array.from({ length: count }, (_, index) => lineOf(table, index));
}

describe('a table without a factory', () => {
  it('is filled from what its entity says', async () => {
    const { shelves, boxes } = await tablesOf();
    expect(boxes.rows(3)).toBe(30);
    const shelfIds = Array.from({ length: 10 }, (_, index) => shelves.row(index).id);
    for (let index = 0; index < 10; index++) {
      const box = boxes.row(index);
      expect(shelfIds).toContain(box.shelfId);
      expect(box).toMatchObject({ formerShelfId: null, note: null, weight: 7, contents: [] });
      expect(KINDS).toContain(box.kind);
      expect((box.label as string).length).toBeLessThanOrEqual(5);
      expect(Number.isInteger(box.height)).toBe(true);
      expect(box.shape).toHaveLength(3);
      expect((box.createdAt as Date).getTime()).toBeLessThan(REFERENCE_DATE.getTime());
      expect(box.updatedAt).toEqual(box.createdAt);
    }
  });
});

describe('a factory', () => {
  const shelf = defineFactory(Shelf, perScale(4), {
    room: (row, random) => `${random.pick(['attic', 'cellar'])} with ${row.boxes.length}`,
  });
  const box = defineFactory(Box, perParent('shelf', [2, 0, 3]), {
    formerShelf: (_, random, rows) => random.pick(rows(Shelf)),
    label: ({ ordinal }) => `no. ${ordinal}`,
    note: ({ shelf, formerShelf }) => `from ${formerShelf!.room} to ${shelf.room}`,
    weight: 3,
  });

  it('says how many rows there are, and whose', async () => {
    const { shelves, boxes } = await tablesOf([shelf, box]);
    expect(shelves.rows(1)).toBe(4);
    expect(boxes.rows(1)).toBe(7);
    expect(boxes.rows(2)).toBe(2 + 0 + 3 + 2 + 0 + 3 + 2 + 0);
    expect([0, 1, 2, 4, 5].map((index) => boxes.row(index).shelfId)).toEqual(
      [0, 0, 2, 2, 3].map((index) => shelves.row(index).id),
    );
    expect([0, 1, 2, 4].map((index) => boxes.row(index).label)).toEqual(['no. 0', 'no. 1', 'no. 0', 'no. 2']);
    expect(shelves.row(2).room).toMatch(/ with 3$/);
    expect(boxes.row(0)).toMatchObject({ weight: 3, note: expect.stringMatching(/^from .* to .* with 2$/) as string });
  });

  it('makes each row on its own: in any order, at any scale, the same', async () => {
    const forwards = lines((await tablesOf([shelf, box])).boxes, 50);
    const { boxes } = await tablesOf([shelf, box]);
    const backwards = Array.from({ length: 50 }, (_, index) => lineOf(boxes, 49 - index)).reverse();
    expect(backwards).toEqual(forwards);
  });

  it('refers to rows that exist at the smallest scale of its own row', async () => {
    const { shelves, boxes } = await tablesOf([shelf, box]);
    for (const scale of [1, 2, 3, 7]) {
      const shelfIds = Array.from({ length: shelves.rows(scale) }, (_, index) => shelves.row(index).id);
      for (let index = 0; index < boxes.rows(scale); index++) {
        expect(shelfIds).toContain(boxes.row(index).formerShelfId);
      }
    }
  });

  it('makes other rows with another seed', async () => {
    const one = new Set(lines((await tablesOf([shelf, box], 1)).boxes, 50));
    expect(lines((await tablesOf([shelf, box], 2)).boxes, 50).filter((line) => one.has(line))).toEqual([]);
  });

  it('has keys that tell whose the rows are', async () => {
    const { shelves, boxes } = await tablesOf([shelf, box], 5);
    expect(boxes.origin(boxes.row(6).id as string)).toEqual({ seed: 5, index: 6 });
    expect(boxes.origin(shelves.row(6).id as string)).toBeUndefined();
  });
});

describe('an error names table, column and row:', () => {
  async function messageOf(factories: Factory[], use: (tables: Record<'shelves' | 'boxes', Table>) => unknown) {
    const error: unknown = await tablesOf(factories)
      .then(use)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  const line = ({ shelves }: { shelves: Table }): string => lineOf(shelves, 3);

  it('a factory that fails', async () => {
    const failing = defineFactory(Shelf, perScale(4), {
      room: () => {
        throw new Error('no room');
      },
    });
    expect(await messageOf([failing], line)).toBe('shelves.room, row 3: no room.');
  });

  it('a factory that makes nothing', async () => {
    const nothing = defineFactory(Shelf, perScale(4), { room: () => undefined as unknown as string });
    expect(await messageOf([nothing], line)).toBe('shelves.room, row 3: its factory makes no value.');
  });

  it('what the column can’t hold', async () => {
    const wrong = defineFactory(Shelf, perScale(4), { room: 'a\0b' });
    expect(await messageOf([wrong], line)).toBe(
      'shelves.room, row 3: PostgreSQL stores no text with a NUL character (code 0).',
    );
  });

  it('a column that depends on itself', async () => {
    const circular = defineFactory(Shelf, perScale(4), { room: (row) => `${row.room}!` });
    expect(await messageOf([circular], line)).toBe('shelves.room, row 3: it depends on itself.');
  });

  it('children that are not made per parent', async () => {
    const curious = defineFactory(Shelf, perScale(4), { room: (row) => String(row.formerBoxes.length) });
    const made = defineFactory(Box, perParent('shelf', [1]), {});
    expect(await messageOf([curious, made], line)).toBe(
      'shelves.formerBoxes, row 3: boxes are not made per row of shelves, so the ones that belong to a row are not known.',
    );
  });

  it('a parent that is none', async () => {
    const lost = defineFactory(Shelf, perParent('boxes', [1]), {});
    expect(await messageOf([lost], () => undefined)).toBe(
      'shelves.boxes: perParent needs a relation that this table has the foreign key of.',
    );
  });
});
