import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { migratedDatabase } from '../databases';

// Each of them is a process of its own, and most of them start a PostgreSQL.
jest.setTimeout(180_000);

const ROOT = join(__dirname, '../..');

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command of src/schema/checks as its own process. */
function run(
  command: 'check' | 'drift',
  options: string[] = [],
  environment: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const program = ['packages/schema/bin/entity-schema.js', command, '-d', 'ormconfig.ts', ...options];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      program,
      { cwd: ROOT, env: { ...process.env, ...environment } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

test('db:check finds nothing in this project, and needs no server', async () => {
  // A server that nobody could reach.
  const { code, stdout, stderr } = await run('check', [], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^(✓ .* \(\d+\.\d s\)\n){7}All is well, in \d+\.\d s\.\n$/) as string,
  });
});

test('db:drift tells of what was changed by hand', async () => {
  const database = await migratedDatabase();
  try {
    const environment = { DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' };
    const client = await database.connect();
    await client.query('ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY');
    const { code, stdout, stderr } = await run('drift', [], environment);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^-- postgres:.*\n\n-- tasks: .*\nALTER TABLE tasks FORCE ROW LEVEL SECURITY;\n$/);

    // What it prints is a script for psql.
    await client.query(stdout);
    expect(await run('drift', [], environment)).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^-- No drift: postgres:.* is as its migrations say\.\n$/) as string,
    });
  } finally {
    await database.close();
  }
});

test.each(['check', 'drift'] as const)(
  'db:%s says what it does, and refuses what it does not know',
  async (command) => {
    const help = await run(command, ['--help']);
    expect(help).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(`^Usage: entity-schema ${command}`) as string,
    });
    const refusal = await run(command, ['--rogue']);
    expect(refusal).toEqual({ code: 1, stdout: '', stderr: "error: unknown option '--rogue'\n" });
  },
);

test('db:drift without a server is one line', async () => {
  const { code, stdout, stderr } = await run('drift', [], { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/nothing' });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^No server is listening at postgres:\/\/me:\*\*\*@127\.0\.0\.1:1\/nothing: .*\n$/);
});
