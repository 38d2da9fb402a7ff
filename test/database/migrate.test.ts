import { type Client } from 'pg';
import { describeOnServer } from '../databases';
import {
  eachWithRelease,
  migrate,
  rows,
  sessionInWaitingMigration,
  typeorm,
  until,
  write,
  writeIndex,
  writeRow,
  writeThings,
  writeWaiting,
} from './release';

let client: Client;

eachWithRelease((_, own) => (client = own));

describe('the command', () => {
  it('explains itself, exit codes included', async () => {
    const { code, output } = await migrate('--help').ended;
    expect(code).toBe(0);
    for (const word of ['--to <name>', '--dry-run', '--lock-timeout', '--attempts', '--wait', 'Exit codes'])
      expect(output).toContain(word);
  });

  it.each([
    [['--nosuch'], /unknown option '--nosuch'/],
    [['--wait', 'x'], /Give seconds, from 0 to 86400/],
    [['--lock-timeout', '0'], /Give seconds, from 0.001 to 86400/],
    [['--attempts', '1.5'], /Give a whole number of at least 1/],
    [['--to', 'Nosuch'], /^No migration is named Nosuch: [^\n]+\n$/],
  ])('refuses %j', async (flags, message) => {
    await writeThings();
    const { code, errors } = await migrate(...flags).ended;
    expect(errors).toMatch(message);
    expect(code).toBe(1);
  });

  it('says what it does, and then that there is nothing to do', async () => {
    await writeThings();
    await writeRow();
    const first = await migrate().ended;
    expect(first).toMatchObject({ code: 0, errors: '' });
    expect(first.output).toMatch(
      /^Migrating postgres:\/\/[^\n]+\n1\/2 Things1700000000001 …\n +done in .+\n2\/2 Row1700000000002 …\n +done in .+\n2 migrations applied in [\d.]+ s\.\n$/,
    );
    const second = await migrate().ended;
    expect(second).toMatchObject({ code: 0, errors: '' });
    expect(second.output).toMatch(/Nothing to migrate\.\n$/);
  });

  it('exits with 1 and one line when a migration fails', async () => {
    await writeThings();
    await write('Broken1700000000002', ['SELECT 1/0']);
    const { code, errors } = await migrate().ended;
    expect(code).toBe(1);
    expect(errors).toMatch(/^Broken1700000000002 failed: division by zero\. [^\n]+ The statement: SELECT 1\/0\n$/);
  });

  it('exits with 2 and one line when it refuses', async () => {
    await writeThings();
    await migrate().ended;
    await write('Things1700000000001', ['CREATE TABLE other (id integer)']);
    for (const flags of [[], ['--dry-run']]) {
      const { code, errors } = await migrate(...flags).ended;
      expect(code).toBe(2);
      expect(errors).toMatch(/^Things1700000000001: edited since it was applied: [^\n]+\n$/);
    }
  });

  it('prints the SQL with --dry-run, and nothing but SQL', async () => {
    await writeThings();
    process.env.DATABASE_LOG = 'true';
    const { code, output, errors } = await migrate('--dry-run').ended.finally(() => delete process.env.DATABASE_LOG);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(/^\\set ON_ERROR_STOP on\n/);
    expect(output).toContain('CREATE TABLE things (id serial PRIMARY KEY, name text);');
    expect(await rows(`SELECT 1 FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
  });

  it('gets on with the stock commands', async () => {
    await writeThings();
    await writeRow();
    expect(await typeorm('migration:run').ended).toMatchObject({ code: 0 });
    expect((await migrate().ended).output).toMatch(
      /their checksums are now recorded: Things1700000000001, Row1700000000002\.\nNothing to migrate/,
    );
    expect(await typeorm('migration:revert').ended).toMatchObject({ code: 0 });
    expect((await migrate().ended).output).toContain('1/1 Row1700000000002');
    expect((await typeorm('migration:show').ended).output).toMatch(
      /\[X\] 1 Things1700000000001\n.*\[X\] 3 Row1700000000002/,
    );
    expect(await rows('SELECT name FROM things')).toEqual([{ name: 'ball' }]);
  });
});

describeOnServer('several replicas', () => {
  beforeEach(async () => {
    await writeThings();
    await writeRow();
    await writeIndex();
  });

  async function expectEachOnce(): Promise<void> {
    expect(await rows('SELECT name FROM migrations ORDER BY id')).toEqual([
      { name: 'Things1700000000001' },
      { name: 'Row1700000000002' },
      { name: 'Index1700000000003' },
    ]);
    expect(await rows('SELECT name FROM things')).toEqual([{ name: 'ball' }]);
    expect(await rows(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_things_name'::regclass`)).toEqual([
      { indisvalid: true },
    ]);
  }

  it('started at once on a fresh database run each migration once', async () => {
    const ends = await Promise.all([migrate(), migrate(), migrate()].map(({ ended }) => ended));
    expect(ends.map(({ code, errors }) => ({ code, errors }))).toEqual(Array(3).fill({ code: 0, errors: '' }));
    const last = ends.map(({ output }) =>
      output
        .trim()
        .split('\n')
        .at(-1)!
        .replace(/ in .*/, ''),
    );
    expect(last.sort()).toEqual(['3 migrations applied', 'Nothing to migrate.', 'Nothing to migrate.']);
    await expectEachOnce();
  });

  it('finish what one of them was killed at', async () => {
    await writeWaiting();
    await client.query('SELECT pg_advisory_lock(1)');
    const replicas = [migrate(), migrate(), migrate()];
    await sessionInWaitingMigration();
    const working = replicas.find(({ printed }) => printed().includes('4/4'))!;
    process.kill(working.pid, 'SIGKILL');
    await working.ended;
    await client.query('SELECT pg_advisory_unlock(1)');
    const others = await Promise.all(replicas.filter((one) => one !== working).map(({ ended }) => ended));
    expect(others.map(({ code }) => code)).toEqual([0, 0]);
    expect(await rows('SELECT count(*)::int AS n FROM migrations')).toEqual([{ n: 4 }]);
    expect(await rows('SELECT name, half FROM things')).toEqual([{ name: 'ball', half: null }]);
  });

  it('give up with 3 when another runner does not finish in time', async () => {
    await writeWaiting();
    await client.query('SELECT pg_advisory_lock(1)');
    const working = migrate();
    await sessionInWaitingMigration();
    const { code, errors } = await migrate('--wait', '0.1').ended;
    expect(code).toBe(3);
    expect(errors).toMatch(/^Another runner has been migrating this database for more than 100 ms: [^\n]+\n$/);
    await client.query('SELECT pg_advisory_unlock(1)');
    expect(await working.ended).toMatchObject({ code: 0 });
  });
});

describeOnServer('a connection lost in the middle of a migration', () => {
  beforeEach(async () => {
    await writeThings();
    await writeWaiting();
    await client.query('SELECT pg_advisory_lock(1)');
  });

  async function expectAsBeforeAndThenFinished(): Promise<void> {
    expect(await rows('SELECT name FROM migrations')).toEqual([{ name: 'Things1700000000001' }]);
    expect(await rows(`SELECT 1 FROM pg_attribute WHERE attrelid = 'things'::regclass AND attname = 'half'`)).toEqual(
      [],
    );
    await client.query('SELECT pg_advisory_unlock_all()');
    expect(await migrate().ended).toMatchObject({ code: 0, errors: '' });
    expect(await rows('SELECT half FROM things')).toEqual([]);
  }

  it('because the server ended it: the database is as before, the runner says so, and the next one finishes', async () => {
    const runner = migrate();
    await client.query('SELECT pg_terminate_backend($1)', [await sessionInWaitingMigration()]);
    const { code, errors } = await runner.ended;
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^Waiting1700000000004 failed: The connection to the database was lost \([^\n]+\): [^\n]+ The statement: SELECT pg_advisory_xact_lock\(1\)\n$/,
    );
    await expectAsBeforeAndThenFinished();
  });

  it('because the runner was killed: the server notices, rolls back, and the next one finishes', async () => {
    const runner = migrate();
    const session = await sessionInWaitingMigration();
    process.kill(runner.pid, 'SIGKILL');
    expect(await runner.ended).toMatchObject({ code: null });
    // The test still holds what the session waits for: it ends because it has lost its client, not because it has finished.
    await until(async () => (await rows(`SELECT 1 FROM pg_stat_activity WHERE pid = ${session}`)).length === 0);
    await expectAsBeforeAndThenFinished();
  });
});
