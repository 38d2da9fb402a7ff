import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { InvalidInputError } from '../../../src/http/errors/domain-errors';
import { LEASE_MS, NOT_REPORTED, PostsService, PROCESSING_ATTEMPTS } from '../../../src/modules/social/posts.service';
import { SocialModule } from '../../../src/modules/social/social.module';
import { migratedDatabase, type TestDatabase } from '../../databases';
import type { Row } from '../../entities/rows';
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

async function rows(): Promise<Row[]> {
  return (await client.query<Row>(`SELECT * FROM posts ORDER BY platform, created_at`)).rows;
}

describe('a claim', () => {
  /** The lease is by the clock of the database. */
  function after(leases: number): Date {
    return new Date(Date.now() + leases * (LEASE_MS + MINUTE));
  }

  async function waiting(count = 1): Promise<void> {
    await posts.ingest(
      Array.from({ length: count }, () => sighting()),
      NOW,
    );
  }

  it('hands each post that waits to one worker, and counts the attempt', async () => {
    await waiting(3);
    const claimed = [...(await posts.claim(2)), ...(await posts.claim(2)), ...(await posts.claim(2))];
    expect(new Set(claimed.map(({ id }) => id)).size).toBe(3);
    for (const post of claimed) expect(post).toMatchObject({ errorCount: 1, errorMessage: NOT_REPORTED });
  });

  it('gives a post back whose worker has died, when its lease is over', async () => {
    await waiting();
    const [{ id }] = await posts.claim(1);
    expect(await posts.claim(1, new Date(Date.now() + LEASE_MS - MINUTE))).toEqual([]);
    expect(await posts.claim(1, after(1))).toMatchObject([{ id, errorCount: 2 }]);
  });

  it('lets a post that has failed rest, and tries it again', async () => {
    await waiting();
    const [post] = await posts.claim(1);
    await posts.markFailed(post, 'The engine did not answer.', NOW);
    expect(await rows()).toMatchObject([
      { error_count: 1, error_message: 'The engine did not answer.', processed_at: null },
    ]);
    expect(await posts.claim(1)).toEqual([]);
    expect(await posts.claim(1, after(1))).toMatchObject([{ id: post.id, errorCount: 2 }]);
  });

  it(`gives a post up that has failed ${PROCESSING_ATTEMPTS} times, and tells why`, async () => {
    await waiting();
    for (let attempt = 1; attempt <= PROCESSING_ATTEMPTS; attempt++) {
      const [post] = await posts.claim(1, after(1));
      expect(post.errorCount).toBe(attempt);
      await posts.markFailed(post, `Failure ${attempt}`, NOW);
    }
    expect(await rows()).toMatchObject([
      { error_count: PROCESSING_ATTEMPTS, error_message: `Failure ${PROCESSING_ATTEMPTS}`, processed_at: NOW },
    ]);
    expect(await posts.claim(1, after(1))).toEqual([]);
  });

  it(`gives a post up that has killed ${PROCESSING_ATTEMPTS} workers, and goes on with those behind it`, async () => {
    await waiting();
    for (let attempt = 1; attempt <= PROCESSING_ATTEMPTS; attempt++)
      expect(await posts.claim(1, after(1))).toMatchObject([{ errorCount: attempt }]);
    await waiting();
    expect(await posts.claim(1, after(1))).toMatchObject([{ errorCount: 1 }]);
    expect((await rows()).filter((post) => post.processed_at !== null)).toMatchObject([
      { error_count: PROCESSING_ATTEMPTS, error_message: NOT_REPORTED },
    ]);
  });

  it('does not listen to a worker that was too slow', async () => {
    await waiting();
    const [late] = await posts.claim(1);
    const [current] = await posts.claim(1, after(1));
    await posts.markFailed(late, 'Too late.', NOW);
    expect(await rows()).toMatchObject([{ error_count: 2, error_message: NOT_REPORTED }]);
    await posts.markFailed(current, 'In time.', NOW);
    await posts.markFailed(current, 'Twice.', NOW);
    expect(await rows()).toMatchObject([{ error_count: 2, error_message: 'In time.' }]);
  });

  it.each([0, -1, 1.5, NaN])('takes no limit of %d', async (limit) => {
    await expect(posts.claim(limit)).rejects.toThrow(InvalidInputError);
  });
});
