import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { AlreadyChampionError } from '../../../src/modules/social/violations';
import { ChampionsService, IllegalChampionStepError } from '../../../src/modules/social/champions.service';
import { DecisionsService, PostAlreadyProcessedError } from '../../../src/modules/social/decisions.service';
import { LEASE_MS, PostsService } from '../../../src/modules/social/posts.service';
import { RepliesService, ReplyNotPendingError } from '../../../src/modules/social/replies.service';
import { SocialModule } from '../../../src/modules/social/social.module';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../../databases';
import { insert } from '../../entities/rows';
import { sighting } from './sightings';
import { moduleOn } from '../../module-on';

describeOnServer('social, of many at once', () => {
  let database: TestDatabase;
  let client: Client;
  let app: TestingModule;
  let posts: PostsService;

  beforeAll(async () => {
    database = await migratedDatabase();
    client = await database.connect();
    app = await moduleOn(database, SocialModule);
    posts = app.get(PostsService);
  });

  beforeEach(async () => {
    for (const table of ['replies', 'authors']) await client.query(`DELETE FROM ${table}`);
  });

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  function together<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
  }

  /** Why all but one of so many were refused. */
  async function refused(count: number, work: (index: number) => Promise<unknown>): Promise<unknown[]> {
    const errors = await together(count, (index) =>
      work(index)
        .then(() => undefined)
        .catch((error: unknown) => error),
    );
    expect(errors.filter((error) => error === undefined)).toHaveLength(1);
    return errors.filter((error) => error !== undefined);
  }

  async function count(table: string): Promise<number> {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::integer FROM ${client.escapeIdentifier(table)}`,
    );
    return rows[0].count;
  }

  it('ingests a post once, and all get the same one', async () => {
    const seen = sighting();
    const ingested = (await together(20, () => posts.ingest([seen]))).flatMap((batch) => batch.ingested);
    expect(ingested).toHaveLength(20);
    expect(ingested.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(ingested.map(({ post }) => post.id)).size).toBe(1);
    expect([await count('posts'), await count('authors')]).toEqual([1, 1]);
  });

  it('ingests batches that overlap in any order without a deadlock', async () => {
    const authors = Array.from({ length: 10 }, () => sighting().author);
    const seen = Array.from({ length: 100 }, (_, index) => sighting({ author: authors[(index * 7) % 10] }));
    for (let round = 0; round < 5; round++) {
      await client.query('DELETE FROM authors');
      const batches = await together(20, (index) => {
        const rotated = [...seen.slice(index * 5), ...seen.slice(0, index * 5)];
        return posts.ingest(index % 2 === 0 ? rotated : rotated.toReversed());
      });
      expect(batches.flatMap(({ ingested }) => ingested).filter(({ isNew }) => isNew)).toHaveLength(100);
      expect([await count('posts'), await count('authors')]).toEqual([100, 10]);
    }
  });

  it('hands each of 200 posts to one of 8 workers', async () => {
    await posts.ingest(Array.from({ length: 200 }, () => sighting()));
    const claimed = await together(8, async () => {
      const ids: string[] = [];
      for (;;) {
        const batch = await posts.claim(10);
        if (batch.length === 0) return ids;
        ids.push(...batch.map(({ id }) => id));
      }
    });
    expect(claimed.flat()).toHaveLength(200);
    expect(new Set(claimed.flat()).size).toBe(200);
  });

  it('skips posts that somebody else is looking at', async () => {
    await posts.ingest([sighting(), sighting()]);
    await client.query('BEGIN');
    const { rows } = await client.query<{ id: string }>('SELECT id FROM posts LIMIT 1 FOR UPDATE');
    const claimed = await posts.claim(10).finally(() => client.query('ROLLBACK'));
    expect(claimed).toHaveLength(1);
    expect(claimed[0].id).not.toBe(rows[0].id);
  });

  it('decides on a post once', async () => {
    const {
      ingested: [{ post }],
    } = await posts.ingest([sighting()]);
    const scores = { sssScore: 1, arsScore: 1, evsScore: 1, trsScore: 1 };
    const decisions = app.get(DecisionsService);
    for (const error of await refused(20, () => decisions.record({ postId: post.id, mode: 'HYBRID', ...scores })))
      expect(error).toBeInstanceOf(PostAlreadyProcessedError);
    expect(await count('decisions')).toBe(1);
  });

  it('lets one of 20 judge a reply', async () => {
    const id = (await insert(client, 'replies')).id as string;
    const replies = app.get(RepliesService);
    const judge = (index: number) => replies[index % 2 === 0 ? 'approve' : 'reject'](id, `person ${index}`);
    for (const error of await refused(20, judge)) expect(error).toBeInstanceOf(ReplyNotPendingError);
  });

  it('posts a reply once', async () => {
    const id = (await insert(client, 'replies', { approval_status: 'APPROVED' })).id as string;
    const replies = app.get(RepliesService);
    const times = await together(20, async (index) => (await replies.markPosted(id, new Date(index))).postedAt);
    expect(new Set(times.map((time) => time!.getTime())).size).toBe(1);
  });

  it('counts each engagement, and lets a champion rise, be nominated and invited once', async () => {
    const champions = app.get(ChampionsService);
    const authorId = (await insert(client, 'authors')).id as string;
    for (const error of await refused(20, () => champions.nominate(authorId, 'SILVER')))
      expect(error).toBeInstanceOf(AlreadyChampionError);
    const { rows } = await client.query<{ id: string }>('SELECT id FROM community_champions');
    const [{ id }] = rows;
    for (const work of [() => champions.promote(id), () => champions.recordInvitation(id)])
      for (const error of await refused(20, work)) expect(error).toBeInstanceOf(IllegalChampionStepError);
    await together(20, () => champions.countEngagement(id));
    const counted = await client.query('SELECT FROM community_champions WHERE engagement_count = 20');
    expect(counted.rowCount).toBe(1);
  });

  describe('workers', () => {
    const children: ChildProcess[] = [];

    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
    });

    function start(now: Date, ...hold: string[]): { child: ChildProcess; ended: Promise<string[]> } {
      const argv = ['-r', './typescript.js', join(__dirname, 'posts-worker.ts'), database.url, now.toISOString()];
      const child = spawn(process.execPath, [...argv, ...hold], { stdio: ['pipe', 'pipe', 'inherit'] });
      children.push(child);
      let output = '';
      child.stdout.on('data', (chunk) => (output += String(chunk)));
      return { child, ended: once(child, 'close').then(() => output.split('\n').filter(Boolean)) };
    }

    it('decide on each post once, and on those of a worker that was killed when its lease is over', async () => {
      const now = new Date();
      await posts.ingest(Array.from({ length: 200 }, () => sighting()));
      const doomed = start(now, 'hold');
      await Promise.race([once(doomed.child.stdout!, 'data'), doomed.ended]);
      const workers = [start(now), start(now), start(now)];
      doomed.child.kill('SIGKILL');
      const held = await doomed.ended;
      const decided = (await Promise.all(workers.map(({ ended }) => ended))).flat();
      expect(held).toHaveLength(10);
      expect(decided).toHaveLength(190);
      expect(new Set([...decided, ...held]).size).toBe(200);

      // The database's clock says since when a post is claimed.
      const leaseEnd = new Date(Date.now() + LEASE_MS);
      expect((await start(leaseEnd).ended).sort()).toEqual(held.sort());
      const { rows } = await client.query(
        `SELECT error_count, count(*)::integer AS posts, count(decisions.id)::integer AS decisions
         FROM posts LEFT JOIN decisions ON post_id = posts.id WHERE processed_at IS NOT NULL GROUP BY 1 ORDER BY 1`,
      );
      expect(rows).toEqual([
        { error_count: 0, posts: 190, decisions: 190 },
        { error_count: 1, posts: 10, decisions: 10 },
      ]);
    });
  });
});
