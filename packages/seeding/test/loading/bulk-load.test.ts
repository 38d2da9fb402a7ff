import type { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { seed, type SeedOptions } from '../../src/loading/seeder';
import { indexOids, digestsOf, schemaOf } from '../database-state';
import { anotherDataSource, describeOnServer, sampleDatabase, type TestDatabase } from '../databases';
import { BASIS, messageOf } from '../metadata';
import { factories } from '../sample/seeds';

/** Enough rows for the four tables' indexes to be made anew. */
const OPTIONS: SeedOptions = { ...BASIS, scale: 250, only: ['decisions'] };
const IN_USE = 'Another transaction is using the tables. Try again when it has ended.';
const TABLES = ['authors', 'decisions', 'experiments', 'posts'];

let database: TestDatabase;
let dataSource: DataSource;
let client: Client;

beforeAll(async () => {
  database = await sampleDatabase();
  dataSource = await database.dataSource();
  client = await database.connect();
});

afterAll(() => database.close());

async function empty(): Promise<void> {
  const tables = dataSource.entityMetadatas.map(({ tableName }) => tableName);
  await client.query(`TRUNCATE ${tables.join(', ')} CASCADE`);
}

async function run(options: Partial<SeedOptions> = {}): Promise<string[]> {
  const heard = new Set<string>();
  await seed(dataSource, factories, { ...OPTIONS, ...options }, (what) => heard.add(what));
  return [...heard];
}

async function rows(sql: string, on: Client = client): Promise<Record<string, unknown>[]> {
  return (await on.query<Record<string, unknown>>(sql)).rows;
}

/** What is made anew by some work. */
async function madeAnew(work: () => Promise<unknown>): Promise<string[]> {
  const before = await indexOids(client);
  await work();
  const after = await indexOids(client);
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  return Object.keys(after).filter((name) => after[name] !== before[name]);
}

async function count(table: string): Promise<number> {
  return Number((await rows(`SELECT count(*) FROM ${table}`))[0].count);
}

describe('tables without rows', () => {
  beforeEach(empty);

  it('are filled without indexes and foreign keys, which are made as they were, in the same order', async () => {
    const inOrder = `SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid <> 'migration_checksums'::regclass ORDER BY oid`;
    const [before, order] = [await schemaOf(client), await rows(inOrder)];
    const anew = await madeAnew(() => run({ only: undefined }));
    expect(anew).toContain('pk_users');
    expect(anew).toContain('idx_posts_author_id');
    expect(anew).toContain('idx_posts_meaning');
    expect(anew).not.toContain('pk_migrations');
    expect(await schemaOf(client)).toEqual(before);
    expect(await rows(inOrder)).toEqual(order);
  }, 120_000);

  it('get the same rows as with their indexes in place', async () => {
    expect(await madeAnew(() => run())).not.toEqual([]);
    const made = await digestsOf(client);
    await empty();
    // These few rows keep the indexes, and tables with rows keep them too.
    expect(await madeAnew(() => run({ scale: 1 }))).toEqual([]);
    expect(await madeAnew(() => run())).toEqual([]);
    expect(await digestsOf(client)).toEqual(made);
  });

  it('come in the order of a foreign key that stays, which is obeyed meanwhile', async () => {
    await client.query(
      'ALTER TABLE decisions ADD CONSTRAINT own_not_valid FOREIGN KEY (post_id) REFERENCES posts NOT VALID',
    );
    try {
      const heard = (await run()).filter((what) => TABLES.includes(what));
      expect(heard).toEqual(['authors', 'experiments', 'posts', 'decisions']);
    } finally {
      await client.query('ALTER TABLE decisions DROP CONSTRAINT own_not_valid');
    }
  });

  it('keep them where few rows come', async () => {
    expect(await madeAnew(() => run({ scale: 1 }))).toEqual([]);
  });

  it('keep their foreign keys to tables with rows, and those keep their indexes', async () => {
    await run({ scale: 1, only: ['authors'] });
    const before = await schemaOf(client);
    const anew = await madeAnew(() => run());
    expect(anew).toContain('idx_posts_author_id');
    // The tables that refer to it are empty, so their foreign keys to it cost nothing to make again.
    expect(anew).toContain('pk_posts');
    expect(anew.filter((name) => name.includes('authors'))).toEqual([]);
    expect(await schemaOf(client)).toEqual(before);
  });

  it('get the statistics that plans are made of', async () => {
    await run();
    const analyzed = await rows(
      `SELECT relname FROM pg_class WHERE reltuples > 0 AND relname = ANY ('{${TABLES.join()}}') AND EXISTS (
         SELECT FROM pg_statistic WHERE starelid = pg_class.oid) ORDER BY relname`,
    );
    expect(analyzed.map(({ relname }) => relname)).toEqual(TABLES);
  });

  it('get rows that are frozen, where their indexes are made anew', async () => {
    const frozen = `SELECT relname FROM pg_class WHERE relallvisible > 0 AND relname = ANY ('{${TABLES.join()}}') ORDER BY relname`;
    await run({ scale: 1 });
    expect(await rows(frozen)).toEqual([]);
    await empty();
    await run();
    expect((await rows(frozen)).map(({ relname }) => relname)).toEqual(TABLES);
  });

  it.each([
    ['a trigger hears of it', 'CREATE TRIGGER own BEFORE TRUNCATE ON posts EXECUTE FUNCTION own()'],
    ['a subscriber would do the same', 'CREATE PUBLICATION own FOR TABLE posts'],
    ['another table refers to them', 'CREATE TABLE own (post_id uuid REFERENCES posts)'],
    [
      'there are pages of rows',
      `INSERT INTO authors (platform, platform_id, handle) VALUES ('TWITTER', '1', 'ada');
       INSERT INTO posts (platform, platform_post_id, author_id, content, detected_at, meaning)
         SELECT platform, '1', id, 'Headache', now(), '[1,2,3]' FROM authors;
       DELETE FROM posts; DELETE FROM authors`,
    ],
  ])('are not emptied where %s', async (_, rule) => {
    await client.query(`CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'emptied'; END $$`);
    await client.query(rule);
    try {
      const file = `SELECT pg_relation_filenode('posts') AS file`;
      const before = await rows(file);
      await run();
      expect(await rows(file)).toEqual(before);
      expect(await count('posts')).toBeGreaterThan(0);
    } finally {
      await client.query('DROP PUBLICATION IF EXISTS own; DROP TABLE IF EXISTS own; DROP FUNCTION own CASCADE');
    }
  });

  it('tell what is made', async () => {
    expect(await run()).toEqual([
      ...['experiments', 'indexes of experiments', 'authors', 'indexes of authors'],
      ...['decisions', 'indexes of decisions', 'posts', 'indexes of posts'],
      ...['posts', 'decisions', 'replies'].map((table) => `foreign keys of ${table}`),
    ]);
  });
});

describe('triggers', () => {
  afterEach(() => client.query('DROP TABLE IF EXISTS counted; DROP FUNCTION count_one CASCADE'));

  it('fire for each row, and find the indexes that they may count on', async () => {
    await empty();
    await client.query(`
      CREATE TABLE counted (author_id uuid PRIMARY KEY, posts integer);
      CREATE FUNCTION count_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO counted VALUES (NEW.author_id, 1) ON CONFLICT (author_id) DO UPDATE SET posts = counted.posts + 1;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER count_one AFTER INSERT ON posts DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION count_one()`);
    expect(await madeAnew(() => run())).toEqual([]);
    expect(
      await rows('SELECT author_id, count(*)::integer AS posts FROM posts GROUP BY author_id ORDER BY author_id'),
    ).toEqual(await rows('SELECT * FROM counted ORDER BY author_id'));
  });

  it('that wait for the end of the transaction see what comes after their rows', async () => {
    await empty();
    await client.query(`
      CREATE FUNCTION count_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT EXISTS (SELECT FROM decisions) THEN RAISE 'there are no decisions yet'; END IF;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER count_one AFTER INSERT ON posts DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION count_one()`);
    await run();
    expect(await count('decisions')).toBeGreaterThan(0);
  });
});

describe('a row that is refused', () => {
  it.each([
    [
      'by an index',
      'CREATE UNIQUE INDEX own ON posts (platform)',
      'DROP INDEX own',
      /: could not create unique index "own"\. Key \(platform\)=\(\w+\) is duplicated\.$/,
    ],
    [
      'by a foreign key',
      'ALTER TABLE posts ADD CONSTRAINT own FOREIGN KEY (id) REFERENCES authors',
      'ALTER TABLE posts DROP CONSTRAINT own',
      /: insert or update on table "posts" violates foreign key constraint "own"\. Key \(id\)=\(.*\) is not present in table "authors"\.$/,
    ],
    [
      'by a check',
      `ALTER TABLE decisions ADD CONSTRAINT own CHECK (mode <> 'IGNORE')`,
      'ALTER TABLE decisions DROP CONSTRAINT own',
      /: new row for relation "decisions" violates check constraint "own"\. .*COPY decisions, line 1/,
    ],
  ])('%s leaves rows and indexes as they were', async (_, rule, withoutIt, message) => {
    await empty();
    await client.query(rule);
    try {
      const before = await schemaOf(client);
      const anew = await madeAnew(async () => {
        const told = await messageOf(run());
        expect(told).toMatch(/^Nothing was changed, because PostgreSQL refused a row: /);
        expect(told).toMatch(message);
      });
      expect(anew).toEqual([]);
      expect(await schemaOf(client)).toEqual(before);
      expect(await count('authors')).toBe(0);
    } finally {
      await client.query(withoutIt);
    }
  });
});

describeOnServer('on a server', () => {
  beforeEach(empty);

  it('two that seed at once fill the database once', async () => {
    const second = await anotherDataSource(database.url);
    try {
      const before = await schemaOf(client);
      const both = await Promise.allSettled([seed(dataSource, factories, OPTIONS), seed(second, factories, OPTIONS)]);
      const added = both.flatMap((one) => (one.status === 'fulfilled' ? one.value.map((plan) => plan.added) : []));
      expect(added.reduce((sum, count) => sum + count, 0)).toBe(
        (await count('authors')) + (await count('posts')) + (await count('decisions')) + (await count('experiments')),
      );
      // On a busy machine the first may take longer than the second waits.
      for (const one of both) if (one.status === 'rejected') expect(one.reason).toMatchObject({ message: IN_USE });
      expect(both.map(({ status }) => status)).toContain('fulfilled');
      expect(await schemaOf(client)).toEqual(before);
    } finally {
      await second.destroy();
    }
  });

  it('who reads the tables is not waited for without end', async () => {
    await client.query('BEGIN; SELECT FROM posts');
    try {
      expect(await messageOf(run())).toBe(IN_USE);
    } finally {
      await client.query('ROLLBACK');
    }
    expect(await count('authors')).toBe(0);
  });
});
