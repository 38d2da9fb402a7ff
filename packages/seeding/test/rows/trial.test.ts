import { IsIn } from 'class-validator';
import { Check, Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { checkTables } from '../../src/rows/trial';
import { defineFactory, type Fields, perScale } from '../../src/shape/factory';
import { compileTables } from '../../src/rows/table';
import { UserError } from '@entity-backend/schema';
import { metadataOf } from '../metadata';

@Entity('seats')
@Unique(['hall', 'place'])
class Seat {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @IsIn(['left', 'right'])
  @Column({ type: 'text' })
  hall: string;

  @Check('"place" BETWEEN 1 AND 20')
  @Column({ type: 'integer' })
  place: number;

  @Check('char_length("label") >= 2')
  @Column({ type: 'varchar', length: 3, unique: true })
  label: string;
}

/** What is said about a table of so many rows; undefined: nothing. */
async function complaint(fields: Fields<Seat>, rows: number): Promise<string | undefined> {
  const entities = await metadataOf([Seat]);
  try {
    const tables = compileTables(entities, [defineFactory(Seat, perScale(rows), fields)], {
      seed: 1,
      referenceDate: new Date('2026-01-01'),
    });
    checkTables(new Map(tables.map((table) => [table, rows])));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
}

it.each<[string, Fields<Seat>, number, RegExp | undefined]>([
  ['as many rows as there are combinations', {}, 40, undefined],
  [
    'more rows than there are combinations',
    {},
    41,
    /^seats needs 41 distinct \(hall, place\), but only 40 exist: ask for fewer rows\.$/,
  ],
  [
    'more rows than a list has values, whoever makes them',
    { hall: (_, random) => random.pick(['left', 'right']), label: ({ index }) => String(index).padStart(3, '0') },
    41,
    /^seats needs 41 distinct \(hall, place\), but only 40 exist: ask for fewer rows\.$/,
  ],
  [
    'a length too small',
    { hall: 'left', place: ({ index }) => 1 + (index % 20) },
    50_000,
    /^seats needs 50000 distinct \(label\)/,
  ],
  [
    'a fixed value where no two may be the same',
    { label: 'abc' },
    2,
    /^seats needs 2 distinct \(label\), but only 1 exists/,
  ],
  [
    'a fixed value outside a range',
    { place: 21 },
    1,
    /^seats\.place, row 0: 21 violates CHECK \("place" BETWEEN 1 AND 20\)\.$/,
  ],
  ['a fixed value outside a list', { hall: 'middle' }, 1, /^seats\.hall, row 0: "middle" violates isIn/],
  ['a value that is too long', { label: 'abcd' }, 1, /^seats\.label, row 0: "abcd" violates length 3\.$/],
  ['null', { label: null as unknown as string }, 1, /^seats\.label, row 0: null in a column that is NOT NULL\.$/],
  ['a function outside a range', { place: ({ index }) => index }, 3, /^seats\.place, row 0: 0 violates CHECK/],
  [
    'choices outside a list',
    { hall: (_, random) => random.weighted({ left: 9, up: 1 }) },
    30,
    /^seats\.hall, row \d+: "up" violates isIn/,
  ],
  [
    'a function that repeats itself',
    { label: ({ index }) => `no${index % 2}` },
    3,
    /^seats\.label: rows 0 and 2 both have no0/,
  ],
  ['a property that there is not', { lable: 'abc' } as Fields<Seat>, 1, /^seats\.lable: Seat has no such property/],
])('%s', async (_, fields, rows, message) => {
  const said = await complaint(fields, rows);
  if (message) expect(said).toMatch(message);
  else expect(said).toBeUndefined();
});

it('counts one value as one', async () => {
  @Entity('lamps')
  class Lamp {
    @PrimaryGeneratedColumn('uuid')
    id: string;

    @Check(`"colour" IN ('red')`)
    @Column({ type: 'text', unique: true })
    colour: string;
  }
  const basis = { seed: 1, referenceDate: new Date('2026-01-01') };
  const [lamps] = compileTables(await metadataOf([Lamp]), [], basis);
  expect(() => checkTables(new Map([[lamps, 2]]))).toThrow(
    'lamps needs 2 distinct (colour), but only 1 exists: ask for fewer rows.',
  );
});

it.each([0, 15, 64, 32_768, 99_999])('tries row %i of a hundred thousand before the first is sent', async (wrong) => {
  @Entity('chairs')
  class Chair {
    @PrimaryGeneratedColumn('uuid')
    id: string;

    @IsIn(['left', 'right'])
    @Column({ type: 'text' })
    side: string;
  }
  const chair = defineFactory(Chair, perScale(100_000), {
    side: ({ index }) => (index === wrong ? 'middle' : 'left'),
  });
  const basis = { seed: 1, referenceDate: new Date('2026-01-01') };
  const [chairs] = compileTables(await metadataOf([Chair]), [chair], basis);
  expect(() => checkTables(new Map([[chairs, 100_000]]))).toThrow(`chairs.side, row ${wrong}: "middle" violates isIn`);
});
