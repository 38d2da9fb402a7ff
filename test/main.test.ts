import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Client } from 'pg';
import { describeOnServer, migratedDatabase, type TestDatabase } from './databases';
import { insert } from './entities/rows';

const ROOT = join(__dirname, '..');

let database: TestDatabase;
beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database.close());

/** `npm start`. */
function start(port: number, environment: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, ['--require', './typescript.js', 'src/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'development', DATABASE_URL: database.url, PORT: String(port), ...environment },
  });
}

/** What it prints until the last line of its greeting. */
async function greeting(command: ChildProcess): Promise<string> {
  for (let output = ''; ;) {
    const [chunk] = (await once(command.stdout!, 'data')) as [Buffer];
    output += chunk.toString();
    if (/^Next: .*\n/m.test(output)) return output;
  }
}

async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

async function freePort(): Promise<number> {
  const { server, port } = await listening();
  server.close();
  await once(server, 'close');
  return port;
}

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('serves, says where and what to do next, until %s', async (signal) => {
    const port = await freePort();
    const command = start(port);
    const printed = await greeting(command);
    expect(printed).toContain(`http://localhost:${port}/health`);
    expect(printed).toContain('Next: "npm run seed" fills the database with demo data.');
    expect((await fetch(`http://localhost:${port}/health`)).status).toBe(200);
    expect((await fetch(`http://localhost:${port}/docs`)).status).toBe(200);
    command.kill(signal);
    expect(await once(command, 'exit')).toEqual([0, null]);
  });

  it('names a user to try the API as, once there is one', async () => {
    const client = await database.connect();
    const { id } = await insert(client, 'users');
    const port = await freePort();
    const command = start(port);
    expect(await greeting(command)).toContain(
      `Next: open http://localhost:${port}/docs and authorize there with the x-user-id ${String(id)}.`,
    );
    command.kill('SIGTERM');
    await once(command, 'exit');
    await client.query('DELETE FROM users');
    await client.end();
  });

  it('says in one line that the port is taken', async () => {
    const { server, port } = await listening();
    const command = start(port);
    const [[code], errors] = await Promise.all([once(command, 'exit') as Promise<[number]>, text(command.stderr!)]);
    server.close();
    expect(errors).toBe(
      `Port ${port} is already in use: stop the process that uses it, or set PORT to another port.\n`,
    );
    expect(code).toBe(1);
  });

  it('says in one line that the database is not there', async () => {
    const command = start(await freePort(), { DATABASE_URL: `postgres://me@127.0.0.1:${await freePort()}/none` });
    const [[code], errors] = await Promise.all([once(command, 'exit') as Promise<[number]>, text(command.stderr!)]);
    expect(errors).toMatch(/^No server is listening at postgres:.*\n$/);
    expect(code).toBe(1);
  });

  it('tells in production that nobody is believed yet', async () => {
    const command = start(await freePort(), { NODE_ENV: 'production' });
    expect(await greeting(command)).toContain('Next: set TRUST_USER_ID_HEADER=true behind a gateway');
    command.kill('SIGTERM');
    await once(command, 'exit');
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
    command = start(port);
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
