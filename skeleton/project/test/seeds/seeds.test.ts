import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { entities } from '../../src/entities';
import { emptyDatabase, type TestDatabase } from '../databases';

const ROOT = join(__dirname, '../..');
const SEED = ['packages/seeding/bin/entity-seed.js', '-d', 'ormconfig.ts', '--seeds', 'seeds/index.ts'];

let database: TestDatabase;

beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(() => database.close());

it('fills every table', async () => {
  const env = { ...process.env, NODE_ENV: 'development', DATABASE_URL: database.url };
  execFileSync(process.execPath, SEED, { cwd: ROOT, env, encoding: 'utf8' });
  const dataSource = await database.dataSource();
  const counts = await Promise.all(entities.map((entity) => dataSource.getRepository<object>(entity).count()));
  expect(counts.filter((count) => count === 0)).toEqual([]);
});
