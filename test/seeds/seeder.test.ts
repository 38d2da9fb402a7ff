import type { Client } from 'pg';
import { seed, type SeedOptions } from '@entity-backend/seeding';
import type { EntityDataSource } from '../../src/database/data-source';
import { deleteSettings, factories } from '../../seeds';
import { migratedDatabase, type TestDatabase } from '../databases';
import { contradictions } from './contradictions';

const OPTIONS: SeedOptions = {
  seed: 42,
  scale: 5,
  referenceDate: new Date('2026-01-01T12:00:00Z'),
};

let database: TestDatabase;
let dataSource: EntityDataSource;
let client: Client;

beforeAll(async () => {
  database = await migratedDatabase();
  dataSource = await database.dataSource();
  client = await database.connect();
  await seed(dataSource, factories, OPTIONS);
});

afterAll(() => database.close());

describe('what is seeded', () => {
  it('is in every table', async () => {
    for (const { tableName } of dataSource.entityMetadatas) {
      const { rowCount } = await client.query(`SELECT FROM ${tableName} LIMIT 1`);
      expect([tableName, rowCount]).toEqual([tableName, 1]);
    }
  });

  it.each(contradictions)('%s', async (_, query) => {
    const { rows } = await client.query(query);
    expect(rows).toEqual([]);
  });

  it('lies in the past, no change before its beginning', async () => {
    for (const { tableName, columns } of dataSource.entityMetadatas) {
      const names = columns.map(({ databaseName }) => databaseName);
      const latest = names.includes('updated_at') ? 'updated_at' : 'created_at';
      if (!names.includes('created_at')) continue;
      const { rows } = await client.query(
        `SELECT * FROM ${tableName} WHERE created_at > ${latest} OR ${latest} > '2026-01-01T12:00Z'`,
      );
      expect([tableName, rows]).toEqual([tableName, []]);
    }
  });

  it('belongs to a person from the moment of their registration', async () => {
    for (const { tableName, columns } of dataSource.entityMetadatas) {
      const names = columns.map(({ databaseName }) => databaseName);
      if (!names.includes('user_id') || !names.includes('created_at')) continue;
      const { rows } = await client.query(
        `SELECT * FROM ${tableName} AS t JOIN users AS u ON u.id = user_id WHERE t.created_at < u.created_at`,
      );
      expect([tableName, rows]).toEqual([tableName, []]);
    }
  });
});

it('deletes demo rows beside others, audit logs too', async () => {
  await client.query(`INSERT INTO competitors (name, category, price_point) VALUES ('Acme', 'OTHER', 'MID')`);
  const plans = await seed(dataSource, factories, { ...OPTIONS, force: true, reset: true, deleteSettings });
  expect(plans.find(({ table }) => table.name === 'audit_logs')!.removed).toBeGreaterThan(0);
  expect(plans.reduce((sum, { kept }) => sum + kept, 0)).toBe(1);
});
