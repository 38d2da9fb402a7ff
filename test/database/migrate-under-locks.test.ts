import { setTimeout as sleep } from 'node:timers/promises';
import { type Client } from 'pg';
import { describeOnServer, type TestDatabase } from '../databases';
import { eachWithRelease, migrate, rows, until, write, writeIndex, writeThings } from './release';

let database: TestDatabase;
let client: Client;

eachWithRelease((ownDatabase, ownClient) => ([database, client] = [ownDatabase, ownClient]));

describeOnServer('a long transaction that holds a lock on a table', () => {
  let holder: Client;

  beforeEach(async () => {
    await writeThings();
    expect(await migrate().ended).toMatchObject({ code: 0 });
    holder = await database.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT * FROM things');
  });

  afterEach(() => holder.end());

  it('holds up the release and nobody else, and the release finishes after it', async () => {
    await write('Column1700000000002', ['ALTER TABLE things ADD COLUMN size integer']);
    const runner = migrate('--lock-timeout', '0.2', '--attempts', '100');
    await client.query(`SET lock_timeout = '10s'`);
    await until(async () => {
      // It would wait for as long as the holder's transaction lasts, were the runner's statement queueing before it.
      await client.query('SELECT * FROM things');
      return /attempt 3 of 100/.test(runner.printed());
    });
    await holder.query('COMMIT');
    const { code, output } = await runner.ended;
    expect(code).toBe(0);
    expect(output).toMatch(
      /a table is locked by another session \(oldest transactions: pid \d+ for .+\); attempt 2 of 100 in 200 ms/,
    );
    expect(await rows('SELECT size FROM things')).toEqual([]);
  });

  it('ends the release with 3 when it does not end, and says which session it is', async () => {
    await write('Column1700000000002', ['ALTER TABLE things ADD COLUMN size integer']);
    const { code, errors } = await migrate('--lock-timeout', '0.1', '--attempts', '2').ended;
    expect(code).toBe(3);
    const [{ pid }] = (await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
    expect(errors).toMatch(/^Column1700000000002 did not get a lock it needs in 2 attempts of 100 ms: [^\n]+\n$/);
    expect(errors).toContain(`pid ${pid} for `);
    expect(await rows('SELECT name FROM migrations')).toEqual([{ name: 'Things1700000000001' }]);
  });

  it('is simply waited for by CREATE INDEX CONCURRENTLY, which blocks nobody', async () => {
    await writeIndex();
    await holder.query(`INSERT INTO things (name) VALUES ('bat')`);
    const runner = migrate('--lock-timeout', '0.05', '--attempts', '1');
    await until(
      async () =>
        (await rows(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX%'`))
          .length > 0,
    );
    await sleep(200);
    await holder.query('COMMIT');
    expect(await runner.ended).toMatchObject({ code: 0, errors: '' });
    expect(await rows(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_things_name'::regclass`)).toEqual([
      { indisvalid: true },
    ]);
  });

  it('is not waited for by other statements outside a transaction', async () => {
    await write('Column1700000000002', ['ALTER TABLE things ADD COLUMN IF NOT EXISTS size integer'], {
      transaction: false,
    });
    const { code } = await migrate('--lock-timeout', '0.1', '--attempts', '1').ended;
    expect(code).toBe(3);
  });
});
