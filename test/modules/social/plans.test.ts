import type { TestingModule } from '@nestjs/testing';
import { PostsService } from '../../../src/modules/social/posts.service';
import { RepliesService } from '../../../src/modules/social/replies.service';
import { SocialModule } from '../../../src/modules/social/social.module';
import { describeOnServer, type TestDatabase } from '../../databases';
import { databaseWith, REFERENCE_DATE } from '../million';
import { plansOf, type StatementPlan } from '../plans';
import { sighting } from './sightings';
import { moduleOn } from '../module-on';

describeOnServer('at a million posts and many replies', () => {
  let database: TestDatabase;
  let app: TestingModule;

  beforeAll(async () => {
    // A million of the engine's own would take minutes: these are copied.
    database = await databaseWith({ authors: 10_000, posts: 20_000, replies: 20_000 });
    const client = await database.connect();
    // Neither foreign keys nor row-level security.
    await client.query('SET session_replication_role = replica');
    await multiply('authors', 10, { platform_id: `rows.platform_id || '-' || copy` });
    await multiply('posts', 50, { platform_post_id: `rows.platform_post_id || '-' || copy` });
    await multiply('replies', 10);

    async function multiply(table: string, times: number, also: Record<string, string> = {}): Promise<void> {
      const changes: Record<string, string> = { id: 'gen_random_uuid()', ...also };
      const { fields } = await client.query(`SELECT * FROM ${table} LIMIT 0`);
      const values = fields.map(({ name }) => changes[name] ?? `rows.${name}`);
      await client.query(
        `INSERT INTO ${table} SELECT ${values.join(', ')} FROM ${table} AS rows, generate_series(2, ${times}) AS copy`,
      );
      await client.query(`VACUUM ANALYZE ${table}`);
    }
    app = await moduleOn(database, SocialModule);
  }, 300_000);

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  async function plans(work: () => Promise<unknown>): Promise<StatementPlan[]> {
    return plansOf(await database.dataSource(), work);
  }

  it('claims by the index of what waits', async () => {
    const [plan] = await plans(() => app.get(PostsService).claim(100, REFERENCE_DATE));
    expect(plan.indexes).toContain('idx_posts_processed_at');
    expect(plan.sequential).toEqual([]);
  });

  it.each([1, 100, 1000])('ingests %i posts by the platforms’ keys', async (count) => {
    const batch = Array.from({ length: count }, () => sighting());
    const [written] = await plans(() => app.get(PostsService).ingest(batch));
    expect(written.sequential).toEqual([]);
    const [, found] = await plans(() => app.get(PostsService).ingest(batch));
    expect(found).toMatchObject({ indexes: ['uq_posts_platform_platform_post_id'], sequential: [] });
  });

  it('finds what waits for approval by its index', async () => {
    const [plan] = await plans(() => app.get(RepliesService).waiting());
    expect(plan).toMatchObject({ indexes: ['idx_replies_approval_status'], sequential: [] });
  });
});
