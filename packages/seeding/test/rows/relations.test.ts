import { Check, Column, JoinColumn, ManyToOne, Unique } from 'typeorm';
import { Enumeration } from '@entity-backend/schema';
import { type Factory, defineFactory, perParent, perScale } from '../../src/shape/factory';
import { type Table } from '../../src/rows/table';
import { type EntityClass, entityOf, fill, onEmptyDatabase, text } from './filled';

onEmptyDatabase();

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
