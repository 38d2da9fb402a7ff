import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { wellFormed } from '../../database/well-formed';
import { Author, Post } from '../../entities';
import { powerTierOf } from '../../entities/social/power-tier';
import { columnsOf } from '../../database/rows';
import { jsonOf, type Refused, writeEach } from '../../http/errors/refused-rows';
import { InvalidInputError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { checkNewRow } from '../../http/validation/entity-rules.subscriber';

/** The maximum number of sightings per ingest. */
export const MAX_SIGHTINGS = 1000;
/** How many attempts to process a post before it has failed for good. */
export const PROCESSING_ATTEMPTS = 5;
/** How long a claim lasts, and how long a failed post waits for the next attempt. */
export const LEASE_MS = 5 * 60_000;
/** The error of a post whose worker has not reported back, or has died. */
export const NOT_REPORTED = 'No worker has reported back.';

/** A post as the listener sees it, with its author at that time. */
export type Sighting = Pick<Post, 'platform' | 'platformPostId' | 'content' | 'keywordMatches'> &
  Partial<Pick<Post, 'keywordCategories' | 'spamFiltered' | 'rawMetrics'>> & {
    author: Pick<Author, 'platformId' | 'handle' | 'displayName' | 'followerCount' | 'isVerified'>;
  };

/** The result of an ingest. */
export interface Ingest {
  /** The posts in the order of the sightings. If a new post was sighted several times, only the first is marked as new. */
  ingested: Ingested[];
  /** The invalid sightings, each with the reason. */
  refused: Refused<Sighting>[];
}

export interface Ingested {
  /** The stored post; a known post stays as first seen. */
  post: Post;
  isNew: boolean;
}

/**
 * Posts that the listener finds (003). Each is stored once and processed once.
 *
 *     await posts.ingest(await listener.next());
 *     for (const post of await posts.claim(50)) await decisions.record(await engine.decide(post));
 *
 * A claim is a lease that uses existing columns: it counts as a failed attempt (error_count, and NOT_REPORTED as the error)
 * until the worker reports back; updated_at, set by the database's clock, is its start. A failed post waits five minutes
 * from then. So a post whose worker dies is claimed again, and a post that crashes its workers fails for good after
 * PROCESSING_ATTEMPTS, like any other. A post that has failed for good has a processed_at, no decision, and the last error.
 */
@Injectable()
export class PostsService {
  constructor(
    @InjectRepository(Post) private readonly posts: Repository<Post>,
    @InjectRepository(Author) private readonly authors: Repository<Author>,
  ) {}

  /**
   * Stores new posts, and creates or updates their authors; both are identified by the platform's keys. In a batch, the first
   * sighting of a post counts, and the last one of an author. Spam is stored, but does not wait for processing. A sighting
   * that is older than the last one of its author does not change the author.
   *
   * It takes one round trip, two if some posts are known, more if some are rejected. Any number of processes may ingest the
   * same posts in any order. An invalid sighting doesn't stop the others.
   *
   * @param sightings at most MAX_SIGHTINGS
   * @param now when the posts were seen
   */
  async ingest(sightings: readonly Sighting[], now: Date = new Date()): Promise<Ingest> {
    if (sightings.length > MAX_SIGHTINGS)
      throw new InvalidInputError(`Got ${sightings.length} sightings; at most ${MAX_SIGHTINGS} are allowed.`);
    const { written, refused } = await writeEach(sightings, (some) => this.write(some, now));
    const created = byKey(written);
    const wrong = new Set(refused.map(({ row }) => row));
    const right = sightings.filter((sighting) => !wrong.has(sighting));
    const known = byKey(await this.find(right.filter((sighting) => !created.has(keyOfPost(sighting)))));
    const told = new Set<string>();
    const ingested = right.flatMap((sighting) => {
      const key = keyOfPost(sighting);
      const post = created.get(key) ?? known.get(key);
      const isNew = created.has(key) && !told.has(key);
      told.add(key);
      // Retention may just have deleted a known post.
      return post ? [{ post, isNew }] : [];
    });
    return { ingested, refused };
  }

  /** Writes all or none, and returns the new posts. */
  private async write(sightings: readonly Sighting[], now: Date): Promise<Post[]> {
    const [authors, posts] = [new Map<string, object>(), new Map<string, object>()];
    for (const sighting of sightings) {
      const [author, post] = [authorOf(sighting), postOf(sighting)];
      authors.set(keyOf(author.platform, author.platformId), author);
      if (!posts.has(keyOfPost(post))) posts.set(keyOfPost(post), post);
    }
    for (const author of authors.values()) checkNewRow(this.authors.metadata, author);
    for (const post of posts.values()) checkNewRow(this.posts.metadata, post);
    return this.posts.query<Post[]>(`${INGEST} RETURNING ${columnsOf(this.posts.metadata)}`, [
      jsonOf([...authors.values()]),
      jsonOf([...posts.values()]),
      now,
    ]);
  }

  /**
   * Claims waiting posts, roughly in the order of arrival. While a lease lasts, no other worker gets the post; workers never
   * wait for each other. The worker calls `DecisionsService.record` or `markFailed`.
   *
   * @param limit maximum number of posts
   * @returns an empty list if no post is waiting
   */
  async claim(limit: number, now: Date = new Date()): Promise<Post[]> {
    if (!Number.isInteger(limit) || limit < 1) throw new InvalidInputError('limit must be a whole number above 0.');
    const leaseBegin = new Date(now.getTime() - LEASE_MS);
    for (;;) {
      const [taken] = await this.posts.query<[Post[], number]>(`${CLAIM} RETURNING ${columnsOf(this.posts.metadata)}`, [
        leaseBegin,
        limit,
        now,
      ]);
      const claimed = taken.filter(({ processedAt }) => processedAt === null);
      // If all of these have failed for good, later ones may be waiting.
      if (claimed.length > 0 || taken.length === 0) return claimed;
    }
  }

  /**
   * Marks an attempt to process a claimed post as failed: the next attempt is after LEASE_MS, unless it has failed for good.
   * This does nothing if the claim has ended.
   *
   * @param post as returned by `claim`
   */
  async markFailed(
    { id, errorCount }: Pick<Post, 'id' | 'errorCount'>,
    error: string,
    now: Date = new Date(),
  ): Promise<void> {
    await this.posts
      .query(
        `UPDATE posts SET error_message = $3, processed_at = CASE WHEN error_count >= ${PROCESSING_ATTEMPTS} THEN $4::timestamptz END
         WHERE id = $1 AND error_count = $2 AND error_message = $5 AND processed_at IS NULL`,
        [id, errorCount, error, now, NOT_REPORTED],
      )
      .catch(throwDomainError);
  }

  private async find(sightings: readonly Sighting[]): Promise<Post[]> {
    if (sightings.length === 0) return [];
    const keys = sightings.map(({ platform, platformPostId }) => ({ platform, id: platformPostId }));
    return this.posts.query<Post[]>(
      `SELECT ${columnsOf(this.posts.metadata)} FROM posts
       WHERE (platform, platform_post_id) IN (SELECT * FROM json_to_recordset($1) AS key (platform text, id text))`,
      [jsonOf(keys)],
    );
  }
}

function authorOf({ platform, author }: Sighting) {
  const { handle, displayName, followerCount, isVerified } = author;
  const powerTier = powerTierOf(followerCount);
  // Keys must be equal here if they are equal in the database.
  const platformId = wellFormed(author.platformId);
  return { platform, platformId, handle, displayName, followerCount, isVerified, powerTier };
}

function postOf({ author, ...post }: Sighting) {
  const { platform, platformPostId, content, keywordMatches } = post;
  const { keywordCategories = [], spamFiltered = false, rawMetrics = {} } = post;
  const stated = { platform, platformPostId, content, keywordMatches, keywordCategories, spamFiltered, rawMetrics };
  return { ...stated, platformId: author.platformId };
}

function keyOf(platform: string, id: string): string {
  return `${platform} ${id}`;
}

function keyOfPost({ platform, platformPostId }: Pick<Post, 'platform' | 'platformPostId'>): string {
  return keyOf(platform, platformPostId);
}

function byKey(posts: readonly Post[]): Map<string, Post> {
  return new Map(posts.map((post) => [keyOfPost(post), post]));
}

/** The columns of an author that a newer sighting updates. */
const PROFILE = ['handle', 'display_name', 'follower_count', 'is_verified', 'is_power_user', 'power_tier'].map(
  (column) =>
    `${column} = CASE WHEN excluded.last_seen_at >= known.last_seen_at THEN excluded.${column} ELSE known.${column} END`,
);

/** In key order, authors before posts, so that concurrent ingests can't deadlock. */
const INGEST = `
  WITH author AS (
    INSERT INTO authors AS known (platform, platform_id, handle, display_name, follower_count, is_verified,
      is_power_user, power_tier, first_seen_at, last_seen_at)
    SELECT platform, "platformId", handle, "displayName", "followerCount", "isVerified",
      "powerTier" IS NOT NULL, "powerTier", $3::timestamptz, $3
    FROM json_to_recordset($1) AS seen (platform text, "platformId" text, handle text, "displayName" text,
      "followerCount" integer, "isVerified" boolean, "powerTier" text)
    ORDER BY platform, "platformId"
    ON CONFLICT (platform, platform_id) DO UPDATE SET ${PROFILE.join(', ')},
      last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)
    RETURNING id, platform, platform_id
  )
  INSERT INTO posts AS post (platform, platform_post_id, author_id, content, detected_at, processed_at,
    keyword_matches, keyword_categories, spam_filtered, raw_metrics)
  SELECT seen.platform, "platformPostId", author.id, content, $3, CASE WHEN "spamFiltered" THEN $3 END,
    "keywordMatches", "keywordCategories", "spamFiltered", "rawMetrics"
  FROM json_to_recordset($2) AS seen (platform text, "platformPostId" text, "platformId" text, content text,
    "keywordMatches" text[], "keywordCategories" text[], "spamFiltered" boolean, "rawMetrics" jsonb)
  JOIN author ON author.platform = seen.platform AND author.platform_id = "platformId"
  ORDER BY seen.platform, "platformPostId"
  ON CONFLICT (platform, platform_post_id) DO NOTHING`;

/** Waiting posts are equal in idx_posts_processed_at and stand there in order of arrival. ORDER BY makes the planner use it. */
const CLAIM = `
  UPDATE posts SET
    error_count = least(error_count + 1, ${PROCESSING_ATTEMPTS}),
    error_message = '${NOT_REPORTED}',
    processed_at = CASE WHEN error_count >= ${PROCESSING_ATTEMPTS} THEN $3::timestamptz END
  WHERE id = ANY (ARRAY(
    SELECT id FROM posts WHERE processed_at IS NULL AND (error_count = 0 OR updated_at <= $1)
    ORDER BY processed_at LIMIT $2 FOR UPDATE SKIP LOCKED
  ))`;
