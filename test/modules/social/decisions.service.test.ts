import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { variantOf } from '../../../src/modules/experiments/variant';
import {
  DecisionsService,
  type NewDecision,
  PostAlreadyProcessedError,
} from '../../../src/modules/social/decisions.service';
import { PostsService } from '../../../src/modules/social/posts.service';
import { SocialModule } from '../../../src/modules/social/social.module';
import { migratedDatabase, type TestDatabase } from '../../databases';
import { insert, type Row } from '../../entities/rows';
import { moduleOn } from '../../module-on';

const NOW = new Date('2026-03-01T12:00:00Z');
const NOBODY = '00000000-0000-4000-8000-000000000000';

let database: TestDatabase;
let client: Client;
let app: TestingModule;
let decisions: DecisionsService;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
  app = await moduleOn(database, SocialModule);
  decisions = app.get(DecisionsService);
});

beforeEach(async () => {
  for (const table of ['authors', 'competitors', 'experiments', 'segmented_weights', 'randomized_experiments'])
    await client.query(`DELETE FROM ${table}`);
});

afterAll(async () => {
  await app.close();
  await database.close();
});

async function rows(table: string): Promise<Row[]> {
  return (await client.query<Row>(`SELECT * FROM ${client.escapeIdentifier(table)}`)).rows;
}

async function newPost(columns: Row = {}): Promise<string> {
  return (await insert(client, 'posts', { platform: 'TWITTER', ...columns })).id as string;
}

/** What the engine has decided of a post, of a new one unless it says which. */
async function decision(columns: Partial<NewDecision> = {}): Promise<NewDecision> {
  const postId = columns.postId ?? (await newPost());
  return { sssScore: 0.2, arsScore: 0.4, evsScore: 0.6, trsScore: 0.8, mode: 'HELPFUL', ...columns, postId };
}

it('writes a decision, and that its post has been dealt with', async () => {
  const made = await decision({
    archetype: 'COACH',
    safetyFlags: ['distress'],
    signalsJson: { intent: 'vents' },
    temporalContext: { hour: 3 },
  });
  const { id } = await decisions.record(made, NOW);
  expect(await rows('decisions')).toMatchObject([
    {
      id,
      post_id: made.postId,
      sss_score: 0.2,
      ars_score: 0.4,
      evs_score: 0.6,
      trs_score: 0.8,
      composite_score: 0.5,
      mode: 'HELPFUL',
      archetype: 'COACH',
      safety_flags: ['distress'],
      signals_json: { intent: 'vents' },
      temporal_context: { hour: 3 },
      competitor_detected: null,
      is_power_user: false,
      experiment_id: null,
      experiment_variant: null,
      is_randomized_experiment: false,
      predicted_mode: 'HELPFUL',
    },
  ]);
  expect(await rows('posts')).toMatchObject([{ processed_at: NOW, error_count: 0, error_message: null }]);
});

it('counts the failures before it, and not the attempt that it ends', async () => {
  await newPost();
  const posts = app.get(PostsService);
  const [first] = await posts.claim(1);
  await posts.markFailed(first, 'The engine did not answer.');
  const [{ id: postId }] = await posts.claim(1, new Date(Date.now() + 3_600_000));
  await decisions.record(await decision({ postId }), NOW);
  expect(await rows('posts')).toMatchObject([{ processed_at: NOW, error_count: 1, error_message: null }]);
});

it('deals with a post that nobody has claimed since it failed', async () => {
  const postId = await newPost({ error_count: 2, error_message: 'The engine did not answer.' });
  await decisions.record(await decision({ postId }), NOW);
  expect(await rows('posts')).toMatchObject([{ error_count: 2, error_message: null }]);
});

it('remembers whether the author was a power user at the time', async () => {
  const author_id = (await insert(client, 'authors', { is_power_user: true, power_tier: 'MICRO' })).id;
  await decisions.record(await decision({ postId: await newPost({ author_id }) }), NOW);
  await client.query('UPDATE authors SET is_power_user = false');
  expect(await rows('decisions')).toMatchObject([{ is_power_user: true }]);
});

describe('the composite score', () => {
  async function learnt(segment_type: string, segment_key: string, [sss, ars, evs, trs]: number[]): Promise<void> {
    const weights = { sss_weight: sss, ars_weight: ars, evs_weight: evs, trs_weight: trs };
    await insert(client, 'segmented_weights', { segment_type, segment_key, ...weights });
  }

  it('is by the weights of the platform', async () => {
    await learnt('platform', 'TWITTER', [1, 0, 0, 0]);
    await learnt('platform', 'REDDIT', [0, 1, 0, 0]);
    expect(await decisions.record(await decision())).toMatchObject({ compositeScore: 0.2 });
  });

  it('is by those of the segments where they are given', async () => {
    await learnt('platform', 'TWITTER', [1, 0, 0, 0]);
    await learnt('time_of_day', 'night', [0, 0, 0, 1]);
    const segments = [
      { segmentType: 'time_of_day', segmentKey: 'night' },
      { segmentType: 'platform', segmentKey: 'TWITTER' },
    ];
    expect(await decisions.record(await decision({ segments }))).toMatchObject({ compositeScore: 0.8 });
  });

  it('is as given, if it is', async () => {
    expect(await decisions.record(await decision({ compositeScore: 0.9 }))).toMatchObject({ compositeScore: 0.9 });
  });

  it('is 1 at most, even where the weights sum to a little more', async () => {
    await learnt('platform', 'TWITTER', [0.2505, 0.25, 0.25, 0.25]);
    const scores = { sssScore: 1, arsScore: 1, evsScore: 1, trsScore: 1 };
    expect(await decisions.record(await decision(scores))).toMatchObject({ compositeScore: 1 });
  });
});

it('records what the post says of competitors, and names the chief one', async () => {
  const [chief, other] = [await insert(client, 'competitors'), await insert(client, 'competitors')];
  const said = { sentiment: 'NEGATIVE', opportunityScore: 0.7 } as const;
  const mentions = [chief, other].map(({ id }) => ({ competitorId: id as string, ...said }));
  const { postId } = await decisions.record(await decision({ mentions }), NOW);
  expect(await rows('decisions')).toMatchObject([{ competitor_detected: chief.name }]);
  const recorded = { post_id: postId, sentiment: 'NEGATIVE', opportunity_score: 0.7, replied: false };
  expect(await rows('competitive_mentions')).toMatchObject([recorded, recorded]);
});

describe('an experiment', () => {
  const RUNNING = { status: 'RUNNING', variant_a: 'plain', variant_b: 'warm', traffic_split: 0.5 };

  it('gives all posts of an author one variant', async () => {
    const experimentId = (await insert(client, 'experiments', RUNNING)).id as string;
    for (let author = 0; author < 8; author++) {
      const author_id = (await insert(client, 'authors')).id as string;
      const variant = variantOf(
        { id: experimentId, variantA: 'plain', variantB: 'warm', trafficSplit: 0.5 },
        author_id,
      );
      for (const postId of [await newPost({ author_id }), await newPost({ author_id })])
        expect(await decisions.record(await decision({ postId, experimentId }), NOW)).toMatchObject({
          experimentId,
          experimentVariant: variant,
        });
    }
  });

  it('has no part in a decision unless it runs', async () => {
    const experimentId = (await insert(client, 'experiments', { ...RUNNING, status: 'PAUSED' })).id as string;
    expect(await decisions.record(await decision({ experimentId }), NOW)).toMatchObject({
      experimentId: null,
      experimentVariant: null,
    });
  });
});

it('puts what was drawn by lot into the control group', async () => {
  const randomized = { predictedMode: 'DISENGAGED', predictedOutcome: 0.3 } as const;
  const { id } = await decisions.record(await decision({ randomized }), NOW);
  expect(await rows('decisions')).toMatchObject([
    { mode: 'HELPFUL', is_randomized_experiment: true, predicted_mode: 'DISENGAGED' },
  ]);
  expect(await rows('randomized_experiments')).toMatchObject([
    {
      decision_id: id,
      predicted_mode: 'DISENGAGED',
      actual_mode: 'HELPFUL',
      predicted_outcome: 0.3,
      actual_outcome: null,
    },
  ]);
});

it.each<[string, new (...args: never[]) => Error, () => Promise<Partial<NewDecision>>]>([
  ['of no post', NotFoundError, async () => Promise.resolve({ postId: NOBODY })],
  ['of what is no id', InvalidInputError, async () => Promise.resolve({ postId: 'a post' })],
  [
    'of a post that was put aside',
    PostAlreadyProcessedError,
    async () => ({ postId: await newPost({ processed_at: NOW }) }),
  ],
  ['with a score above 1', InvalidInputError, async () => Promise.resolve({ trsScore: 1.1 })],
  ['with a score that is none', InvalidInputError, async () => Promise.resolve({ trsScore: NaN })],
  ['in a mode that there is not', InvalidInputError, async () => Promise.resolve({ mode: 'SHOUTING' as never })],
  ['in an experiment that there is not', NotFoundError, async () => Promise.resolve({ experimentId: NOBODY })],
  [
    'about a competitor that there is not',
    ConflictError,
    async () => Promise.resolve({ mentions: [{ competitorId: NOBODY, sentiment: 'MIXED', opportunityScore: 0 }] }),
  ],
  [
    'about an opportunity above 1',
    InvalidInputError,
    async () => ({
      mentions: [
        {
          competitorId: (await insert(client, 'competitors')).id as string,
          sentiment: 'MIXED' as const,
          opportunityScore: 2,
        },
      ],
    }),
  ],
  [
    'with a foretold mode that there is not',
    InvalidInputError,
    async () => Promise.resolve({ randomized: { predictedMode: 'SHOUTING' as never, predictedOutcome: 0 } }),
  ],
])('writes nothing for a decision %s', async (_, error, columns) => {
  const broken = await decision(await columns());
  const before = await rows('posts');
  await expect(decisions.record(broken)).rejects.toThrow(error);
  expect(await rows('decisions')).toEqual([]);
  expect(await rows('competitive_mentions')).toEqual([]);
  expect(await rows('randomized_experiments')).toEqual([]);
  expect(await rows('posts')).toEqual(before);
});

it('decides on a post once, and tells when that was', async () => {
  const made = await decision();
  await decisions.record(made, NOW);
  await expect(decisions.record(made)).rejects.toThrow(
    `The post ${made.postId} was already processed at 2026-03-01T12:00:00.000Z.`,
  );
  expect(await rows('decisions')).toHaveLength(1);
});
