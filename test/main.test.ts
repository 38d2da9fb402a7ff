import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { migratedDatabase, type TestDatabase } from './databases';
import { freePort, greeting, listening, start } from './start';

let database: TestDatabase;
beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database.close());

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('serves, says where and what to do next, until %s', async (signal) => {
    const port = await freePort();
    const command = start(database.url, port);
    const printed = await greeting(command);
    expect(printed).toContain(`http://localhost:${port}/health`);
    expect((await fetch(`http://localhost:${port}/health`)).status).toBe(200);
    expect((await fetch(`http://localhost:${port}/docs`)).status).toBe(200);
    command.kill(signal);
    expect(await once(command, 'exit')).toEqual([0, null]);
  });

  it('says in one line that the port is taken', async () => {
    const { server, port } = await listening();
    const command = start(database.url, port);
    const [[code], errors] = await Promise.all([once(command, 'exit') as Promise<[number]>, text(command.stderr!)]);
    server.close();
    expect(errors).toBe(
      `Port ${port} is already in use: stop the process that uses it, or set PORT to another port.\n`,
    );
    expect(code).toBe(1);
  });

  it('says in one line that the database is not there', async () => {
    const command = start(database.url, await freePort(), {
      DATABASE_URL: `postgres://me@127.0.0.1:${await freePort()}/none`,
    });
    const [[code], errors] = await Promise.all([once(command, 'exit') as Promise<[number]>, text(command.stderr!)]);
    expect(errors).toMatch(/^No server is listening at postgres:.*\n$/);
    expect(code).toBe(1);
  });

  it('tells in production that nobody is believed yet', async () => {
    const command = start(database.url, await freePort(), { NODE_ENV: 'production' });
    expect(await greeting(command)).toContain('Next: set TRUST_USER_ID_HEADER=true behind a gateway');
    command.kill('SIGTERM');
    await once(command, 'exit');
  });
});
