import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { configureSchema, EntitySchemaBuilder, Index, type SchemaSettings } from '../src';
import { describeOnServer, emptyDatabase, type TestDatabase } from './databases';

@Entity('notes', { comment: 'Notes.' })
class Note {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'text' })
  title: string;
}

@Entity('notes', { comment: 'Notes.' })
@Index('idx_notes_title', ['title'])
class IndexedNote {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'text' })
  title: string;
}

@Entity('notes', { comment: 'Notes.' })
class BareNote {
  @PrimaryColumn({ type: 'uuid' })
  id: string;
}

let database: TestDatabase;
let scratch: TestDatabase;
let opened: DataSource[] = [];

beforeAll(async () => {
  database = await emptyDatabase();
  scratch = await emptyDatabase();
});

afterEach(async () => {
  await opened.at(-1)?.query('DROP TABLE IF EXISTS notes');
  for (const dataSource of opened) await dataSource.destroy();
  opened = [];
});

afterAll(async () => {
  await database.close();
  await scratch.close();
});

async function open(
  entity: new () => object,
  settings: SchemaSettings = { scratchUrl: scratch.url },
  url = database.url,
): Promise<DataSource> {
  const dataSource = new DataSource({ type: 'postgres', url, entities: [entity], poolSize: 1 });
  dataSource.driver.createSchemaBuilder = () => new EntitySchemaBuilder(dataSource);
  configureSchema(dataSource, settings);
  opened.push(dataSource);
  return dataSource.initialize();
}

async function upSql(dataSource: DataSource): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

/** As TypeORM's command line has been called. */
async function called<T>(argv: string[], work: () => Promise<T>): Promise<T> {
  const before = process.argv;
  process.argv = ['node', 'typeorm', ...argv];
  try {
    return await work();
  } finally {
    process.argv = before;
  }
}

test('synchronize makes what the entities say, and then there is nothing left to say', async () => {
  await (await open(Note)).synchronize();
  const indexed = await open(IndexedNote);
  expect(await upSql(indexed)).toContainEqual(expect.stringContaining('CREATE INDEX CONCURRENTLY'));
  await indexed.synchronize();
  expect(await upSql(indexed)).toEqual([]);
  const [{ valid }] = await indexed.query<[{ valid: boolean }]>(
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'idx_notes_title'::regclass`,
  );
  expect(valid).toBe(true);
});

test('the statements down lead back, in the order in which TypeORM runs them', async () => {
  const dataSource = await open(Note);
  const { upQueries, downQueries } = await dataSource.driver.createSchemaBuilder().log();
  for (const { query } of upQueries) await dataSource.query(query);
  for (const { query } of downQueries.toReversed()) await dataSource.query(query);
  expect(await dataSource.query(`SELECT FROM pg_class WHERE relname = 'notes'`)).toHaveLength(0);
});

describe('the stock command', () => {
  const generate = ['migration:generate', 'src/migrations/X', '-d', 'data-source.ts'];

  test('says what one file can not hold, and names ours; it still checks and prints', async () => {
    await (await open(Note)).synchronize();
    const indexed = await open(IndexedNote);
    await expect(called(generate, () => upSql(indexed))).rejects.toThrow(
      /^The change needs .* which this command can't write\. Use: entity-schema generate <Name>$/,
    );
    expect(await called([...generate, '--check'], () => upSql(indexed))).not.toEqual([]);
    expect(await called(['schema:log', '-d', 'data-source.ts'], () => upSql(indexed))).not.toEqual([]);
  });

  test('does not write a loss', async () => {
    await (await open(Note)).synchronize();
    const bare = await open(BareNote);
    await expect(called(generate, () => upSql(bare))).rejects.toThrow(/title.*has to be acknowledged/);
  });

  test('writes a new table', async () => {
    const note = await open(Note);
    expect(await called(generate, () => upSql(note))).toContainEqual(expect.stringMatching(/^CREATE TABLE notes/));
  });
});

describeOnServer('a scratch database', () => {
  const names = async (dataSource: DataSource): Promise<string[]> => {
    const rows = await dataSource.query<{ datname: string }[]>(
      `SELECT datname FROM pg_database WHERE starts_with(datname, 'scratch_of_generator_')`,
    );
    return rows.map(({ datname }) => datname);
  };

  test('left by a process that was killed long ago is dropped, also when a declaration is refused', async () => {
    @Entity('broken')
    @Index('idx_broken', ['id'], { where: 'nonsense' })
    class Broken {
      @PrimaryColumn({ type: 'uuid' })
      id: string;
    }

    const broken = await open(Broken, {});
    const leftover = `scratch_of_generator_${Date.now() - 2 * 60 * 60 * 1000}_${process.pid}`;
    await broken.query(`CREATE DATABASE ${leftover}`);
    await expect(upSql(broken)).rejects.toThrow('Broken: index "idx_broken": column "nonsense" does not exist');
    expect(await names(broken)).not.toContain(leftover);
  });

  test('is the one that the settings give, and nothing stays in it', async () => {
    expect(await upSql(await open(Note))).not.toEqual([]);
    const client = await scratch.connect();
    const { rows } = await client.query(`SELECT FROM pg_class WHERE relname = 'notes'`);
    expect(rows).toHaveLength(0);
  });

  test('that the login may not make is one line that says the way out', async () => {
    const client = await database.connect();
    const login = `scratchless_${process.pid}`;
    await client.query(`CREATE ROLE ${login} LOGIN PASSWORD 'secret'`);
    try {
      const url = new URL(database.url);
      url.username = login;
      url.password = 'secret';
      const note = await open(Note, {}, url.href);
      await expect(upSql(note)).rejects.toThrow(/^Could not create a scratch database .*CREATEDB.*scratchUrl\.$/);
    } finally {
      for (const dataSource of opened.splice(0)) await dataSource.destroy();
      await client.query(`DROP ROLE ${login}`);
    }
  });
});
