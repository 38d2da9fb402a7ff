import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// A process that starts a PostgreSQL of its own.
jest.setTimeout(180_000);

/** Lets Node find some packages nowhere, as in a project that has not installed them. */
const HIDE = (names: string[]): string => `
const Module = require('node:module');
const find = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (${JSON.stringify(names)}.includes(request.split('/')[0])) {
    throw Object.assign(new Error(\`Cannot find module '\${request}'\`), { code: 'MODULE_NOT_FOUND' });
  }
  return find.call(this, request, ...rest);
};`;

const DATA_SOURCE = `
require(${JSON.stringify(require.resolve('reflect-metadata'))});
const { DataSource, EntitySchema } = require(${JSON.stringify(require.resolve('typeorm'))});
const things = new EntitySchema({ name: 'things', columns: { id: { type: 'int', primary: true } } });
class Things1000000000001 {
  name = 'Things1000000000001';
  up = (runner) => runner.query('CREATE TABLE things (id integer NOT NULL, CONSTRAINT "PK_3b079a76ce85f0b9f8d1d98c7b7" PRIMARY KEY (id))');
  down = (runner) => runner.query('DROP TABLE things');
}
exports.default = new DataSource({ type: 'postgres', entities: [things], migrations: [Things1000000000001] });`;

test('what needs a package that is not installed is left out, by name, and counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'without-'));
  try {
    writeFileSync(join(folder, 'hide.js'), HIDE(['typescript', 'squawk-cli']));
    writeFileSync(join(folder, 'data-source.js'), DATA_SOURCE);
    const program = join(__dirname, '../../bin/entity-schema.js');
    const output = await new Promise<string>((resolve) =>
      execFile(
        process.execPath,
        ['--require', './hide.js', program, 'check', '-d', 'data-source.js'],
        { cwd: folder },
        (_, stdout, stderr) => resolve(stdout + stderr),
      ),
    );
    expect(output).toContain(
      '– The files of the migrations: left out. typescript is not installed: npm install --save-dev typescript\n',
    );
    expect(output).toContain(
      "– squawk's rules for the SQL of the migrations: left out. squawk-cli is not installed: npm install --save-dev squawk-cli\n",
    );
    expect(output).toMatch(/✓ Dangers in the SQL of the migrations/);
    expect(output).toMatch(/ in \d+\.\d s\. Left out: 2 checks\.\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
