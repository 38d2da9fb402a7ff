import { Client } from 'pg';
import { openMemory } from '@entity-backend/embedded-postgres';
import { entities } from '../../src/entities';
import { describeOnServer, migratedDatabase } from '../databases';
import { seed } from './command';
import { digestsOf } from '../../packages/seeding/test/database-state';

/** A digest of each table when the command has run, once or several times, on an empty database. */
async function tablesAfter(...runs: string[][]): Promise<Record<string, string>> {
  const database = await migratedDatabase();
  try {
    for (const parameters of runs) await fill(database.url, parameters);
    return await digestsOf(await database.connect());
  } finally {
    await database.close();
  }
}

async function fill(url: string, parameters: string[]): Promise<void> {
  expect(await seed(parameters, { DATABASE_URL: url })).toMatchObject({ code: 0, stderr: '' });
}

describe('two runs with one seed have identical tables', () => {
  const RUN = ['--scale', '6', '--seed', '7'];
  let tables: Record<string, string>;

  beforeAll(async () => {
    tables = await tablesAfter(RUN);
  });

  it('all of them, and none with another seed', async () => {
    expect(Object.keys(tables)).toHaveLength(entities.length);
    expect(await tablesAfter(RUN)).toEqual(tables);
    const others = await tablesAfter(['--scale', '6', '--seed', '8']);
    for (const [table, digest] of Object.entries(others)) expect([table, digest]).not.toEqual([table, tables[table]]);
  });

  it('whatever scales came before: rows that scales have in common are the same', async () => {
    expect(await tablesAfter(['--scale', '1', '--seed', '7'], ['--scale', '4', '--seed', '7'], RUN)).toEqual(tables);
  });

  describeOnServer('on a server', () => {
    it('and on the embedded database, which is of another version', async () => {
      const embedded = await openMemory();
      const client = new Client({ connectionString: embedded.url });
      try {
        await fill(embedded.url, RUN);
        await client.connect();
        expect(await digestsOf(client)).toEqual(tables);
      } finally {
        await client.end();
        await embedded.close();
      }
    });

    it('with all indexes made after the rows, and with those of a smaller scale in place', async () => {
      const large = await tablesAfter(['--scale', '60']);
      expect(await tablesAfter(['--scale', '1'], ['--scale', '60'])).toEqual(large);
    });
  });
});
