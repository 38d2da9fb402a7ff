import { UserContext } from '../../../src/database/user-context';
import { MessageEmbedding } from '../../../src/entities';
import { EMBEDDING_DIMENSIONS } from '../../../src/entities/conversations/message-embedding.entity';
import {
  EmbeddingsService,
  InvalidEmbeddingError,
  MAX_NEIGHBOURS,
} from '../../../src/modules/conversations/embeddings.service';
import { ConflictError, InvalidInputError } from '../../../src/http/errors/domain-errors';
import { describeOnServer } from '../../databases';
import { plansOf } from '../plans';
import { type Application, startApplication } from './application';

const MODEL = 'text-embedding-3-small';

let app: Application;
let embeddings: EmbeddingsService;
let ada: string;
let bob: string;

beforeAll(async () => {
  app = await startApplication();
  embeddings = app.get(EmbeddingsService);
});

afterAll(() => app.close());

beforeEach(async () => {
  [ada, bob] = await app.newPeople('ada', 'bob');
});

/** A vector of that many dimensions that begins with these numbers. */
function vector(beginning: number[], dimensions = EMBEDDING_DIMENSIONS): number[] {
  return [...beginning, ...Array<number>(dimensions - beginning.length).fill(0)];
}

/** The direction that is so many degrees away from the first axis. */
function direction(degrees: number): number[] {
  const radians = (degrees * Math.PI) / 180;
  return vector([Math.cos(radians), Math.sin(radians)]);
}

/** Something said, that lies in this direction. */
async function saidAt(userId: string, degrees: number, model = MODEL): Promise<string> {
  const [{ id }] = await app.say(userId, `${degrees}°`);
  await embeddings.store(id, model, direction(degrees));
  return id;
}

async function nearest(userId: string, degrees: number, limit?: number): Promise<string[]> {
  const found = await embeddings.nearest(userId, direction(degrees), { model: MODEL, limit });
  return found.map(({ message }) => message.content);
}

describe('a search', () => {
  it('finds the nearest first, and says how far they are', async () => {
    for (const degrees of [90, 0, 180, 60]) await saidAt(ada, degrees);
    const found = await embeddings.nearest(ada, vector([5]), { model: MODEL });
    expect(found.map(({ message }) => message.content)).toEqual(['0°', '60°', '90°', '180°']);
    const distances = found.map(({ distance }) => distance);
    [0, 0.5, 1, 2].forEach((distance, index) => expect(distances[index]).toBeCloseTo(distance, 5));
    expect(await nearest(ada, 10, 2)).toEqual(['0°', '60°']);
  });

  it('finds the person’s own alone, and all of them, where others’ are nearer', async () => {
    for (const degrees of [30, 40]) await saidAt(ada, degrees);
    await app.dataSource.query(
      `WITH said AS (
         INSERT INTO messages (conversation_id, user_id, role, content)
         SELECT c.id, c.user_id, 'user', 'of Bob' FROM conversations c, generate_series(1, 300)
         WHERE c.user_id = $1 RETURNING id
       ) INSERT INTO message_embeddings (message_id, model, embedding) SELECT id, $2, $3 FROM said`,
      [await app.say(bob, 'Hello').then(() => bob), MODEL, JSON.stringify(direction(1))],
    );
    expect(await nearest(ada, 0)).toEqual(['30°', '40°']);
    // By the index alone, which meets Bob's three hundred first.
    const byIndex = await app.get(UserContext).asUser(ada, async (manager) => {
      await manager.query('SET LOCAL enable_sort = off');
      return embeddings.nearest(ada, direction(0), { model: MODEL });
    });
    expect(byIndex.map(({ message }) => message.content)).toEqual(['30°', '40°']);
    await app.get(UserContext).asUser(bob, async (manager) => {
      expect(await manager.count(MessageEmbedding)).toBe(300);
    });
  });

  it('finds what the same model made', async () => {
    await saidAt(ada, 10, 'another model');
    await saidAt(ada, 20);
    expect(await nearest(ada, 0)).toEqual(['20°']);
  });

  it('finds nothing where there is nothing', async () => {
    expect(await nearest(ada, 0)).toEqual([]);
  });

  it.each([0, -1, 1.5, NaN, MAX_NEIGHBOURS + 1])('for %p neighbours is refused', async (limit) => {
    await expect(nearest(ada, 0, limit)).rejects.toThrow(InvalidInputError);
  });
});

describeOnServer('at size', () => {
  it('a search for the person who has most goes by the HNSW index, which finds the nearest, or nearly so, in order', async () => {
    await app.say(ada, 'Hello');
    await app.dataSource.query(
      `WITH said AS (
         INSERT INTO messages (conversation_id, user_id, role, content)
         SELECT c.id, c.user_id, 'user', n FROM conversations c, generate_series(1, 600) AS n RETURNING id, content::int AS n
       ) INSERT INTO message_embeddings (message_id, model, embedding)
       SELECT id, $1, (ARRAY[cos(n / 1000.0), sin(n / 1000.0)] || array_fill(0::float8, ARRAY[$2 - 2]))::vector FROM said`,
      [MODEL, EMBEDDING_DIMENSIONS],
    );
    await app.dataSource.query('ANALYZE messages, message_embeddings');
    const search = () => embeddings.nearest(ada, vector([1]), { model: MODEL, limit: 20 });
    const [plan] = await app.get(UserContext).asUser(ada, (manager) => plansOf(app.dataSource, search, manager));
    expect(plan.indexes).toContain('idx_message_embeddings_embedding');
    const found = (await search()).map(({ message }) => Number(message.content));
    expect(found).toEqual([...found].sort((one, other) => one - other));
    expect(found).toHaveLength(20);
    expect(Math.max(...found)).toBeLessThan(60);
  });
});

describe('an embedding', () => {
  it('takes the place of the one before', async () => {
    const messageId = await saidAt(ada, 90);
    await embeddings.store(messageId, 'another model', direction(0));
    expect(await app.dataSource.manager.find(MessageEmbedding)).toMatchObject([
      { messageId, model: 'another model', embedding: direction(0).map(Math.fround) },
    ]);
  });

  it('of a message that is not there is refused', async () => {
    const nobody = '3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b';
    await expect(embeddings.store(nobody, MODEL, direction(0))).rejects.toThrow(ConflictError);
    await expect(embeddings.store('message', MODEL, direction(0))).rejects.toThrow(InvalidInputError);
  });

  it.each([
    ['too few dimensions', vector([1], EMBEDDING_DIMENSIONS - 1)],
    ['too many dimensions', vector([1], EMBEDDING_DIMENSIONS + 1)],
    ['no dimensions', []],
    ['NaN', vector([1, NaN])],
    ['Infinity', vector([1, Infinity])],
    ['what single precision takes for Infinity', vector([1, 1e39])],
    ['a length that single precision takes for Infinity', vector([1e20, 1e20])],
    ['zeros alone', vector([])],
    ['what single precision takes for zeros', vector([1e-50])],
    ['a length that single precision takes for zero', vector([1e-30])],
    ['text', vector(['1' as unknown as number])],
    ['gaps', Array(EMBEDDING_DIMENSIONS) as number[]],
  ])('of %s is refused, to store and to search', async (_, embedding) => {
    const [{ id }] = await app.say(ada, 'Hello');
    await expect(embeddings.store(id, MODEL, embedding)).rejects.toThrow(InvalidEmbeddingError);
    await expect(embeddings.nearest(ada, embedding, { model: MODEL })).rejects.toThrow(InvalidEmbeddingError);
  });
});
