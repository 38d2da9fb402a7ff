import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Column, type DataSourceOptions, Entity } from 'typeorm';
import { ReadableNamingStrategy } from '@entity-backend/schema';
import { BackendOnly } from '../../../src/entities/access';
import { PrimaryKey } from '../../../src/entities/columns';
import { Index } from '../../../packages/schema/src';
import { checkSchema } from '../../../packages/schema/src/checks/schema-check';
import { migrationFiles } from '../../../packages/schema/src/migrations/files';
import { stagesBetween } from '../../../packages/schema/src/plan/stages';
import { catalogOfEntities } from '../../../packages/schema/src/catalog/entities';
import { emptyDatabase } from '../../databases';
import { aCatalog } from '../docs/catalogs';
import { aMigration } from './migrations';

@Entity('notes', { comment: 'What a person wants to remember.' })
@BackendOnly()
@Index('idx_notes_title', ['title'], { where: 'length(title) > 0' })
class Note {
  @PrimaryKey()
  id: string;

  @Column({ type: 'varchar', length: 80, comment: 'What it is about.' })
  title: string;
}

const OPTIONS: DataSourceOptions = {
  type: 'postgres',
  entities: [Note],
  namingStrategy: new ReadableNamingStrategy(),
};

let directory: string;
/** What the generator writes for the entity. */
let up: string[];
let down: string[];

beforeAll(async () => {
  const scratch = await emptyDatabase();
  const stages = stagesBetween(aCatalog([]), await catalogOfEntities(OPTIONS, scratch.url));
  await scratch.close();
  up = stages.flatMap((stage) => stage.up).flatMap(({ statements }) => statements);
  down = stages.flatMap((stage) => stage.down).flatMap(({ statements }) => statements);

  directory = mkdtempSync(join(tmpdir(), 'migrations-'));
  const [file] = migrationFiles('Notes', 1000000000001, stages, {});
  writeFileSync(join(directory, file.fileName), file.source);
});

afterAll(() => rmSync(directory, { recursive: true }));

/** The rules that are broken, by the title of the check that says so. */
async function check(...migrations: ReturnType<typeof aMigration>[]): Promise<Record<string, string[]>> {
  const broken: Record<string, string[]> = {};
  for await (const { title, findings } of checkSchema({ options: { ...OPTIONS, migrations }, migrations: directory })) {
    broken[title] = findings.map(({ rule, place }) => `${rule}: ${place}`);
  }
  return broken;
}

test('nothing is found where migrations and entities agree and all is well', async () => {
  expect(await check(aMigration('Notes1000000000001', up, down))).toEqual({
    'The files of the migrations': [],
    'PostgreSQL understands what the entities declare': [],
    'Each migration up, down and up again': [],
    'Dangers in the SQL of the migrations': [],
    'The migrations make what the entities say': [],
    'TypeORM itself finds no changes': [],
    'The schema that they make': [],
  });
});

test('each check says what it finds', async () => {
  writeFileSync(join(directory, 'notes.sql'), '');
  const faulty = up.map((sql) =>
    sql
      .replace('varchar(80)', 'varchar(70)')
      .replace(/WHERE length.*/, '')
      .replace('title varchar', 'status text, title varchar'),
  );
  const careless = aMigration(
    'Careless1000000000002',
    ['ALTER TABLE notes ADD COLUMN IF NOT EXISTS rogue timestamp', 'CREATE INDEX idx_rogue ON notes (title)'],
    ['DROP INDEX idx_rogue'],
  );
  try {
    expect(await check(aMigration('Notes1000000000001', faulty, down), careless)).toEqual({
      'The files of the migrations': ['not-a-migration: notes.sql'],
      'PostgreSQL understands what the entities declare': [],
      'Each migration up, down and up again': [expect.stringMatching(/^down-leads-elsewhere: notes: .*rogue/)],
      'Dangers in the SQL of the migrations': [
        'require-concurrent-index-creation: Careless1000000000002: CREATE INDEX idx_rogue ON notes (title)',
      ],
      'The migrations make what the entities say': expect.arrayContaining([
        expect.stringMatching(/^migrations-unlike-entities: notes: .*idx_notes_title/),
        expect.stringMatching(/^migrations-unlike-entities: notes: .*idx_rogue/),
        expect.stringMatching(/^migrations-unlike-entities: notes: .*rogue/),
        expect.stringMatching(/^migrations-unlike-entities: notes: .*title.*varchar\(80\)/),
      ]) as unknown,
      'TypeORM itself finds no changes': expect.arrayContaining([
        'typeorm-disagrees: ALTER TABLE "notes" DROP COLUMN "rogue"',
      ]) as unknown,
      'The schema that they make': [
        'duplicate-index: notes: idx_notes_title, idx_rogue',
        'timestamp-without-time-zone: notes.rogue',
        'no-comment: notes.status',
        'no-comment: notes.rogue',
        'status-without-check: notes.status',
      ],
    });
  } finally {
    rmSync(join(directory, 'notes.sql'));
  }
});

test('where a migration fails, nothing is said of the schema that they would have made', async () => {
  expect(await check(aMigration('Notes1000000000001', ['CREATE TABLE notes (id rogue)'], down))).toEqual({
    'The files of the migrations': [],
    'PostgreSQL understands what the entities declare': [],
    'Each migration up, down and up again': ['migration-fails: Notes1000000000001: type "rogue" does not exist'],
    'Dangers in the SQL of the migrations': [],
  });
});
