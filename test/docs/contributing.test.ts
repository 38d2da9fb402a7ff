import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { emptyDatabase, type TestDatabase } from '../databases';
import { blocksUnder, copyOfProject, follow, type Outcome, run } from './recipes';

const ROOT = join(__dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const CONTRIBUTING = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');

// Dozens of processes, one after another.
jest.setTimeout(5 * 60_000);

/** Does what CONTRIBUTING.md says, in a copy of the project and on a database of its own, from the top to the end. */
describe('The recipes of CONTRIBUTING.md', () => {
  let folder: string;
  let database: TestDatabase;
  let scratch: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    folder = copyOfProject('contributing-', '.prettierrc.json', 'seeds');
    mkdirSync(join(folder, 'src/migrations'), { recursive: true });
    database = await emptyDatabase();
    scratch = await emptyDatabase();
    expect(await command('npm run migration:run')).toMatchObject({ exitCode: 0 });
    client = await database.connect();
  });
  afterAll(async () => {
    await Promise.all([database?.close(), scratch?.close()]);
    rmSync(folder, { recursive: true });
  });

  it('adds a column', async () => {
    const [migration, ...others] = await recipe('Add a column');
    expect(others).toHaveLength(0);
    expect(migration).toContain('ALTER TABLE tasks ADD COLUMN due_at timestamptz');
    const [quoted] = blocksUnder('A migration', README);
    expect(migration).toContain(quoted.text.replace(/^(?=.)/gm, '  '));
    expect(await columnOf('tasks', 'due_at')).toEqual({
      type: 'timestamp with time zone',
      comment: 'When it has to be done; null: any time.',
    });
  });

  it('adds an index, without a transaction', async () => {
    const [migration, ...others] = await recipe('Add an index');
    expect(others).toHaveLength(0);
    expect(migration).toContain('CREATE INDEX CONCURRENTLY');
    expect(migration).toContain('transaction = false');
    expect(await value(`SELECT pg_get_indexdef('idx_tasks_user_id_due_at'::regclass)`)).toContain(
      'WHERE (NOT completed)',
    );
  });

  it('changes an enumeration', async () => {
    await recipe('Change an enumeration');
    const check = `SELECT pg_get_constraintdef(oid) || convalidated FROM pg_constraint WHERE conname = 'chk_scheduled_intents_action_priority'`;
    expect(await value(check)).toMatch(/'urgent'.*true$/);
  });

  it('renames a column and keeps what is in it', async () => {
    await client.query(`INSERT INTO users (email, sso_provider, sso_id) VALUES ('ada@example.org', 'saml', 'ada')`);
    await client.query(`INSERT INTO tasks (user_id, title, due_at) SELECT id, 'Sum up', '2026-01-01' FROM users`);
    const [migration] = await recipe('Rename a column');
    expect(migration).toContain('RENAME COLUMN due_at TO deadline');
    expect(migration).toContain('Nothing that is released reads it yet');
    expect(await value('SELECT deadline IS NOT NULL FROM tasks')).toBe(true);
  });

  it('drops a column once that is acknowledged', async () => {
    const [migration] = await recipe('Remove a column');
    expect(migration).toContain('Nothing has read it since version 3');
    expect(await columnOf('tasks', 'deadline')).toBeUndefined();
  });

  it('adds a table', async () => {
    const [migration, ...others] = await recipe('Add a table');
    expect(others).toHaveLength(0);
    expect(migration).toContain('CREATE TABLE task_notes');
    expect(await value(`SELECT relforcerowsecurity FROM pg_class WHERE relname = 'task_notes'`)).toBe(true);
  });

  it('changes data', async () => {
    await client.query(`INSERT INTO user_profiles (user_id, timezone) SELECT id, 'Europe/Kiev' FROM users`);
    await recipe('Change data');
    expect(await value('SELECT timezone FROM user_profiles')).toBe('Europe/Kyiv');
  });

  it('knows when the documentation is outdated, and writes it anew', async () => {
    const outdated = await command('npm run docs -- --check');
    expect(outdated.exitCode).toBe(1);
    expect(outdated.output).toMatch(
      /^Not as .*docs\/schema\/tasks\.md.*\. Run entity-schema docs and commit what it writes\.$/m,
    );
    expect(await command('npm run docs')).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(folder, 'docs/schema/tasks.md'), 'utf8')).toContain('## task_notes');
  });

  it('has written migrations that pass the check of the schema', async () => {
    expect(await command('npm run db:check')).toMatchObject({ exitCode: 0 });
  });

  it('fills the new table by its factory', async () => {
    await client.query('DELETE FROM users');
    await recipe('Add a factory');
    expect(await value(`SELECT count(*)::integer FROM task_notes WHERE content LIKE '%.'`)).toBeGreaterThan(0);
  });

  /** Follows a recipe. @returns the text of each migration that it has written */
  async function recipe(heading: string): Promise<string[]> {
    const before = migrations();
    const blocks = blocksUnder(heading, CONTRIBUTING);
    expect(blocks).not.toHaveLength(0);
    for (const block of blocks) await follow(block, folder, environment());
    return migrations()
      .filter((name) => !before.includes(name))
      .map((name) => readFileSync(join(folder, 'src/migrations', name), 'utf8'));
  }

  function migrations(): string[] {
    return readdirSync(join(folder, 'src/migrations')).sort();
  }

  /** The first column of the first row. */
  async function value(sql: string): Promise<unknown> {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  }

  async function columnOf(table: string, name: string): Promise<{ type: string; comment: string } | undefined> {
    const { rows } = await client.query<{ type: string; comment: string }>(
      `SELECT format_type(atttypid, atttypmod) AS type, col_description(attrelid, attnum) AS comment
       FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2`,
      [table, name],
    );
    return rows[0];
  }

  function command(line: string): Promise<Outcome> {
    return run(line, folder, environment());
  }

  /** A scratch database that stays saves each command making one. */
  function environment(): NodeJS.ProcessEnv {
    const urls = { DATABASE_URL: database.url, SCRATCH_DATABASE_URL: scratch.url };
    return { ...process.env, NODE_ENV: 'development', ...urls };
  }
});
