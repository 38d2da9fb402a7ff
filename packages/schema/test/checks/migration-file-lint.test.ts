import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ts from 'typescript';
import { lintMigrationFiles } from '../../src/checks/migration-file-lint';
import { migrationFiles } from '../../src/migrations/files';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'migrations-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

const GOOD = `import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Not '../entities', which this comment only mentions. */
export class AddTasks1763847000000 implements MigrationInterface {
  readonly name = 'AddTasks1763847000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`CREATE TABLE tasks (title text DEFAULT 'import x from "../y"')\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`DROP TABLE tasks\`);
  }
}
`;

/** The findings in a folder of these files, as `rule: place`. */
function found(files: Record<string, string>): string[] {
  for (const [name, source] of Object.entries(files)) writeFileSync(join(directory, name), source);
  return lintMigrationFiles(ts, directory).map(({ rule, place }) => `${rule}: ${place}`);
}

const FILE = '1763847000000-AddTasks.ts';
const DOWN = /async down[^]*?\n {2}\}\n/;

test('nothing is wrong with an empty folder, nor with a migration that the generator could have written', () => {
  expect(found({})).toEqual([]);
  expect(found({ [FILE]: GOOD })).toEqual([]);
});

test("nothing is wrong with the generator's own files", () => {
  const change = { step: 'create table' as const, summary: 'tasks: new table', statements: ['CREATE TABLE tasks ()'] };
  const stages = (['main', 'concurrent', 'validate'] as const).map((phase) => ({
    phase,
    up: [change],
    down: [change],
  }));
  const files = migrationFiles('AddTasks', 1763847000000, stages, {});
  expect(found(Object.fromEntries(files.map(({ fileName, source }) => [fileName, source])))).toEqual([]);
});

test.each([
  ['index.ts', ''],
  ['1763847000-AddTasks.ts', GOOD],
  ['1763847000000-add-tasks.ts', GOOD],
  ['1763847000000-AddTasks.sql', ''],
])('not-a-migration: %s', (name, source) => {
  expect(found({ [FILE]: GOOD, [name]: source })).toEqual([`not-a-migration: ${name}`]);
});

test.each([
  [
    'a class of another name',
    GOOD.replace('class AddTasks1', 'class AddTask1'),
    'AddTask1763847000000 in place of AddTasks1763847000000',
  ],
  [
    'a class of another timestamp',
    GOOD.replaceAll('1763847000000', '1763847000001').replace(
      "name = 'AddTasks1763847000001'",
      "name = 'AddTasks1763847000000'",
    ),
    'AddTasks1763847000001 in place of AddTasks1763847000000',
  ],
  [
    'a property of another name',
    GOOD.replace("'AddTasks1", "'AddTask1"),
    'AddTask1763847000000 in place of AddTasks1763847000000',
  ],
  [
    'a property that is computed',
    GOOD.replace("'AddTasks1763847000000'", 'String(Date.now())'),
    'String(Date.now()) in place of AddTasks1763847000000',
  ],
  ['two classes', `${GOOD}${GOOD.replaceAll('AddTasks', 'AddUsers')}`, 'exports 2 classes'],
  ['a class that is not exported', GOOD.replace('export class', 'class'), 'exports 0 classes'],
])('class-unlike-file: %s', (_, source, how) => {
  expect(found({ [FILE]: source })).toEqual([`class-unlike-file: ${FILE} ${how}`]);
});

test('a class without the property name is named by the class', () => {
  expect(found({ [FILE]: GOOD.replace(/ {2}readonly name.*\n/, '') })).toEqual([]);
});

test('timestamps-do-not-rise: two files of one timestamp', () => {
  const other = GOOD.replaceAll('AddTasks', 'AddUsers');
  expect(found({ [FILE]: GOOD, '1763847000000-AddUsers.ts': other })).toEqual([
    'timestamps-do-not-rise: 1763847000000-AddTasks.ts and 1763847000000-AddUsers.ts',
  ]);
});

test('timestamp-ahead: a migration of the year 2100', () => {
  expect(found({ '4102444800000-AddTasks.ts': GOOD.replaceAll('1763847000000', '4102444800000') })).toEqual([
    'timestamp-ahead: 4102444800000-AddTasks.ts is of 2100-01-01T00:00:00.000Z',
  ]);
});

test.each([
  ['none', ''],
  ['an empty one', 'async down(): Promise<void> {}\n'],
  ['one with a comment alone', 'async down(): Promise<void> {\n    // nothing to do\n  }\n'],
  ['one that only throws', "async down(): Promise<void> {\n    throw new Error('cannot');\n  }\n"],
  ['one that only returns', 'async down(): Promise<void> {\n    return;\n  }\n'],
])('no-down: %s', (_, down) => {
  expect(found({ [FILE]: GOOD.replace(DOWN, down) })).toEqual([`no-down: ${FILE} does nothing in down()`]);
});

test.each([
  ["import { User } from '../entities';", '../entities'],
  ["import type { User } from '../entities';", '../entities'],
  ["import '../database/configuration';", '../database/configuration'],
  ["export * from './1763846000000-Before';", './1763846000000-Before'],
  ["const lists = require('../entities/lists');", '../entities/lists'],
  ["const lists = import('../entities/lists');", '../entities/lists'],
  ["import { faker } from '@faker-js/faker';", '@faker-js/faker'],
])('import-from-the-project: %s', (line, imported) => {
  expect(found({ [FILE]: `${line}\n${GOOD}` })).toEqual([`import-from-the-project: ${FILE} imports ${imported}`]);
});
