import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { type Factory, defineFactory, oneIn, perParent, perScale } from '../../src/shape/factory';
import { compileTables, type Table } from '../../src/rows/table';
import { metadataOf } from '../metadata';
import { Box, REFERENCE_DATE, Shelf } from './shelves';

describe('an entity is refused before the first row:', () => {
  function compiled(entities: (new () => object)[], factories: Factory[] = []): Promise<Table[]> {
    return metadataOf(entities).then((metadata) =>
      compileTables(metadata, factories, { seed: 1, referenceDate: REFERENCE_DATE }),
    );
  }

  it('of a type that nobody can write', async () => {
    @Entity('maps')
    class Map {
      @PrimaryGeneratedColumn('uuid')
      id: string;

      @Column({ type: 'point' })
      place: string;
    }
    await expect(compiled([Map])).rejects.toThrow('maps.place: columns of type point are not supported.');
  });

  it('with a key that is no UUID', async () => {
    @Entity('countries')
    class Country {
      @PrimaryColumn({ type: 'text' })
      code: string;
    }
    await expect(compiled([Country])).rejects.toThrow(
      "countries can't be filled: the seeder needs a primary key of one generated uuid column, or the foreign key to its parent; countries has code (text).",
    );
  });

  it('with a key that is another row’s, unless it is made per that row', async () => {
    @Entity('stickers')
    class Sticker {
      @PrimaryColumn({ type: 'uuid' })
      shelfId: string;
    }
    await expect(compiled([Sticker])).rejects.toThrow(
      "stickers can't be filled: the seeder needs a primary key of one generated uuid column",
    );

    @Entity('labels')
    class Label {
      @PrimaryColumn({ type: 'uuid' })
      shelfId: string;

      @ManyToOne(() => Shelf, { nullable: false })
      @JoinColumn({ name: 'shelf_id' })
      shelf: Relation<Shelf>;
    }
    const perScales = [defineFactory(Label, perScale(3), {})];
    await expect(compiled([Shelf, Box, Label], perScales)).rejects.toThrow(
      "labels can't be filled: the seeder needs a primary key",
    );
    const [, , one] = await compiled([Shelf, Box, Label]);
    expect([one.name, one.rows(2)]).toEqual(['labels', 20]);
    const tables = await compiled([Shelf, Box, Label], [defineFactory(Label, perParent('shelf', oneIn(3)), {})]);
    const [shelves, labels] = ['shelves', 'labels'].map((name) => tables.find((table) => table.name === name)!);
    expect(labels.origin(labels.row(2).shelfId as string)).toEqual({ seed: 1, index: 2 });
    expect(labels.row(2).shelfId).toBe(shelves.row(6).id);
    expect(labels.origin(shelves.row(5).id as string)).toBeUndefined();
  });

  it('that refers to one that refers to it', async () => {
    @Entity('hens')
    class Hen {
      @PrimaryGeneratedColumn('uuid')
      id: string;

      @ManyToOne(() => Egg)
      @JoinColumn({ name: 'egg_id' })
      egg: Relation<Egg> | null;
    }
    @Entity('eggs')
    class Egg {
      @PrimaryGeneratedColumn('uuid')
      id: string;

      @ManyToOne(() => Hen)
      @JoinColumn({ name: 'hen_id' })
      hen: Relation<Hen> | null;
    }
    await expect(compiled([Hen, Egg])).rejects.toThrow(
      'These tables refer to each other in a circle, so none can be filled first: eggs → hens → eggs.',
    );
  });
});
