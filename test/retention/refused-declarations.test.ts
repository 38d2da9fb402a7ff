import { Column, DataSource, Entity, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { entityMetadatasOf, Retention, UserError } from '@entity-backend/schema';
import { type Archive, archivesOf } from '../../src/retention/archives';

@Entity('parents')
class Parent {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ type: 'timestamptz' })
  at: Date;
}

class Child {
  @PrimaryGeneratedColumn()
  id: number;

  @ManyToOne(() => Parent, { onDelete: 'CASCADE' })
  parent: Relation<Parent> | null;
}

@Entity('first_children')
class First extends Child {}

@Entity('second_children')
class Second extends Child {}

@Entity('grandchildren')
class Grandchild {
  @PrimaryGeneratedColumn()
  id: number;

  @ManyToOne(() => First, { onDelete: 'CASCADE' })
  first: Relation<First> | null;
}

@Entity('forgetful_children')
class Forgetful {
  @PrimaryGeneratedColumn()
  id: number;

  @ManyToOne(() => Parent, { onDelete: 'SET NULL' })
  parent: Relation<Parent> | null;
}

@Entity('twofold_children')
class Twofold extends Child {
  @ManyToOne(() => Parent, { onDelete: 'CASCADE' })
  other: Relation<Parent> | null;
}

describe('at its start, a run refuses', () => {
  type Class = new () => object;

  /** What is made of Parent with that declaration, and of the other entities. */
  async function archived(options: object, ...others: Class[]): Promise<unknown> {
    class Declared extends Parent {}
    Entity('parents')(Declared);
    Retention({ by: 'at', keep: '1 day', archive: 'json', ...options })(Declared);
    return archivesOfEntities(Declared, Parent, ...others);
  }

  async function archivesOfEntities(...entities: Class[]): Promise<Archive[]> {
    const other = new DataSource({ type: 'postgres', entities });
    await entityMetadatasOf(other);
    return archivesOf(other);
  }

  it.each([
    [
      'a child that is not named',
      { with: [() => First] },
      [First, Second],
      /second_children .* Add \(\) => Second to "with"/,
    ],
    ['a child of a child that is not named', { with: [() => First] }, [First, Grandchild], /Add \(\) => Grandchild/],
    [
      'one that is named and stays',
      { with: [() => Forgetful] },
      [Forgetful],
      /no ON DELETE CASCADE .* Take Forgetful out/,
    ],
    ['one that leaves in two ways', { with: [() => Twofold] }, [Twofold], /twofold_children .* in more than one way/],
    ['CSV of more than one table', { archive: 'csv', with: [() => First] }, [First], /CSV .* first_children refer/],
    ['CSV of rows that others forget', { archive: 'csv' }, [Forgetful], /CSV .* forgetful_children refer/],
  ])('%s', async (_, options, others, message) => {
    const refused = expect(archived(options, ...others)).rejects;
    await refused.toThrow(message);
    await expect(archived(options, ...others)).rejects.toThrow(UserError);
    await expect(archived(options, ...others)).rejects.toThrow('@Retention of Declared: ');
  });

  it('a key of two columns', async () => {
    @Entity('pairs')
    @Retention({ by: 'day', keep: '1 day', archive: 'json' })
    class Pair {
      @PrimaryColumn({ type: 'date' })
      day: string;

      @PrimaryColumn({ type: 'integer' })
      place: number;
    }
    await expect(archivesOfEntities(Pair)).rejects.toThrow(
      '@Retention of Pair: the entity needs a primary key of one column.',
    );
  });

  it('nothing that fits', async () => {
    expect(
      await archived({ with: [() => First, () => Grandchild, () => Second] }, First, Second, Grandchild),
    ).toHaveLength(1);
  });
});
