import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { digestsOf, schemaOf } from '../database-state';
import { describeOnServer, sampleDatabase, type TestDatabase } from '../databases';
import { entitySeed, environment, PACKAGE, type Result, start } from './command';

/** Enough rows for the four tables' indexes and keys to be made after them. */
const DECISIONS = ['--only', 'decisions', '--scale', '250'];

/** All that there is in a database. */
async function stateOf(client: Client): Promise<unknown> {
  return { schema: await schemaOf(client), rows: await digestsOf(client) };
}

describe('whoever ends the seeder, the database stays as it was', () => {
  let database: TestDatabase;
  let client: Client;
  let before: unknown;

  beforeAll(async () => {
    database = await sampleDatabase();
    client = await database.connect();
    expect(await entitySeed(['--only', 'tasks'], { DATABASE_URL: database.url })).toMatchObject({ code: 0 });
    before = await stateOf(client);
  });

  afterAll(() => database.close());

  afterEach(async () => expect(await stateOf(client)).toEqual(before));

  it.each(['authors', 'indexes of posts', 'decisions', 'foreign keys of decisions'])(
    'kill -9 at %s',
    async (moment) => {
      const killed = spawn(process.execPath, ['test/loading/killed-seeder.ts', moment], {
        cwd: PACKAGE,
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
    async function at(statement: string, act: (seeder: { pid: number; session: number }) => unknown): Promise<Result> {
      await holdUp(statement);
      await client.query('SELECT pg_advisory_lock($1)', [GATE]);
      const { child, ended } = start(DECISIONS, { DATABASE_URL: database.url });
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

    it.each([ROWS, INDEXES, END])('a connection that is lost %s: one line', async (_, statement) => {
      const terminate = ({ session }: { session: number }) =>
        client.query('SELECT pg_terminate_backend($1)', [session]);
      expect(await at(statement, terminate)).toEqual({
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
