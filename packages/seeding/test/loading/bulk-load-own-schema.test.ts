import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { seed, type SeedOptions } from '../../src/loading/seeder';
import { indexOids, schemaOf } from '../database-state';
import { anotherDataSource, describeOnServer, sampleDatabase, type TestDatabase, urlFor } from '../databases';
import { BASIS } from '../metadata';
import { factories } from '../sample/seeds';

/** Enough rows for the four tables' indexes to be made anew. */
const OPTIONS: SeedOptions = { ...BASIS, scale: 250, only: ['decisions'] };

async function rows(sql: string, on: Client): Promise<Record<string, unknown>[]> {
  return (await on.query<Record<string, unknown>>(sql)).rows;
}

/** The database as `pg_dump` writes it, without rows, and without the random key that since 2025 protects psql. */
async function dumpOf(on: Client): Promise<string> {
  const url = new URL(own.url);
  url.pathname = on.database!;
  const { stdout } = await promisify(execFile)('pg_dump', ['--schema-only', '--dbname', url.href], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.replaceAll(/^\\(un)?restrict \w+$/gm, '');
}

/** What a database may have beyond what the entities declare. */
const OWN = {
  made_anew: `
    CREATE INDEX "My ""own"" index" ON posts USING btree (lower(content) text_pattern_ops DESC NULLS LAST, author_id) WITH (fillfactor = 70);
    COMMENT ON INDEX "My ""own"" index" IS $$It's mine: 100 % "quoted"$$;
    CREATE INDEX own_partial ON decisions (post_id) INCLUDE (mode) WHERE urgent AND mode <> 'IGNORE';
    CREATE INDEX own_gin ON decisions USING gin (signals jsonb_path_ops);
    CREATE INDEX own_hash ON posts USING hash (platform_post_id);
    CREATE INDEX own_brin ON posts USING brin (detected_at) WITH (pages_per_range = 8);
    CREATE UNIQUE INDEX own_unique ON posts (id, processed_at) NULLS NOT DISTINCT;
    ALTER TABLE posts ADD CONSTRAINT own_deferred UNIQUE NULLS NOT DISTINCT (id, author_id) INCLUDE (platform) DEFERRABLE INITIALLY DEFERRED;
    COMMENT ON CONSTRAINT own_deferred ON posts IS 'A constraint';
    COMMENT ON INDEX own_deferred IS 'Its index';
    ALTER TABLE decisions ADD CONSTRAINT "Own exclusion" EXCLUDE USING btree (id WITH =) WHERE (urgent) DEFERRABLE;
    ALTER TABLE decisions ADD CONSTRAINT "Own ""key" FOREIGN KEY (post_id) REFERENCES posts ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;
    COMMENT ON CONSTRAINT "Own ""key" ON decisions IS 'Deferred';
  `,
  left_alone: `
    CREATE TABLE notes (id uuid REFERENCES decisions, platform text, platform_id text, FOREIGN KEY (platform, platform_id) REFERENCES authors (platform, platform_id));
    ALTER TABLE decisions ADD CONSTRAINT own_not_valid FOREIGN KEY (post_id) REFERENCES posts DEFERRABLE INITIALLY DEFERRED NOT VALID;
    ALTER TABLE posts ADD CONSTRAINT own_quiet FOREIGN KEY (author_id) REFERENCES authors;
    ALTER TABLE authors ADD CONSTRAINT own_options UNIQUE (id, handle) WITH (fillfactor = 50);
    CREATE INDEX own_statistics ON posts (length(content));
    ALTER INDEX own_statistics ALTER COLUMN 1 SET STATISTICS 500;
    CREATE INDEX own_cluster ON posts (detected_at);
    ALTER TABLE posts CLUSTER ON own_cluster;
    CREATE UNIQUE INDEX own_identity ON decisions (id, post_id);
    ALTER TABLE decisions REPLICA IDENTITY USING INDEX own_identity;
    CREATE INDEX own_extension ON posts (id);
    ALTER INDEX own_extension DEPENDS ON EXTENSION vector;
    CREATE INDEX own_invalid ON posts (platform);
    CREATE FUNCTION own_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER own_trigger BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION own_trigger();
    COMMENT ON TRIGGER own_trigger ON posts IS 'A trigger';
    CREATE POLICY own_policy ON decisions FOR SELECT USING (urgent);
    CREATE STATISTICS own_correlation ON platform, author_id FROM posts;
    CREATE VIEW own_view AS SELECT experiments.*, count(*) FROM experiments JOIN decisions ON experiment_id = experiments.id GROUP BY experiments.id;
    DO $$ DECLARE name text; BEGIN
      UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'own_invalid'::regclass;
      UPDATE pg_trigger SET tgenabled = 'D' WHERE tgconstraint = (SELECT oid FROM pg_constraint WHERE conname = 'own_quiet');
    END $$
  `,
};

let own: TestDatabase;

beforeAll(async () => {
  own = await sampleDatabase();
  const admin = await own.connect();
  await admin.query(OWN.made_anew);
  await admin.query(OWN.left_alone);
});

afterAll(() => own.close());

describe('what a database has beyond the entities', () => {
  it('is as it was', async () => {
    const admin = await own.connect();
    const [before, oidsBefore] = [await schemaOf(admin), await indexOids(admin)];
    await seed(await own.dataSource(), factories, OPTIONS);
    expect(await schemaOf(admin)).toEqual(before);
    const after = await indexOids(admin);
    const anew = Object.keys(after).filter((name) => after[name] !== oidsBefore[name]);
    expect(anew).toEqual(
      expect.arrayContaining([
        'My "own" index',
        'own_partial',
        'own_gin',
        'own_hash',
        'own_brin',
        'own_unique',
        'own_deferred',
        'Own exclusion',
        'idx_posts_author_id',
      ]),
    );
    for (const name of [
      'pk_decisions',
      'pk_experiments',
      'uq_authors_platform_platform_id',
      'own_options',
      'own_statistics',
      'own_cluster',
      'own_identity',
      'own_extension',
      'own_invalid',
    ])
      expect(anew).not.toContain(name);
  });
});

describeOnServer('on a server', () => {
  it('a login that owns the tables needs no more, and pg_dump finds nothing else than before', async () => {
    await asLogin('owner', 'ALTER TABLE %I OWNER TO %I', async (owner, admin) => {
      await admin.query(OWN.made_anew);
      await admin.query(OWN.left_alone);
      const [before, oidsBefore] = [await dumpOf(admin), await indexOids(admin)];
      expect(before).toContain('FORCE ROW LEVEL SECURITY');
      await seed(owner, factories, { ...OPTIONS, only: ['decisions', 'tasks'] });
      expect(await dumpOf(admin)).toBe(before);
      const after = await indexOids(admin);
      const anew = Object.keys(after).filter((name) => after[name] !== oidsBefore[name]);
      expect(anew).toEqual(
        expect.arrayContaining(['idx_tasks_user_id', 'own_deferred', 'Own exclusion', 'own_partial']),
      );
      expect((await rows('SELECT count(*) FROM tasks', admin))[0].count).not.toBe('0');
    });
  });

  it('a login that does not own the tables fills them with their indexes in place', async () => {
    await asLogin('other', 'GRANT ALL ON %I TO %I', async (other, admin) => {
      const before = await indexOids(admin);
      await seed(other, factories, OPTIONS);
      expect(await indexOids(admin)).toEqual(before);
      expect((await rows('SELECT count(*) FROM posts', admin))[0].count).not.toBe('0');
    });
  });

  /** With a login of its own, without any privileges but those given. */
  async function asLogin(
    name: string,
    give: string,
    work: (dataSource: DataSource, admin: Client) => Promise<void>,
  ): Promise<void> {
    const server = await sampleDatabase();
    const role = `bulk_${name}_${process.pid}`;
    try {
      const admin = await server.connect();
      await admin.query(`CREATE ROLE ${role} LOGIN`);
      await admin.query(`GRANT ALL ON SCHEMA public TO ${role}`);
      await admin.query(
        `DO $$ DECLARE name text; BEGIN
           FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
             EXECUTE format('${give}', name, '${role}');
           END LOOP;
         END $$`,
      );
      const login = await anotherDataSource(urlFor(server.url, role));
      await work(login, admin).finally(() => login.destroy());
    } finally {
      await server.close();
      await (await own.connect()).query(`DROP ROLE IF EXISTS ${role}`);
    }
  }
});
