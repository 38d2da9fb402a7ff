import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { openEmbedded } from '../../packages/embedded-postgres/src';
import { findHolder } from '../../packages/embedded-postgres/src/lock';
import { digestsOf, schemaOf } from '../../packages/seeding/test/database-state';
import { describeOnTerminal, linesOf, onTerminal, showsCursor } from '../../packages/seeding/test/terminal';
import { SERVER } from '../template';
import { command, environment, ROOT, seed } from './command';

/** All that there is in a database. */
async function stateOf(client: Client): Promise<unknown> {
  return { schema: await schemaOf(client), rows: await digestsOf(client) };
}

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
