import { Column, DataSource, Entity, PrimaryGeneratedColumn, TableInheritance, ChildEntity } from 'typeorm';
import { describeRetention, entityMetadatasOf, Retention, retentionOf, UserError } from '../../src';

class Row {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ type: 'timestamptz' })
  sentAt: Date;

  @Column({ type: 'date' })
  day: string;

  @Column()
  text: string;
}

@Entity('retention_letters')
@Retention({ by: 'sentAt', keep: '1 year', archive: 'json', with: [() => Enclosure, () => Stamp, () => Receipt] })
class Letter extends Row {}

@Entity('letter_enclosures')
class Enclosure extends Row {}

@Entity('stamps')
class Stamp extends Row {}

@Entity('letter_delivery_receipts')
class Receipt extends Row {}

type Class = new () => object;

/** What TypeORM makes of classes, without a database. */
async function described(entity: Class, tag?: string, ...others: Class[]): Promise<string | undefined> {
  const dataSource = new DataSource({ type: 'postgres', entities: [entity, ...others] });
  const metadatas = await entityMetadatasOf(dataSource);
  return describeRetention(
    metadatas.find(({ target }) => target === entity)!,
    tag,
  );
}

function declaring(options: object): Class {
  @Entity()
  class Entry extends Row {}
  Retention(options as never)(Entry as never);
  return Entry;
}

describe('@Retention', () => {
  it.each(['1 day', '90 days', '1 month', '18 months', '1 year', '2 years', '9999 days'])(
    'keeps rows %s',
    async (keep) => {
      expect(await described(declaring({ by: 'sentAt', keep, archive: 'csv' }))).toBe(
        `${keep} after sentAt, then archived to CSV and deleted`,
      );
    },
  );

  it.each([
    '',
    '90',
    'days',
    '90 day',
    '1 week',
    '1.5 years',
    '-1 days',
    '0 days',
    '1e3 days',
    '90  days',
    "1 day' --",
  ])("refuses to keep rows '%s', and names the class", (keep) => {
    const declare = (): Class => declaring({ by: 'sentAt', keep, archive: 'csv' });
    expect(declare).toThrow(UserError);
    expect(declare).toThrow(`@Retention of Entry: keep is '${keep}'. Write a whole number of days, months or years`);
  });

  it.each(['text', 'nothing'])('refuses to count by %s, which has no time', async (by) => {
    await expect(described(declaring({ by, keep: '2 years', archive: 'csv' }))).rejects.toThrow(
      `@Retention of Entry: by is '${by}'. Name a property with a date, timestamp or timestamptz column.`,
    );
  });

  it('compiles only with a property of the class, a format, a period and a whole unit', () => {
    // @ts-expect-error -- no such property
    @Retention({ by: 'seenAt', keep: '2 years', archive: 'csv' })
    class Other extends Row {}
    // @ts-expect-error -- no such unit
    Retention({ by: 'day', keep: '1 day', archive: 'csv', per: 'week' })(Other);
    // @ts-expect-error -- no such format
    Retention({ by: 'day', keep: '1 day', archive: 'xml' })(Other);
    // @ts-expect-error -- no such unit
    expect(() => Retention({ by: 'day', keep: '2 weeks', archive: 'csv' })(Other)).toThrow(UserError);
  });

  it('holds for a class that extends another one, unless that has its own', async () => {
    @Entity('retention_notes')
    class Note extends declaring({ by: 'day', keep: '2 years', archive: 'csv', per: 'month' }) {}
    @Entity('retention_memos')
    @Retention({ by: 'day', keep: '3 years', archive: 'json.gz', per: 'year' })
    class Memo extends Note {
      day: string;
    }
    expect(await described(Note)).toBe('2 years, then archived to CSV, a file a month, and deleted');
    expect(await described(Memo)).toBe('3 years, then archived to compressed JSON, a file a year, and deleted');
  });

  it('is for a whole table: a child in it has none', async () => {
    @Entity('retention_events')
    @TableInheritance({ column: { type: 'text', name: 'kind' } })
    @Retention({ by: 'day', keep: '2 years', archive: 'csv', per: 'quarter' })
    class Event extends Row {}
    @ChildEntity()
    class Fair extends Event {}
    @ChildEntity()
    @Retention({ by: 'day', keep: '1 day', archive: 'csv' })
    class Party extends Event {}
    expect(await described(Event, undefined, Fair)).toBe(
      '2 years, then archived to CSV, a file a quarter, and deleted',
    );
    expect(await described(Fair, undefined, Event)).toBeUndefined();
    await expect(described(Party, undefined, Event)).rejects.toThrow('in the table of Event. Move it there.');
  });
});

describe('the description of retention', () => {
  it('names what leaves with a row by the last word of its table', async () => {
    expect(await described(Letter, undefined, Enclosure, Stamp, Receipt)).toBe(
      '1 year after sentAt, then archived to JSON and deleted, with its enclosures, stamps and receipts',
    );
  });

  it('is the tag of the doc comment where an entity declares nothing', async () => {
    expect(await described(Stamp, 'for ever')).toBe('for ever');
    expect(await described(Stamp)).toBeUndefined();
  });

  it('is not said twice', async () => {
    await expect(described(Letter, 'for ever', Enclosure, Stamp, Receipt)).rejects.toThrow(
      'Letter has @Retention, and its doc comment has the tag @retention. Remove the tag',
    );
  });
});

it('gives a job what was declared, and the column', async () => {
  const dataSource = new DataSource({ type: 'postgres', entities: [Letter, Enclosure, Stamp, Receipt] });
  const [metadata] = (await entityMetadatasOf(dataSource)).filter(({ target }) => target === Letter);
  expect(retentionOf(metadata)).toMatchObject({
    by: 'sentAt',
    keep: '1 year',
    archive: 'json',
    column: { databaseName: 'sentAt' },
  });
});
