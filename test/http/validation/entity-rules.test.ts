import { randomUUID } from 'node:crypto';
import { IsDate, IsUUID, Matches } from 'class-validator';
import {
  Column,
  DataSource,
  type DeepPartial,
  Entity,
  JoinColumn,
  ManyToOne,
  type ObjectLiteral,
  OneToMany,
  type Relation,
} from 'typeorm';
import { AuditLog } from '../../../src/entities';
import { Text } from '@entity-backend/schema';
import { PrimaryKey } from '../../../src/entities/columns';
import { BrokenRulesError } from '../../../src/http/validation/broken-rules';
import { databaseOf, type TestDatabase } from '../../databases';
import { Letter } from '../../letter.entity';
import { moduleOn } from '../../module-on';

@Entity('accounts')
class Account {
  @PrimaryKey()
  id: string;

  @Matches(/^\$2b\$/)
  @Column({ type: 'text' })
  passwordHash: string;

  @IsDate()
  @Column({ type: 'timestamptz' })
  expiresAt: Date;
}

@Entity('daily_metrics')
class DailyMetric {
  @PrimaryKey()
  id: string;

  @Matches(/^\d{4}-\d{2}-\d{2}$/)
  @Column({ type: 'date' })
  date: string;
}

@Entity('folders')
class Folder {
  @PrimaryKey()
  id: string;

  @OneToMany(() => Sheet, (sheet) => sheet.folder, { cascade: ['insert'] })
  sheets: Relation<Sheet>[];
}

@Entity('sheets')
class Sheet {
  @PrimaryKey()
  id: string;

  @IsUUID()
  @Column({ type: 'uuid' })
  folderId: string;

  @ManyToOne(() => Folder, (folder) => folder.sheets, { nullable: false })
  @JoinColumn({ name: 'folder_id' })
  folder: Relation<Folder>;

  @Text({ pattern: /\S/ }) content: string;
}

let database: TestDatabase;
let dataSource: DataSource;
const ownerId = randomUUID();

beforeAll(async () => {
  database = await databaseOf(Letter, Account, DailyMetric, Folder, Sheet, AuditLog);
  const module = await moduleOn(database);
  dataSource = module.get(DataSource);
});
afterAll(() => database.close());

const HASH = 'hunter2-in-clear-text';

describe('a new row', () => {
  it.each<[string, new () => ObjectLiteral, ObjectLiteral]>([
    ['Invalid letter: title must not be blank (got text of 1 characters).', Letter, { title: ' ' }],
    [
      'title must be shorter than or equal to 255 characters (got text of 300 characters)',
      Letter,
      { title: 'a'.repeat(300) },
    ],
    ['title must not be blank (got nothing)', Letter, {}],
    ['answered must be a boolean value (got null)', Letter, { title: 'x', answered: null }],
    ['passwordHash must match', Account, { expiresAt: new Date(), passwordHash: HASH }],
    ['Invalid daily metric: ', DailyMetric, { date: new Date() }],
    ['Invalid account: ', Account, { expiresAt: new Date('never'), passwordHash: '$2b$12$abc' }],
  ])('%s', async (message, entity, values) => {
    const repository = dataSource.getRepository(entity);
    const row = { ...values, ...(entity === Letter && { ownerId }) };
    for (const write of [
      () => repository.save(row as DeepPartial<ObjectLiteral>),
      () => repository.save(repository.create(row)),
      () => repository.insert(row),
      () => repository.createQueryBuilder().insert().values(row).execute(),
    ]) {
      const error: unknown = await write().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BrokenRulesError);
      expect((error as Error).message).toContain(message);
      expect((error as Error).message).not.toContain(HASH);
      expect(error).toMatchObject({ status: 400 });
    }
  });

  it('may take its keys from the rows that are saved with it', async () => {
    const folder = await dataSource.getRepository(Folder).save({ sheets: [{ content: 'Hello' }] });
    const sheets = dataSource.getRepository(Sheet);
    expect(await sheets.countBy({ folderId: folder.id })).toBe(1);
    const sheet = await sheets.save({ folder, content: 'Another' });
    expect(sheet.folder).toBe(folder);
  });

  it('may be SQL in part', async () => {
    const row = { ownerId, title: () => "'made of SQL'" };
    await dataSource.createQueryBuilder().insert().into(Letter).values(row).execute();
    expect(await dataSource.getRepository(Letter).countBy({ title: 'made of SQL' })).toBe(1);
  });
});

describe('a changed row', () => {
  let letter: Letter;
  beforeEach(async () => {
    letter = await dataSource.getRepository(Letter).save({ ownerId, title: 'Water the plants' });
  });

  it('is held to the rules in what is given', async () => {
    const letters = dataSource.getRepository(Letter);
    await expect(letters.save({ id: letter.id, title: '' })).rejects.toThrow(BrokenRulesError);
    await expect(letters.save(Object.assign(letter, { title: '' }))).rejects.toThrow(BrokenRulesError);
    await expect(letters.update(letter.id, { title: '' })).rejects.toThrow(BrokenRulesError);
    expect(await letters.findOneByOrFail({ id: letter.id })).toMatchObject({ title: 'Water the plants' });
  });

  it('needs no more than is given', async () => {
    const letters = dataSource.getRepository(Letter);
    await letters.save({ id: letter.id, answered: true });
    await letters.update(letter.id, { content: 'All of them', answered: () => 'NOT answered' });
    expect(await letters.findOneByOrFail({ id: letter.id })).toMatchObject({
      content: 'All of them',
      answered: false,
    });
  });
});

it('leaves SQL to the database', async () => {
  await expect(
    dataSource.query('INSERT INTO letters (owner_id, title) VALUES ($1, $2)', [ownerId, ' ']),
  ).rejects.toThrow(/chk_letters_title/);
});
