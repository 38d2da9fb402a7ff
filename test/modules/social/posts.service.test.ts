import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { InvalidInputError } from '../../../src/http/errors/domain-errors';
import { MAX_SIGHTINGS, PostsService, type Sighting } from '../../../src/modules/social/posts.service';
import { SocialModule } from '../../../src/modules/social/social.module';
import { BrokenRulesError } from '../../../src/http/validation/broken-rules';
import { migratedDatabase, type TestDatabase } from '../../databases';
import type { Row } from '../../entities/rows';
import { plansOf } from '../plans';
import { sighting } from './sightings';
import { moduleOn } from '../../module-on';

const NOW = new Date('2026-03-01T12:00:00Z');
const MINUTE = 60_000;

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
  await client.query('DELETE FROM authors');
});

afterAll(async () => {
  await app.close();
  await database.close();
});

async function rows(table: 'authors' | 'posts'): Promise<Row[]> {
  return (await client.query<Row>(`SELECT * FROM ${table} ORDER BY platform, created_at`)).rows;
}

describe('an ingest', () => {
  it('writes a post and its author', async () => {
    const seen = sighting({
      keywordCategories: ['solution'],
      rawMetrics: { likes: 3 },
      author: { followerCount: 100_000, isVerified: true },
    });
    const {
      ingested: [{ post, isNew }],
    } = await posts.ingest([seen], NOW);
    const [author] = await rows('authors');
    expect(isNew).toBe(true);
    expect(post).toMatchObject({
      platform: 'REDDIT',
      platformPostId: seen.platformPostId,
      authorId: author.id,
      content: seen.content,
      detectedAt: NOW,
      processedAt: null,
      keywordMatches: ['magnesium'],
      keywordCategories: ['solution'],
      spamFiltered: false,
      rawMetrics: { likes: 3 },
      errorCount: 0,
    });
    expect(await rows('posts')).toMatchObject([{ id: post.id, raw_metrics: { likes: 3 } }]);
    expect(author).toMatchObject({
      platform: 'REDDIT',
      platform_id: seen.author.platformId,
      handle: 'ada',
      display_name: 'Ada',
      follower_count: 100_000,
      is_verified: true,
      is_power_user: true,
      power_tier: 'MACRO',
      first_seen_at: NOW,
      last_seen_at: NOW,
    });
  });

  it.each([
    [9_999, null],
    [10_000, 'MICRO'],
    [99_999, 'MICRO'],
    [999_999, 'MACRO'],
    [1_000_000, 'MEGA'],
  ])('takes an author with %i followers for %s', async (followerCount, tier) => {
    await posts.ingest([sighting({ author: { followerCount } })], NOW);
    expect(await rows('authors')).toMatchObject([{ power_tier: tier, is_power_user: tier !== null }]);
  });

  it('leaves a known post as it was, and tells so', async () => {
    const seen = sighting();
    const {
      ingested: [first],
    } = await posts.ingest([seen], NOW);
    const {
      ingested: [again],
    } = await posts.ingest([{ ...seen, content: 'Edited.' }], new Date());
    expect(again).toEqual({ post: first.post, isNew: false });
    expect(await rows('posts')).toHaveLength(1);
  });

  it('takes the same id on another platform for another post and another author', async () => {
    const seen = sighting();
    const {
      ingested: [one, other],
    } = await posts.ingest([seen, { ...seen, platform: 'THREADS' }], NOW);
    expect([one.isNew, other.isNew]).toEqual([true, true]);
    expect(await rows('authors')).toHaveLength(2);
  });

  it('keeps an author up to date, and what we know of them', async () => {
    const seen = sighting();
    await posts.ingest([seen], NOW);
    await client.query("UPDATE authors SET relationship_score = 0.9, archetype_tags = '{COACH}'");
    const later = new Date(NOW.getTime() + MINUTE);
    const author = { ...seen.author, handle: 'ada2', displayName: null, followerCount: 20_000 };
    await posts.ingest([sighting({ author })], later);
    expect(await rows('authors')).toMatchObject([
      {
        handle: 'ada2',
        display_name: null,
        follower_count: 20_000,
        power_tier: 'MICRO',
        relationship_score: 0.9,
        archetype_tags: ['COACH'],
        first_seen_at: NOW,
        last_seen_at: later,
      },
    ]);
  });

  it('learns nothing of an author from what was seen earlier', async () => {
    const seen = sighting();
    await posts.ingest([seen], NOW);
    const author = { ...seen.author, handle: 'ada_before', followerCount: 0 };
    const {
      ingested: [{ isNew }],
    } = await posts.ingest([sighting({ author })], new Date(NOW.getTime() - MINUTE));
    expect(isNew).toBe(true);
    expect(await rows('authors')).toMatchObject([
      { handle: 'ada', follower_count: 10, first_seen_at: NOW, last_seen_at: NOW },
    ]);
  });

  it('takes a batch in which posts and authors repeat themselves, in its order', async () => {
    const [known, fresh] = [sighting(), sighting()];
    await posts.ingest([known], NOW);
    const sameAuthor = sighting({ author: { ...fresh.author, handle: 'renamed' } });
    const { ingested } = await posts.ingest([fresh, known, fresh, sameAuthor], NOW);
    expect(ingested.map(({ post }) => post.platformPostId)).toEqual(
      [fresh, known, fresh, sameAuthor].map(({ platformPostId }) => platformPostId),
    );
    expect(ingested.map(({ isNew }) => isNew)).toEqual([true, false, false, true]);
    expect(ingested[0].post.authorId).toBe(ingested[3].post.authorId);
    expect((await rows('authors')).map(({ handle }) => handle).toSorted()).toEqual(['ada', 'renamed']);
  });

  it('puts spam aside', async () => {
    const {
      ingested: [{ post }],
    } = await posts.ingest([sighting({ spamFiltered: true })], NOW);
    expect(post).toMatchObject({ spamFiltered: true, processedAt: NOW });
    expect(await posts.claim(10)).toEqual([]);
  });

  it('takes nothing, and asks the database nothing then', async () => {
    const plans = await plansOf(await database.dataSource(), () => posts.ingest([], NOW));
    expect(plans).toEqual([]);
  });

  it('asks the database once for what is new, and twice for what is not', async () => {
    const batch = Array.from({ length: 100 }, () => sighting());
    const dataSource = await database.dataSource();
    expect(await plansOf(dataSource, () => posts.ingest(batch, NOW))).toHaveLength(1);
    expect(await plansOf(dataSource, () => posts.ingest(batch, NOW))).toHaveLength(2);
  });

  it.each<[string, Parameters<typeof sighting>[0]]>([
    ['Invalid post: content must be longer than or equal to 1 characters', { content: '' }],
    ['content must be shorter than or equal to 5000 characters', { content: 'a'.repeat(5001) }],
    ['keywordMatches must contain at least 1 elements (got a list of 0)', { keywordMatches: [] }],
    ['keywordMatches must contain no more than 50 elements', { keywordMatches: Array<string>(51).fill('x') }],
    ['platformPostId must match', { platformPostId: 'a post' }],
    ['platform must be one of', { platform: 'MYSPACE' as never }],
    ['Invalid author: handle must match', { author: { handle: '@ada' } }],
    ['platformId should not be empty', { author: { platformId: '' } }],
    ['followerCount must not be less than 0', { author: { followerCount: -1 } }],
    ['followerCount must be an integer number', { author: { followerCount: 1.5 } }],
  ])('refuses, before the database does: %s', async (message, broken) => {
    const [good, bad] = [sighting(), sighting(broken)];
    const { ingested, refused } = await posts.ingest([bad, good], NOW);
    expect(ingested).toMatchObject([{ isNew: true, post: { platformPostId: good.platformPostId } }]);
    expect(refused).toEqual([{ row: bad, error: expect.any(BrokenRulesError) as Error }]);
    expect(refused[0].error.message).toContain(message);
    expect(await rows('posts')).toHaveLength(1);
    expect(await rows('authors')).toHaveLength(1);
  });

  it('refuses too many sightings', async () => {
    const batch = Array<Sighting>(MAX_SIGHTINGS + 1).fill(sighting());
    await expect(posts.ingest(batch, NOW)).rejects.toThrow(InvalidInputError);
    expect(await rows('authors')).toEqual([]);
  });

  it('writes all but what is refused, by the rules or by the database, wherever it stands', async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const bad = [
      sighting({ author: { followerCount: 2 ** 31 } }),
      sighting({ content: '' }),
      sighting({ rawMetrics: circle }),
      sighting({ author: { followerCount: 2 ** 40 } }),
    ];
    const good = Array.from({ length: 10 }, () => sighting());
    const batch = [bad[0], ...good.slice(0, 5), bad[1], bad[2], ...good.slice(5), bad[3]];
    const { ingested, refused } = await posts.ingest(batch, NOW);
    expect(ingested.map(({ post }) => post.platformPostId)).toEqual(good.map((one) => one.platformPostId));
    expect(ingested.every(({ isNew }) => isNew)).toBe(true);
    expect(refused.map(({ row }) => row)).toEqual(bad);
    for (const { error } of refused) expect(error).toBeInstanceOf(InvalidInputError);
    expect(await rows('posts')).toHaveLength(10);
  });

  it('takes the last sighting of an author and the first of a post, also where others are refused', async () => {
    const seen = sighting({ content: 'First.' });
    const again = { ...seen, content: 'Second.', author: { ...seen.author, handle: 'lovelace' } };
    const bad = { ...seen, author: { ...seen.author, followerCount: -1 } };
    const { ingested, refused } = await posts.ingest([seen, again, bad], NOW);
    expect(ingested).toMatchObject([
      { isNew: true, post: { content: 'First.' } },
      { isNew: false, post: { content: 'First.' } },
    ]);
    expect(refused).toHaveLength(1);
    expect(await rows('authors')).toMatchObject([{ handle: 'lovelace' }]);
  });

  it('stores text that PostgreSQL takes, of keys and lists too', async () => {
    const half = '\ud83d';
    const seen = sighting({
      content: `cut ${half}`,
      keywordMatches: [`a\0${half}`, '\\u0000'],
      rawMetrics: { [half]: [[`${half}\0`], { '\\ud83d': '\\\\u0000' }] },
      author: { platformId: `who${half}`, displayName: '\0' },
    });
    // Another one in JavaScript, and the same in the database.
    const same = {
      ...seen,
      platformPostId: `${seen.platformPostId}-2`,
      author: { ...seen.author, platformId: 'who\0' },
    };
    const { ingested, refused } = await posts.ingest([seen, same], NOW);
    expect(refused).toEqual([]);
    expect(ingested.map(({ isNew }) => isNew)).toEqual([true, true]);
    expect(ingested[0].post).toMatchObject({
      content: 'cut \ufffd',
      keywordMatches: ['a\ufffd\ufffd', '\\u0000'],
      rawMetrics: { '\ufffd': [['\ufffd\ufffd'], { '\\ud83d': '\\\\u0000' }] },
    });
    expect(await rows('authors')).toMatchObject([{ platform_id: 'who\ufffd', display_name: '\ufffd' }]);
  });

  it('of what is no fault of a row throws', async () => {
    await client.query('ALTER TABLE posts RENAME TO gone');
    const ingest = posts.ingest([sighting(), sighting()], NOW);
    await expect(ingest.finally(() => client.query('ALTER TABLE gone RENAME TO posts'))).rejects.toThrow(
      'relation "posts" does not exist',
    );
    expect(await rows('posts')).toEqual([]);
  });
});
