import { execFile as execFileOfCallbacks, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { runCommand, UserError } from '@entity-backend/schema';

const execFile = promisify(execFileOfCallbacks);

const ROOT = join(__dirname, '..');

/** What takes the place of the domains: a tree like the project's, with one example of everything. */
const EXAMPLE = join(__dirname, 'project');

const DOMAINS = [
  ...['identity', 'conversations', 'tasks', 'intents', 'engagement'],
  ...['social', 'competitors', 'experiments', 'oversight'],
];

/** The domains, what follows from them, what tests and measures them, and this command. */
const REMOVED = [
  ...DOMAINS.flatMap((domain) => [`src/entities/${domain}`, `src/modules/${domain}`]),
  ...['src/migrations', 'seeds/factories', 'docs/schema', 'docs/benchmarks.md', 'bench', 'skeleton', '.ci/try-clear'],
  // It counts the users that commands at once have seeded.
  'test/database/runners.test.ts',
  ...['docs', 'entities', 'modules', 'retention', 'schema', 'seeds', 'skeleton'].map((folder) => `test/${folder}`),
];

/** The words about it in other files. */
const WORDS: readonly (readonly [file: string, words: RegExp])[] = [
  ['package.json', /\n {4}"(bench:\w+|skeleton:clear)": .*/g],
  ['tsconfig.json', /,\s*"bench",\s*"skeleton\/\*\.ts"/],
  ['.ci/run', /step 'A project of its own'\n.*\n\n/],
  ['eslint.config.mjs', /, 'skeleton\/project'/],
  // They take minutes, and what they test is not the new project's: `npm run test:packages` runs them.
  ['docs/commands.md', /\n\| `npm run (bench|skeleton):[^\n]*/g],
  ['docs/demo-data.md', / See the \[benchmarks\][^\n]*/],
  ['CONTRIBUTING.md', /\n\| `bench` [^\n]*/],
  ['jest.config.js', /, '<rootDir>\/packages'(?=\])/],
  ['CONTRIBUTING.md', /\n\n((?!\n\n).)*test\/docs\/contributing\.test\.ts((?!\n\n).)*(?=\n\n)/s],
  ['CONTRIBUTING.md', /\n### Start your own domain\n.*?(?=\n##|$)/s],
];

/** Everything is generated on a new embedded database: that of a developer has the tables of before. */
const NO_DATABASE = { NODE_ENV: 'development', DATABASE_URL: '', DATABASE_SECRET_FILE: '', SCRATCH_DATABASE_URL: '' };

runCommand(async () => {
  const { dryRun, force } = new Command('npm run skeleton:clear --')
    .description(
      'Takes the nine domains out, with their seeds, migrations, tests and documentation. What stays is a project with one ' +
        'example table, notes, which passes "npm run check". Your databases stay as they are.',
    )
    .option('--dry-run', 'say what would be removed and written, and change nothing')
    .option('--force', 'do it even if git could not bring back what is removed')
    .allowExcessArguments(false)
    .parse()
    .opts<{ dryRun?: true; force?: true }>();
  const removed = REMOVED.filter((path) => existsSync(join(ROOT, path)));
  const written = filesIn(EXAMPLE);
  if (dryRun) {
    console.log(`Would remove:\n${list(removed)}\nWould write:\n${list(written)}`);
    return;
  }
  if (!force) refuseUncommitted();
  clear(removed);
  await generate();
  console.log(`Removed:\n${list(removed)}\nWrote, besides the first migration and docs/schema:\n${list(written)}`);
  console.log('Next: "npm run db:reset" if you have a database with the old tables, then "npm run seed".');
  console.log('Then give the project a name in package.json, and read README.md.');
});

/** @throws UserError where something would be lost for ever */
function refuseUncommitted(): void {
  let status: string;
  try {
    status = execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
  } catch {
    throw new UserError(
      'Here is no git repository to bring back what is removed: use --force to remove it all the same.',
    );
  }
  if (status)
    throw new UserError('Some changes are not committed: commit them first, or use --force to clear all the same.');
}

function clear(removed: readonly string[]): void {
  const changed = new Map<string, string>();
  for (const [file, words] of WORDS) {
    const text = changed.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
    if (text.search(words) < 0)
      throw new UserError(`${file} has changed: nothing in it is like ${words}. Nothing was removed.`);
    changed.set(file, text.replace(words, ''));
  }
  const example = mkdtempSync(join(tmpdir(), 'skeleton-'));
  cpSync(EXAMPLE, example, { recursive: true });
  for (const path of removed) rmSync(join(ROOT, path), { recursive: true });
  cpSync(example, ROOT, { recursive: true });
  rmSync(example, { recursive: true });
  for (const [file, text] of changed) writeFileSync(join(ROOT, file), text);
}

/** Writes what follows from the entities, the first migration and the documentation, and formats what lost some words. */
async function generate(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'skeleton-data-'));
  const env = { ...process.env, ...NO_DATABASE, DATABASE_DIRECTORY: directory };
  try {
    for (const command of ['migration:generate -- InitialSchema', 'docs', 'format'])
      await execFile('npm', ['run', '--silent', ...command.split(' ')], { cwd: ROOT, env });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { encoding: 'utf8', recursive: true })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}

function list(paths: readonly string[]): string {
  return paths.map((path) => `  ${path}`).join('\n');
}
