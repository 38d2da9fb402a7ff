import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { emptyDatabase, type TestDatabase } from '../databases';
import { type Outcome, run } from '../docs/recipes';
import { LIBRARY } from './library';

const ROOT = join(__dirname, '../..');
const PACKAGES = '@entity-backend';

// Dozens of processes, one after another; among them the linter and the tests of a whole project.
jest.setTimeout(15 * 60_000);

let folder: string;
let database: TestDatabase;
let scratch: TestDatabase;

beforeAll(async () => {
  folder = copyOfCheckout();
  [database, scratch] = await Promise.all([emptyDatabase(), emptyDatabase()]);
});
afterAll(async () => {
  await Promise.all([database?.close(), scratch?.close()]);
  rmSync(folder, { recursive: true });
});

/** All that git knows or would take, committed there, with the packages that are installed and links to the copy's own. */
function copyOfCheckout(): string {
  const copy = mkdtempSync(join(tmpdir(), 'cleared-'));
  const files = git(ROOT, 'ls-files', '--cached', '--others', '--exclude-standard', '-z').split('\0');
  for (const file of files) if (file && existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(copy, file));
  const [from, to] = [ROOT, copy].map((root) => join(root, 'node_modules'));
  mkdirSync(join(to, PACKAGES), { recursive: true });
  for (const name of readdirSync(from))
    if (!name.startsWith('.cache') && name !== PACKAGES) symlinkSync(join(from, name), join(to, name));
  for (const name of readdirSync(join(from, PACKAGES)))
    symlinkSync(join('../../packages', name), join(to, PACKAGES, name));
  git(copy, 'init', '--quiet');
  commitAll(copy);
  return copy;
}

function commitAll(repository: string): void {
  git(repository, 'add', '--all');
  git(repository, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '--quiet', '--message', 'All');
}

function git(repository: string, ...parameters: string[]): string {
  return execFileSync('git', parameters, { cwd: repository, encoding: 'utf8' });
}

function command(line: string): Promise<Outcome> {
  const urls = { DATABASE_URL: database.url, SCRATCH_DATABASE_URL: scratch.url };
  // The copy has a hook of its own; its tests run on embedded databases.
  return run(line, folder, {
    ...process.env,
    ...urls,
    NODE_OPTIONS: '',
    NODE_ENV: 'development',
    TEST_DATABASE_URL: '',
  });
}

async function succeeds(line: string): Promise<string> {
  const { exitCode, output } = await command(line);
  if (exitCode !== 0) throw new Error(`${line}\n${output}`);
  return output;
}

describe('npm run skeleton:clear', () => {
  it('lists what it would do, and does nothing, with --dry-run', async () => {
    const output = await succeeds('npm run --silent skeleton:clear -- --dry-run');
    expect(output).toMatch(/^Would remove:\n( {2}\S+\n)+Would write:\n( {2}\S+\n)+$/);
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  it('refuses where something is not committed', async () => {
    writeFileSync(join(folder, 'src/mine.ts'), '');
    expect(await command('npm run --silent skeleton:clear')).toEqual({
      exitCode: 1,
      output: 'Some changes are not committed: commit them first, or use --force to clear all the same.\n',
    });
    rmSync(join(folder, 'src/mine.ts'));
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  it('refuses where another file has lost the words that it takes out, and removes nothing', async () => {
    const file = join(folder, 'eslint.config.mjs');
    writeFileSync(file, readFileSync(file, 'utf8').replace(", 'skeleton/project'", ''));
    const { exitCode, output } = await command('npm run --silent skeleton:clear -- --force');
    expect([exitCode, output]).toEqual([
      1,
      expect.stringMatching(/^eslint\.config\.mjs has changed: .* Nothing was removed\.\n$/),
    ]);
    git(folder, 'checkout', '--quiet', '.');
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  it('leaves one example, and no word of itself or the domains', async () => {
    await succeeds('npm run --silent skeleton:clear');
    expect(
      readdirSync(join(folder, 'src/entities'), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name),
    ).toEqual(['audit', 'notes']);
    expect(readdirSync(join(folder, 'src/modules')).filter((name) => !name.endsWith('.ts'))).toEqual(['notes']);
    expect(readdirSync(join(folder, 'src/migrations'))).toEqual([expect.stringMatching(/^\d+-InitialSchema\.ts$/)]);
    expect(existsSync(join(folder, 'skeleton'))).toBe(false);
    git(folder, 'add', '--all');
    // The recipes of CONTRIBUTING.md keep their examples.
    const left = await command(`git grep --cached -lE 'skeleton[:/]clear|skeleton/project|bench/' -- . ':!packages'`);
    expect(left.output).toBe('');
  });

  it('leaves migrations and documentation that are as the entities say', async () => {
    await succeeds('npm run --silent db:check');
    await succeeds('npm run --silent docs -- --check');
    commitAll(folder);
  });
});

describe('a new team', () => {
  it('adds two tables, fills them, and serves them', async () => {
    await succeeds('npm run --silent migration:run');
    for (const [path, text] of Object.entries(LIBRARY)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    await succeeds('npm run --silent migration:generate -- AddLibrary');
    await succeeds('npm run --silent docs');
    const seeded = await succeeds('npm run --silent seed');
    for (const table of ['books', 'loans', 'notes', 'audit_logs'])
      expect(seeded).toMatch(new RegExp(`│ ${table} +│ +[1-9]`));
  });

  it('passes the checks', async () => {
    await succeeds('npm run --silent check:static');
  });

  it('passes the tests that know the entities', async () => {
    const output = await succeeds(
      'npm test -- test/modules test/seeds test/http test/audit test/main test/architecture',
    );
    expect(output).toMatch(/PASS test\/modules\/library\/books\.test\.ts/);
    expect(output).toMatch(/PASS test\/modules\/notes\/notes\.test\.ts/);
  });
});
