import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { openEmbedded } from '@entity-backend/embedded-postgres';

const ROOT = join(__dirname, '../..');

jest.setTimeout(120_000);

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reset-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A command on the embedded database. An empty variable hides the one in a developer's .env. */
function run(parameters: string[], set: NodeJS.ProcessEnv = {}): Promise<{ code: number; printed: string }> {
  const env = {
    ...process.env,
    NODE_ENV: 'development',
    DATABASE_URL: '',
    DATABASE_SECRET_FILE: '',
    DATABASE_DIRECTORY: directory,
    ...set,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, parameters, { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, printed: stdout + stderr }),
    );
  });
}

const reset = (set?: NodeJS.ProcessEnv) => run(['src/database/reset.ts'], set);
const migrate = () => run(['packages/schema/bin/entity-schema.js', 'migrate', '-d', 'ormconfig.ts']);

async function publicSchema(): Promise<{ tables: number; acl: string; owner: string }> {
  const database = await openEmbedded({ directory, port: 0 });
  const client = new Client(database.url);
  try {
    await client.connect();
    const { rows } = await client.query<{ tables: number; acl: string; owner: string }>(
      `SELECT (SELECT count(*)::integer FROM pg_class WHERE relnamespace = pg_namespace.oid AND relkind = 'r') AS tables,
         nspacl::text AS acl, nspowner::regrole::text AS owner
       FROM pg_namespace WHERE nspname = 'public'`,
    );
    return rows[0];
  } finally {
    await client.end();
    await database.close();
  }
}

it('empties the embedded database, which is as new then', async () => {
  const fresh = await publicSchema();
  expect(await migrate()).toMatchObject({ code: 0 });
  expect((await publicSchema()).tables).toBeGreaterThan(1);
  expect(await reset()).toEqual({
    code: 0,
    printed: `Empty: the database in ${directory}. "npm run seed" fills it anew.\n`,
  });
  expect(await publicSchema()).toEqual(fresh);
  expect(await migrate()).toMatchObject({ code: 0 });
});

it.each([
  [
    'a server',
    { DATABASE_URL: 'postgres://127.0.0.1:1/x' },
    /^DATABASE_URL or DATABASE_SECRET_FILE names a server: .*\n$/,
  ],
  ['production', { NODE_ENV: 'production' }, /^NODE_ENV is production and no database is configured: .*\n$/],
])('refuses %s', async (_, set, message) => {
  expect(await reset(set)).toEqual({ code: 1, printed: expect.stringMatching(message) as string });
});
