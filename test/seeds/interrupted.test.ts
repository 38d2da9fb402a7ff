import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { openEmbedded } from '../../packages/embedded-postgres/src';
import { findHolder } from '../../packages/embedded-postgres/src/lock';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../databases';
import { SERVER } from '../template';
import { describeOnTerminal, linesOf, onTerminal, showsCursor } from '../terminal';
import { command, environment, type Result, ROOT, seed, start } from './command';
import { digestsOf, schemaOf } from './database-state';

/** Enough rows for the four tables' indexes and keys to be made after them. */
const DECISIONS = ['--only', 'decisions', '--scale', '50'];

/** All that there is in a database. */
async function stateOf(client: Client): Promise<unknown> {
  return { schema: await schemaOf(client), rows: await digestsOf(client) };
}

describe('whoever ends the seeder, the database stays as it was', () => {
  let database: TestDatabase;
  let client: Client;
  let before: unknown;

  beforeAll(async () => {
    database = await migratedDatabase();
    client = await database.connect();
    expect(await seed(['--only', 'tasks'], { DATABASE_URL: database.url })).toMatchObject({ code: 0 });
    before = await stateOf(client);
  });

  afterAll(() => database.close());

  afterEach(async () => expect(await stateOf(client)).toEqual(before));

  it.each(['authors', 'indexes of posts', 'decisions', 'foreign keys of decisions'])(
    'kill -9 at %s',
    async (moment) => {
      const script = join(__dirname, 'killed-seeder.ts');
      const killed = spawn(process.execPath, ['--require', './typescript.js', script, moment], {
        cwd: ROOT,
        env: environment({ DATABASE_URL: database.url }),
        stdio: 'inherit',
      });
      expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL']);
    },
  );

  describeOnServer('on a server, where it can be held up', () => {
    const GATE = 724_310_552;
    const NONE = 'no statement';

    /** In this statement the seeder has to wait for `client`: a CHECK and an event trigger see to it. */
    const holdUp = (statement: string) =>
      client.query(`
        CREATE OR REPLACE FUNCTION pass(content text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
          IF position('${statement}' IN current_query()) > 0 THEN PERFORM pg_advisory_xact_lock(${GATE}); END IF;
          RETURN true;
        END $$`);

    beforeAll(async () => {
      await holdUp(NONE);
      await client.query(`
        ALTER TABLE posts ADD CHECK (pass(content));
        CREATE FUNCTION pass() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.pass(''); END $$;
        CREATE EVENT TRIGGER pass ON ddl_command_end WHEN TAG IN ('CREATE INDEX', 'ALTER TABLE') EXECUTE FUNCTION pass()`);
      before = await stateOf(client);
    });

    /** Starts the seeder, and does something to it when it has come to this statement. */
    async function at(
      statement: string,
      act: (seeder: { pid: number; session: number }) => unknown,
      ...more: string[]
    ): Promise<Result> {
      await holdUp(statement);
      await client.query('SELECT pg_advisory_lock($1)', [GATE]);
      const { child, ended } = start([...DECISIONS, ...more], { DATABASE_URL: database.url });
      const waiting = `SELECT pid FROM pg_locks JOIN pg_database AS d ON d.oid = database
        WHERE locktype = 'advisory' AND datname = current_database() AND NOT granted`;
      let session: number | undefined;
      while (session === undefined && child.exitCode === null) {
        await sleep(5);
        session = (await client.query<{ pid: number }>(waiting)).rows[0]?.pid;
      }
      if (session !== undefined) await act({ pid: child.pid!, session });
      const result = await ended;
      await client.query('SELECT pg_advisory_unlock($1)', [GATE]);
      const left = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'`;
      while ((await client.query(left)).rowCount !== 0) await sleep(5);
      await holdUp(NONE);
      return result;
    }

    const ROWS = ['in the middle of the rows', 'COPY "posts"'] as const;
    const INDEXES = ['while indexes are built', 'CREATE INDEX'] as const;
    const END = ['just before COMMIT', 'ALTER TABLE decisions ADD CONSTRAINT fk_'] as const;

    it.each([ROWS, INDEXES, END])('kill -9 %s', async (_, statement) => {
      expect(await at(statement, ({ pid }) => process.kill(pid, 'SIGKILL'))).toEqual({
        code: 'SIGKILL',
        stdout: '',
        stderr: '',
      });
    });

    it.each<readonly [string, string, ...string[]]>([
      ROWS,
      INDEXES,
      END,
      [`${ROWS[0]} of other threads`, ROWS[1], '--jobs', '2'],
    ])('a connection that is lost %s: one line', async (_, statement, ...more) => {
      const terminate = ({ session }: { session: number }) =>
        client.query('SELECT pg_terminate_backend($1)', [session]);
      expect(await at(statement, terminate, ...more)).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^The connection to the database was lost[^\n]*: try again[^\n]*\.\n$/) as string,
      });
    });

    it.each([ROWS, INDEXES, END])('Ctrl-C %s: one line, and at once', async (_, statement) => {
      expect(await at(statement, ({ pid }) => process.kill(pid, 'SIGINT'))).toEqual({
        code: 130,
        stdout: '',
        stderr: 'Stopped: no rows have been added or removed.\n',
      });
    });
  });
});

(SERVER ? describe.skip : describeOnTerminal)('on the embedded database', () => {
  let directory: string;
  let set: NodeJS.ProcessEnv;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'interrupted-'));
    set = { DATABASE_DIRECTORY: join(directory, 'data') };
    expect(await seed(['--only', 'tasks'], set)).toMatchObject({ code: 0 });
  });

  afterAll(() => rm(directory, { recursive: true, maxRetries: 50, retryDelay: 100 }));

  async function state(): Promise<unknown> {
    const database = await openEmbedded({ directory: set.DATABASE_DIRECTORY! });
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      return await stateOf(client);
    } finally {
      await client.end();
      await database.close();
    }
  }

  it.each([
    ['the rows', / % of \d+ rows \| posts/],
    ['the indexes', / % of \d+ rows \| indexes/],
  ])('Ctrl-C in the middle of %s: one line, and the database as it was', async (_, moment) => {
    const before = await state();
    const terminal = await onTerminal(command('--only', 'decisions', '--scale', '300'), environment(set), ROOT);
    await terminal.shows(moment);
    terminal.press('\x03');
    expect(await terminal.ended).toBe(130);
    expect(linesOf(terminal.transcript)).toEqual(['Stopped: no rows have been added or removed.', '']);
    expect(showsCursor(terminal.transcript)).toBe(true);
    expect(await state()).toEqual(before);
  });

  it('a database that is killed in the middle of the rows: one line, and it is as it was', async () => {
    const before = await state();
    const terminal = await onTerminal(command('--only', 'decisions', '--scale', '300'), environment(set), ROOT);
    await terminal.shows(/ % of \d+ rows \| posts/);
    process.kill((await findHolder(set.DATABASE_DIRECTORY!))!.pid, 'SIGKILL');
    expect(await terminal.ended).toBe(1);
    expect(linesOf(terminal.transcript)).toEqual([expect.stringMatching(/^The connection to .* was lost.*\.$/), '']);
    expect(showsCursor(terminal.transcript)).toBe(true);
    expect(await state()).toEqual(before);
  });
});
