/** What a new team writes after it has cleared the skeleton: two tables, a factory, a module and a test, by their paths. */
export const LIBRARY: Readonly<Record<string, string>> = {
  'src/entities/library/book.entity.ts': `import { Entity, OneToMany, type Relation } from 'typeorm';
import { Text } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { CreatedAt, PrimaryKey } from '../columns';
import { Loan } from './loan.entity';

/** A book that people may borrow. */
@Entity('books')
@BackendOnly()
export class Book {
  @PrimaryKey() id: string;

  /** The number that is printed on it. */
  @Text({ length: 13, pattern: /^\\d{13}$/, unique: true }) isbn: string;

  /** What it is called, never blank. */
  @Text({ length: 300, pattern: /\\S/ }) title: string;

  @CreatedAt() createdAt: Date;

  @OneToMany(() => Loan, (loan) => loan.book) loans: Relation<Loan>[];
}
`,
  'src/entities/library/loan.entity.ts': `import { Entity, type Relation } from 'typeorm';
import { Moment, Reference, Uuid } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { CreatedAt, PrimaryKey } from '../columns';
import { Book } from './book.entity';

/** That a person has borrowed a book. */
@Entity('loans')
@OwnedBy('readerId', { may: ['SELECT', 'INSERT'] })
export class Loan {
  @PrimaryKey() id: string;

  /** The book. */
  @Reference(() => Book, { inverse: 'loans', onDelete: 'CASCADE' }) book: Relation<Book>;
  bookId: string;

  /** The person who has it. */
  @Uuid({ index: true }) readerId: string;

  /** When it came back; null: it has not. */
  @Moment({ nullable: true }) returnedAt: Date | null;

  @CreatedAt() createdAt: Date;
}
`,
  'src/entities/library/index.ts': `export { Book } from './book.entity';
export { Loan } from './loan.entity';
`,
  'src/entities/index.ts': `import * as audit from './audit';
import * as library from './library';
import * as notes from './notes';

export * from './audit';
export * from './library';
export * from './notes';

/** Every table of the database, domain by domain, as documentation and reports list them. */
export const entities = Object.values({
  ...library,
  ...notes,
  ...audit,
});
`,
  'seeds/factories/library/book.factory.ts': `import { defineFactory, perScale } from '@entity-backend/seeding';
import { Book } from '../../../src/entities';

export const bookFactory = defineFactory(Book, perScale(12), {
  title: ({ index }, random) => \`\${random.pick(['A history of', 'All about', 'Notes on'])} shelf \${index + 1}\`,
});
`,
  'seeds/factories/library/index.ts': `import { bookFactory } from './book.factory';

export const library = [bookFactory] as const;
`,
  'seeds/factories/index.ts': `import type { FactoryInProfiles } from '../profiles';
import { library } from './library';
import { notes } from './notes';

/** The factories with their types: which entity each is of, and which states it declares. */
export const declared = [...library, ...notes] as const;

/** How each table is filled. Their order means nothing: foreign keys decide which comes first. */
export const factories: readonly FactoryInProfiles[] = declared;
`,
  'src/modules/library/violations.ts': `import { ConflictError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class DuplicateBookError extends ConflictError {}

declareViolations('library', { uq_books_isbn: means(DuplicateBookError, 'There is a book of this number already.') });
`,
  'src/modules/library/books.service.ts': `import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { Book } from '../../entities';
import { throwDomainError } from '../../http/errors/violations';

@Injectable()
export class BooksService {
  constructor(@InjectRepository(Book) private readonly books: Repository<Book>) {}

  /** @throws DuplicateBookError */
  add(book: Pick<Book, 'isbn' | 'title'>): Promise<Book> {
    return this.books.save({ ...book }).catch(throwDomainError);
  }

  list(): Promise<Book[]> {
    return this.books.find({ order: { title: 'ASC' } });
  }
}
`,
  'src/modules/library/books.controller.ts': `import { Controller, Get } from '@nestjs/common';
import type { Book } from '../../entities';
import { BooksService } from './books.service';

@Controller('books')
export class BooksController {
  constructor(private readonly books: BooksService) {}

  @Get()
  list(): Promise<Book[]> {
    return this.books.list();
  }
}
`,
  'src/modules/library/library.module.ts': `import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Book } from '../../entities';
import { BooksController } from './books.controller';
import { BooksService } from './books.service';
import './violations';

@Module({
  imports: [TypeOrmModule.forFeature([Book])],
  controllers: [BooksController],
  providers: [BooksService],
})
export class LibraryModule {}
`,
  'src/modules/domains.ts': `import { LibraryModule } from './library/library.module';
import { NotesModule } from './notes/notes.module';

/** The module of each domain. */
export const domains = [LibraryModule, NotesModule];
`,
  'test/modules/library/books.test.ts': `import { migratedDatabase, type TestDatabase } from '../../databases';
import { serve, type Served } from '../../http/served';
import { factory } from '../../../seeds';
import { Book, Loan } from '../../../src/entities';
import { BooksService } from '../../../src/modules/library/books.service';

let database: TestDatabase;
let served: Served;

beforeAll(async () => {
  database = await migratedDatabase();
  served = await serve(await database.dataSource());
});
afterAll(async () => {
  await served.application.close();
  await database.close();
});

it('lists the books, and refuses a second one of a number', async () => {
  const { book } = await factory(Loan).create(await database.dataSource());
  const { body } = (await served.as('').get('/books').expect(200)) as { body: Book[] };
  expect(body).toMatchObject([{ id: book.id }]);
  const again = served.application.get(BooksService, { strict: false }).add({ isbn: book.isbn, title: 'Another' });
  await expect(again).rejects.toMatchObject({ name: 'DuplicateBookError', status: 409 });
});
`,
};
