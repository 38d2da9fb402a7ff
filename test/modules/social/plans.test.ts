import type { TestingModule } from '@nestjs/testing';
import { PostsService } from '../../../src/modules/social/posts.service';
import { RepliesService } from '../../../src/modules/social/replies.service';
import { SocialModule } from '../../../src/modules/social/social.module';
import { describeOnServer, type TestDatabase } from '../../databases';
import { databaseWith, multiply, REFERENCE_DATE } from '../million';
import { plansOf, type StatementPlan } from '../plans';
import { sighting } from './sightings';
import { moduleOn } from '../../module-on';

describeOnServer('at a million posts and a million replies', () => {
  let database: TestDatabase;
  let app: TestingModule;

  beforeAll(async () => {
    database = await databaseWith({ authors: 10_000, posts: 20_000, replies: 20_000 });
    const client = await database.connect();
    await multiply(client, 'authors', 10, { platform_id: `rows.platform_id || '-' || copy` });
    await multiply(client, 'posts', 50, { platform_post_id: `rows.platform_post_id || '-' || copy` });
    await multiply(client, 'replies', 50);
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

  it('reads what waits for approval in the order of its index, page by page', async () => {
    const replies = app.get(RepliesService);
    const { next } = await replies.waiting();
    for (const after of [undefined, next!]) {
      const [plan] = await plans(() => replies.waiting({ after }));
      expect(plan).toMatchObject({ indexes: ['idx_replies_waiting'], sequential: [], sorts: false });
    }
  });
});
