import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { CompetitorsModule } from '../../../src/modules/competitors/competitors.module';
import {
  type CompetitorProfile,
  CompetitorsService,
  type NewMention,
} from '../../../src/modules/competitors/competitors.service';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../../databases';
import { fresh, insert } from '../../entities/rows';
import { plansOf } from '../plans';
import { moduleOn } from '../../module-on';

const NOBODY = '00000000-0000-4000-8000-000000000000';

let database: TestDatabase;
let client: Client;
let app: TestingModule;
let competitors: CompetitorsService;
let competitorId: string;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
  app = await moduleOn(database, CompetitorsModule);
  competitors = app.get(CompetitorsService);
});

beforeEach(async () => {
  await client.query('DELETE FROM competitors');
  competitorId = (await insert(client, 'competitors')).id as string;
});

afterAll(async () => {
  await app.close();
  await database.close();
});

function profile(columns: Partial<CompetitorProfile> = {}): CompetitorProfile {
  return { name: fresh('brand'), category: 'SUPPLEMENT', pricePoint: 'MID', ...columns };
}

async function mention(columns: Partial<NewMention> = {}): Promise<NewMention> {
  const postId = (await insert(client, 'posts')).id as string;
  return { postId, competitorId, sentiment: 'NEUTRAL', opportunityScore: 0.5, ...columns };
}

describe('save', () => {
  it('writes a new competitor, and what is new of a known one', async () => {
    const known = await competitors.save(profile({ brandKeywords: ['vitago'] }));
    const changed = await competitors.save(profile({ name: known.name, pricePoint: 'PREMIUM' }));
    expect(changed).toMatchObject({ id: known.id, pricePoint: 'PREMIUM', brandKeywords: ['vitago'] });
  });

  it('writes no competitor without a name', async () => {
    await expect(competitors.save(profile({ name: '' }))).rejects.toThrow(InvalidInputError);
  });
});

describe('namedIn', () => {
  it('finds competitors by their keywords, in any case', async () => {
    await competitors.save(profile({ name: 'B', brandKeywords: ['ReLyte', 're-lyte'] }));
    await competitors.save(profile({ name: 'A', brandKeywords: ['Hydro%'] }));
    await competitors.save(profile({ name: 'C', brandKeywords: [''] }));
    const named = async (text: string) => (await competitors.namedIn(text)).map(({ name }) => name);
    expect(await named('I tried RELYTE and hydro% before.')).toEqual(['A', 'B']);
    expect(await named('hydrox')).toEqual([]);
    expect(await named('')).toEqual([]);
  });
});

describe('mention', () => {
  it('is recorded once a post and competitor, as it was said last', async () => {
    const first = await mention({ satisfaction: 'SATISFIED' });
    const { id } = await competitors.mention(first);
    await competitors.markReplied(id);
    expect(await competitors.mention({ ...first, sentiment: 'NEGATIVE', opportunityScore: 0.9 })).toMatchObject({
      id,
      sentiment: 'NEGATIVE',
      opportunityScore: 0.9,
      replied: true,
    });
  });

  it('is of a post and a competitor that exist, with a score from 0 to 1', async () => {
    await expect(competitors.mention(await mention({ postId: NOBODY }))).rejects.toThrow(ConflictError);
    await expect(competitors.mention(await mention({ competitorId: NOBODY }))).rejects.toThrow(ConflictError);
    await expect(competitors.mention(await mention({ opportunityScore: 1.1 }))).rejects.toThrow(InvalidInputError);
    await expect(competitors.markReplied(NOBODY)).rejects.toThrow(NotFoundError);
  });
});

describe('opportunities', () => {
  it('are those not replied to, the best first', async () => {
    const recorded = [];
    for (const opportunityScore of [0.2, 0.9, 0.5, 0.7])
      recorded.push(await competitors.mention(await mention({ opportunityScore })));
    const other = (await insert(client, 'competitors')).id as string;
    await competitors.mention(await mention({ competitorId: other, opportunityScore: 1 }));
    await competitors.markReplied(recorded[3].id);
    const scores = (await competitors.opportunities(competitorId, 2)).map((one) => one.opportunityScore);
    expect(scores).toEqual([0.9, 0.5]);
  });
});

describeOnServer('side by side', () => {
  it('twenty who record one mention leave one', async () => {
    const one = await mention();
    const recorded = await Promise.all(Array.from({ length: 20 }, () => competitors.mention(one)));
    expect(new Set(recorded.map(({ id }) => id)).size).toBe(1);
  });

  it('finds the opportunities of a competitor by their index', async () => {
    await client.query(
      `WITH rivals AS (
         INSERT INTO competitors (name, category, price_point) SELECT 'rival ' || n, 'OTHER', 'MID' FROM generate_series(1, 500) AS n
         RETURNING id
       ), author AS (
         INSERT INTO authors (platform, platform_id, handle) VALUES ('REDDIT', 'many', 'many') RETURNING id
       ), found AS (
         INSERT INTO posts (platform, platform_post_id, author_id, content, keyword_matches)
         SELECT 'REDDIT', 'many_' || n, author.id, 'text', '{word}' FROM author, generate_series(1, 100) AS n RETURNING id
       )
       INSERT INTO competitive_mentions (post_id, competitor_id, sentiment, opportunity_score)
       SELECT found.id, rivals.id, 'NEUTRAL', 0.5 FROM found, rivals`,
    );
    await client.query('ANALYZE competitive_mentions');
    const { rows } = await client.query<{ id: string }>(`SELECT id FROM competitors WHERE name = 'rival 7'`);
    const [plan] = await plansOf(await database.dataSource(), () => competitors.opportunities(rows[0].id, 20));
    expect(plan).toMatchObject({ indexes: ['idx_competitive_mentions_competitor_id'], sequential: [] });
  });
});
