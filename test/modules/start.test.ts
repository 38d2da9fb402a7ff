import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Client } from 'pg';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../databases';
import { insert } from '../entities/rows';
import { freePort, greeting, start } from '../start';

let database: TestDatabase;
beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database.close());

describe('npm start', () => {
  it('says how to get a user, where there is none', async () => {
    const command = start(database.url, await freePort());
    expect(await greeting(command)).toContain('Next: "npm run seed" fills the database with demo data.');
    command.kill('SIGTERM');
    await once(command, 'exit');
  });

  it('names a user to try the API as, once there is one', async () => {
    const client = await database.connect();
    const { id } = await insert(client, 'users');
    const port = await freePort();
    const command = start(database.url, port);
    expect(await greeting(command)).toContain(
      `Next: open http://localhost:${port}/docs and authorize there with the x-user-id ${String(id)}.`,
    );
    command.kill('SIGTERM');
    await once(command, 'exit');
    await client.query('DELETE FROM users');
    await client.end();
  });
});

describeOnServer('SIGTERM', () => {
  let port: number;
  let command: ChildProcess;
  let admin: Client;
  let other: Client;
  let answer: Promise<Response>;

  /** A request is in flight: it waits for a lock that somebody else has. */
  beforeEach(async () => {
    port = await freePort();
    command = start(database.url, port);
    await greeting(command);
    [admin, other] = [await database.connect(), await database.connect()];
    const { id } = await insert(admin, 'users');
    await other.query('BEGIN; LOCK TABLE tasks IN EXCLUSIVE MODE');
    answer = fetch(`http://localhost:${port}/tasks`, {
      method: 'POST',
      headers: { 'x-user-id': String(id), 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'Water the plants' }),
    });
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await admin.query(waiting)).rowCount === 0);
  });

  afterEach(async () => {
    command.kill('SIGKILL');
    await other.query('ROLLBACK');
  });

  it('finishes the requests in flight, takes no others and ends with 0', async () => {
    command.kill('SIGTERM');
    const refused = async (): Promise<boolean> =>
      fetch(`http://localhost:${port}/health`).then(
        () => false,
        () => true,
      );
    while (!(await refused()));
    const ended = once(command, 'exit');
    await other.query('ROLLBACK');

    expect((await answer).status).toBe(201);
    expect(await ended).toEqual([0, null]);
  });

  it('cuts off a request that does not end, says so and ends with 1', async () => {
    const before = (await admin.query('SELECT id FROM tasks')).rows;
    command.kill('SIGTERM');
    const [[code], errors, answered] = await Promise.all([
      once(command, 'exit') as Promise<[number]>,
      text(command.stderr!),
      answer.then(
        () => true,
        () => false,
      ),
    ]);
    expect({ code, answered }).toEqual({ code: 1, answered: false });
    expect(errors).toMatch(/^Requests were still running after 10 s\. .*\n$/);
    await other.query('ROLLBACK');
    expect((await admin.query('SELECT id FROM tasks')).rows).toEqual(before);
  });
});
