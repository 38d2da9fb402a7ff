import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Column, type DataSourceOptions, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { SampleNamingStrategy } from '../sample/naming-strategy';
import { Grant, Index } from '../../src';
import { checkSchema } from '../../src/checks/schema-check';
import { migrationFiles } from '../../src/migrations/files';
import type { RuleSettings } from '../../src/settings';
import { stagesBetween } from '../../src/plan/stages';
import { catalogOfEntities } from '../../src/catalog/entities';
import { emptyDatabase } from '../databases';
import { aCatalog } from '../catalogs';
import { aMigration } from '../migrations';

@Entity('notes', { comment: 'What a person wants to remember.' })
@Grant({ name: 'sample_backend', comment: 'Does all.', grantedToOwner: true }, ['SELECT', 'INSERT'])
@Index('idx_notes_title', ['title'], { where: 'length(title) > 0' })
class Note {
  @PrimaryGeneratedColumn('uuid', { comment: 'Which note.' })
  id: string;

  @Column({ type: 'varchar', length: 80, comment: 'What it is about.' })
  title: string;
}

const OPTIONS: DataSourceOptions = {
  type: 'postgres',
  entities: [Note],
  namingStrategy: new SampleNamingStrategy(),
};

/** All that a project may choose to be held to. */
const CONVENTIONS: RuleSettings = {
  'foreign-key-without-index': true,
  'grant-without-row-level-security': true,
  'name-off-the-pattern': true,
  'no-comment': true,
  'status-without-check': true,
  'timestamp-without-time-zone': true,
  'typeorm-disagrees': true,
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
  return checkWith(CONVENTIONS, migrations);
}

async function checkWith(
  rules: RuleSettings,
  migrations: ReturnType<typeof aMigration>[],
): Promise<Record<string, string[]>> {
  const broken: Record<string, string[]> = {};
  for await (const { title, findings } of checkSchema({
    options: { ...OPTIONS, migrations },
    migrations: directory,
    rules,
  })) {
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

test('without settings only dangers are found; a project chooses rules, and lists exceptions', async () => {
  const migrations = [
    aMigration(
      'Notes1000000000001',
      [...up, 'ALTER TABLE notes ADD COLUMN at timestamp, ADD COLUMN status text', 'CREATE INDEX "i2" ON notes (id)'],
      down,
    ),
  ];
  const schema = async (rules: RuleSettings): Promise<string[]> =>
    (await checkWith(rules, migrations))['The schema that they make'];
  const duplicate = 'duplicate-index: notes: pk_notes, i2';
  expect(await schema({})).toEqual([duplicate]);
  expect(await schema({ 'no-comment': true })).toEqual([duplicate, 'no-comment: notes.at', 'no-comment: notes.status']);
  expect(await schema({ 'no-comment': { except: ['notes.at'] }, 'duplicate-index': { except: ['i2'] } })).toEqual([
    'no-comment: notes.status',
  ]);
  expect(await schema({ 'no-comment': { except: ['notes'] }, 'duplicate-index': false })).toEqual([]);
  await expect(schema({ 'no-coment': true })).rejects.toThrow(
    /^configureSchema: unknown rule no-coment\. The rules are: .*no-comment/,
  );
});
