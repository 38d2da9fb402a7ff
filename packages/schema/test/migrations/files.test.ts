import { runInNewContext } from 'node:vm';
import type { Stage } from '../../src/plan/stages';
import { migrationFiles } from '../../src/migrations/files';

const main: Stage = {
  phase: 'main',
  up: [
    {
      summary: 'tasks: no column note any more',
      statements: ['ALTER TABLE tasks DROP COLUMN note'],
      hazard: { kind: 'drop-column', message: 'What is in it is lost.' },
    },
  ],
  down: [{ summary: 'tasks: new column note', statements: ['ALTER TABLE tasks ADD COLUMN note text'] }],
};
const concurrent: Stage = {
  phase: 'concurrent',
  up: [{ summary: 'tasks: new index', statements: ['DROP INDEX …', 'CREATE INDEX CONCURRENTLY …'] }],
  down: [{ summary: 'tasks: no index', statements: ['DROP INDEX …'] }],
};
const validate: Stage = {
  phase: 'validate',
  up: [{ summary: 'tasks: check', statements: ['VALIDATE'] }],
  down: [{ summary: 'tasks: check', statements: ['DROP'] }],
};

test('a change of one stage is one file: name, header in words, up and down', () => {
  const [file, ...others] = migrationFiles('DropNote', 1000, [main], { 'drop-column': 'Nobody reads "it".' });
  expect(others).toEqual([]);
  expect(file.fileName).toBe('1000-DropNote.ts');
  expect(file.source).toBe(`import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * - tasks: no column note any more
 *   drop-column: What is in it is lost.
 */
export class DropNote1000 implements MigrationInterface {
  readonly name = 'DropNote1000';

  /** The dangers of this migration, and why they are acceptable. */
  readonly acknowledged = {
    'drop-column': "Nobody reads \\"it\\".",
  };

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`ALTER TABLE tasks DROP COLUMN note\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`ALTER TABLE tasks ADD COLUMN note text\`);
  }
}
`);
});

test('a change of several stages is as many files, which run in this order, each under its own name', () => {
  const files = migrationFiles('Change', 1000, [main, concurrent, validate, validate], {});
  expect(files.map(({ fileName }) => fileName)).toEqual([
    '1000-Change.ts',
    '1001-ChangeIndexes.ts',
    '1002-ChangeValidation.ts',
    '1003-ChangeValidation2.ts',
  ]);
  expect(files.map(({ source }) => source.includes('readonly transaction = false'))).toEqual([
    false,
    true,
    false,
    false,
  ]);
});

test('an acknowledgement is only written where its danger is', () => {
  const files = migrationFiles('Change', 1000, [main, concurrent], { 'drop-column': 'Unused.' });
  expect(files.map(({ source }) => source.includes('acknowledged'))).toEqual([true, false]);
});

test('SQL with all that means something in a template literal comes out as it went in', () => {
  const sql = "COMMENT ON TABLE t IS 'a `tick`, \\n a ${dollar} and */ a \\\\ backslash'";
  const [{ source }] = migrationFiles(
    'Odd',
    1,
    [{ ...main, up: [{ summary: 'a */ in words', statements: [sql] }] }],
    {},
  );
  const written = /async up.*?query\((`.*?`)\);\n {2}\}/s.exec(source)![1];
  expect(runInNewContext(written)).toBe(sql);
  expect(source).toContain(' * - a * / in words');
});
