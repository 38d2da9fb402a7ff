import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyDatabase, type TestDatabase } from '../databases';

const ROOT = join(__dirname, '../..');

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** TypeORM's own command line, as `npm run typeorm -- …` starts it, on the project's ormconfig.ts. */
function typeorm(command: string[], environment: NodeJS.ProcessEnv): Promise<Result> {
  const parameters = ['--require', './typescript.js', 'node_modules/typeorm/cli.js', ...command, '-d', 'ormconfig.ts'];
  return new Promise((resolve) => {
    // An empty variable hides the one in a developer's .env.
    const env = {
      PATH: process.env.PATH,
      NODE_OPTIONS: process.env.NODE_OPTIONS,
      DATABASE_URL: '',
      DATABASE_SECRET_FILE: '',
      SCRATCH_DATABASE_URL: '',
      ...environment,
    };
    execFile(process.execPath, parameters, { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

function firstLine({ stdout }: Result): string {
  return stdout.split('\n')[0];
}

/** Every migration, the first to run first. */
async function migrations(): Promise<string[]> {
  const files = await readdir(join(ROOT, 'src/migrations'));
  return files
    .sort()
    .map((file) => /^(\d+)-(\w+)\.ts$/.exec(file)!)
    .map(([, timestamp, name]) => `${name}${timestamp}`);
}

/** What `migration:show` says: the migrations that have run, and those that have not. */
async function shown(environment: NodeJS.ProcessEnv): Promise<{ run: string[]; pending: string[] }> {
  const { stdout } = await typeorm(['migration:show'], environment);
  const names = (pattern: RegExp) => [...stdout.matchAll(pattern)].map(([, name]) => name);
  return { run: names(/\[X\] (?:\d+ )?(\w+)/g), pending: names(/\[ \] (\w+)/g) };
}

describe("TypeORM's own command line", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await emptyDatabase();
  });
  afterAll(() => database.close());

  test('shows, runs, checks and reverts the migrations', async () => {
    const environment = { DATABASE_URL: database.url };
    const all = await migrations();
    expect(await shown(environment)).toEqual({ run: [], pending: all });

    expect(await typeorm(['migration:run'], environment)).toMatchObject({ code: 0, stderr: '' });
    expect(await shown(environment)).toEqual({ run: all, pending: [] });

    expect(firstLine(await typeorm(['schema:log'], environment))).toMatch(/^Your schema is up to date/);
    const check = await typeorm(['migration:generate', 'src/migrations/Nothing', '--check'], environment);
    expect(firstLine(check)).toBe('No changes in database schema were found');
    expect(check.code).toBe(0);

    expect(await typeorm(['migration:revert'], environment)).toMatchObject({ code: 0, stderr: '' });
    expect(await shown(environment)).toEqual({ run: all.slice(0, -1), pending: all.slice(-1) });
    expect((await typeorm(['schema:log'], environment)).stdout).toContain('Schema synchronization will execute');
  }, 180_000);

  test('starts the embedded database where none is named, and keeps its data', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-'));
    const environment = { DATABASE_DIRECTORY: join(folder, 'data') };
    expect(await typeorm(['migration:run'], environment)).toMatchObject({ code: 0, stderr: '' });
    expect(await shown(environment)).toEqual({ run: await migrations(), pending: [] });
    await rm(folder, { recursive: true, maxRetries: 50, retryDelay: 100 });
  }, 180_000);

  // TypeORM reports errors in two ways: schema:log in one, all others in the other.
  test.each([['migration:run'], ['schema:log']])(
    '%s says in one line what is wrong with the configuration or the server',
    async (command) => {
      expect(await typeorm([command], { DATABASE_POOL_SIZE: 'x' })).toEqual({
        code: 1,
        stdout: '',
        stderr: 'DATABASE_POOL_SIZE is "x": give a whole number from 1 to 1000.\n',
      });
      expect(await typeorm([command], { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/app' })).toEqual({
        code: 1,
        stdout: expect.stringMatching(/^Error during [a-z ]+:\n$/) as string,
        stderr:
          'No server is listening at postgres://me:***@127.0.0.1:1/app: start the server, or correct host and port in the connection URL (DATABASE_URL).\n',
      });
    },
  );
});
