import {
  Check,
  Column,
  type DataSourceOptions,
  DefaultNamingStrategy,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  type NamingStrategyInterface,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import type { Catalog } from '../../src/catalog/catalog';
import { catalogOfEntities } from '../../src/catalog/entities';
import { databaseOfFile } from '../databases';
import { SampleNamingStrategy } from '../sample/naming-strategy';

const database = databaseOfFile();

function catalogOf(
  entities: (new () => object)[],
  namingStrategy: NamingStrategyInterface = new SampleNamingStrategy(),
): Promise<Catalog> {
  const options: DataSourceOptions = { type: 'postgres', entities, namingStrategy };
  return catalogOfEntities(options, database.url);
}

@Entity('tags')
class Tag {
  @PrimaryColumn('int')
  id: number;
}

@Entity('labels')
class Label {
  @PrimaryColumn('int')
  id: number;
}

/** An entity whose automatic names meet, with its decorators in one order or the other. */
function meeting(reverse: boolean): new () => object {
  @Entity('items')
  class Item {
    @PrimaryColumn('int')
    id: number;

    @Column('int')
    size: number;

    @Column('int')
    kindId: number;

    @ManyToOne(() => Tag, { nullable: false })
    @JoinColumn({ name: 'kind_id' })
    tag: Relation<Tag>;

    @ManyToOne(() => Label, { nullable: false })
    @JoinColumn({ name: 'kind_id' })
    label: Relation<Label>;
  }
  const decorators: ClassDecorator[] = [
    Index(['size'], { where: 'size > 1' }),
    Index(['size'], { where: 'size < 9' }),
    Index('my_own_index', ['size']),
    Check('"size" > 0'),
    Check('"size" < 99'),
    Check('chk_items_kind', '"kind_id" > 0'),
  ];
  for (const decorate of reverse ? decorators.toReversed() : decorators) decorate(Item);
  return Item;
}

function namesOf({ tables }: Catalog): string[] {
  const { constraints, indexes } = tables.find(({ name }) => name === 'items')!;
  return [...constraints, ...indexes].map(({ name }) => name).sort();
}

test('automatic names tell predicate, expression and target apart, whatever the order; given ones stay', async () => {
  const names = namesOf(await catalogOf([Tag, Label, meeting(false)]));
  expect(names).toEqual([
    expect.stringMatching(/^chk_items_kind$/),
    expect.stringMatching(/^chk_items_size_[0-9a-f]{8}$/),
    expect.stringMatching(/^chk_items_size_[0-9a-f]{8}$/),
    'fk_items_kind_id_labels_id',
    'fk_items_kind_id_tags_id',
    expect.stringMatching(/^idx_items_size_[0-9a-f]{8}$/),
    expect.stringMatching(/^idx_items_size_[0-9a-f]{8}$/),
    'my_own_index',
    'pk_items',
  ]);
  expect(new Set(names).size).toBe(names.length);
  expect(namesOf(await catalogOf([Tag, Label, meeting(true)]))).toEqual(names);
});

test("a name that nothing meets is the naming strategy's, TypeORM's own too", async () => {
  @Entity('things')
  @Check('"size" > 0')
  class Thing {
    @PrimaryColumn('int')
    id: number;

    @Index()
    @Column('int')
    size: number;
  }
  const { tables } = await catalogOf([Thing], new DefaultNamingStrategy());
  const strategy = new DefaultNamingStrategy();
  expect(tables[0].indexes[0].name).toBe(strategy.indexName('things', ['size']));
  expect(tables[0].constraints.map(({ name }) => name)).toEqual([
    strategy.primaryKeyName('things', ['id']),
    strategy.checkConstraintName('things', '"size" > 0'),
  ]);
});

test('a long name with its suffix has at most 63 bytes', async () => {
  const table = `t${'é'.repeat(25)}`;
  @Entity(table)
  @Check('"size" > 0')
  @Check('"size" < 9')
  class Long {
    @PrimaryColumn('int')
    id: number;

    @Column('int')
    size: number;
  }
  const { tables } = await catalogOf([Long]);
  const checks = tables[0].constraints.filter(({ kind }) => kind === 'check').map(({ name }) => name);
  expect(new Set(checks).size).toBe(2);
  for (const name of checks) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
});

describe('SQL that names a property in the place of its column is refused with the name', () => {
  const target = (decorate: (entity: new () => object) => void): new () => object => {
    @Entity('sizes')
    class Size {
      @PrimaryColumn('int')
      id: number;

      @Column('int')
      maxSize: number;
    }
    decorate(Size);
    return Size;
  };
  const meant = 'The column of Size.maxSize is called "max_size": use this name in SQL';

  test('a check', async () => {
    await expect(catalogOf([target(Check('"maxSize" > 0'))])).rejects.toThrow(
      `column "maxSize" does not exist. ${meant}`,
    );
  });

  test('an index', async () => {
    await expect(catalogOf([target(Index(['id'], { where: '"maxSize" > 0' }))])).rejects.toThrow(meant);
  });

  test('a generated column', async () => {
    const generated = target((entity) =>
      Column({ type: 'int', asExpression: '"maxSize" + 1', generatedType: 'STORED' })(
        entity.prototype as object,
        'next',
      ),
    );
    await expect(catalogOf([generated])).rejects.toThrow(meant);
  });
});

test('two properties with one column are refused by their names', async () => {
  @Entity('posts')
  class Post {
    @PrimaryColumn('int')
    id: number;

    @Column('int')
    writerId: number;

    @Column({ type: 'int', name: 'writer_id' })
    author: number;
  }
  await expect(catalogOf([Post])).rejects.toThrow(
    'Post: column "writer_id" specified more than once. ' +
      'It is the column of Post.writerId and of Post.author: give one of them another name',
  );
});
