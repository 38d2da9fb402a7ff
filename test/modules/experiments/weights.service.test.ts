import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { accuracyOf } from '../../../src/entities/experiments/learning';
import { ConflictError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { WeightsDoNotSumToOneError } from '../../../src/modules/experiments/violations';
import { ExperimentsModule } from '../../../src/modules/experiments/experiments.module';
import { EQUAL_WEIGHTS, type Lesson, type Run, WeightsService } from '../../../src/modules/experiments/weights.service';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../../databases';
import { moduleOn } from '../../module-on';

const NOW = new Date('2026-03-01T12:00:00Z');
const NOBODY = '00000000-0000-4000-8000-000000000000';
const MORNING = { segmentType: 'time_of_day', segmentKey: 'morning' };
const TWITTER = { segmentType: 'platform', segmentKey: 'TWITTER' };

let database: TestDatabase;
let client: Client;
let app: TestingModule;
let weights: WeightsService;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
  app = await moduleOn(database, ExperimentsModule);
  weights = app.get(WeightsService);
});

beforeEach(async () => {
  for (const table of ['segmented_weights', 'weight_adjustment_logs', 'learning_events'])
    await client.query(`DELETE FROM ${table}`);
});

afterAll(async () => {
  await app.close();
  await database.close();
});

function lesson(segment: { segmentType: string; segmentKey: string }, sssWeight: number): Lesson {
  return {
    ...segment,
    sssWeight,
    arsWeight: 1 - sssWeight,
    evsWeight: 0,
    trsWeight: 0,
    sampleSize: 80,
    performance: 0.6,
  };
}

function run(lessons: Lesson[]): Run {
  const reason = `${lessons.length} of 3 segments have samples enough.`;
  return {
    lessons,
    totalSegments: Math.max(3, lessons.length),
    reason,
    baselinePerformance: 0.5,
    predictedImprovement: 0.1,
  };
}

async function counts(): Promise<Record<string, unknown>> {
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT (SELECT count(*)::int FROM segmented_weights) AS weights,
       (SELECT count(*)::int FROM weight_adjustment_logs) AS logs, (SELECT count(*)::int FROM learning_events) AS events`,
  );
  return rows[0];
}

describe('find', () => {
  it('takes the first segment that has weights', async () => {
    await weights.adopt(run([lesson(TWITTER, 0.4), lesson(MORNING, 0.6)]), NOW);
    const author = { segmentType: 'author', segmentKey: 'TWITTER:1' };
    expect(await weights.find([author, MORNING, TWITTER])).toMatchObject({ sssWeight: 0.6 });
    expect(await weights.find([author, TWITTER, MORNING])).toMatchObject({ sssWeight: 0.4 });
  });

  it('weighs alike where nothing is known', async () => {
    expect(await weights.find([MORNING])).toEqual(EQUAL_WEIGHTS);
    expect(await weights.find([])).toEqual(EQUAL_WEIGHTS);
  });
});

describe('adopt', () => {
  it('changes the weights, logs the run with those before, and leaves an event to be evaluated', async () => {
    await weights.adopt(run([lesson(TWITTER, 0.4)]), NOW);
    const event = await weights.adopt(run([lesson(TWITTER, 0.7), lesson(MORNING, 0.6)]), NOW);
    expect(await weights.find([TWITTER])).toMatchObject({ sssWeight: 0.7, sampleSize: 80, performance: 0.6 });
    const { rows } = await client.query(`SELECT * FROM weight_adjustment_logs ORDER BY valid_segments DESC`);
    expect(rows[0]).toMatchObject({
      date: NOW,
      action: 'adjusted',
      valid_segments: 2,
      total_segments: 3,
      sample_sizes: { 'platform:TWITTER': 80, 'time_of_day:morning': 80 },
      old_weights: { 'platform:TWITTER': { sssWeight: 0.4 } },
      new_weights: { 'platform:TWITTER': { sssWeight: 0.7 }, 'time_of_day:morning': { sssWeight: 0.6 } },
    });
    expect(event).toMatchObject({ date: NOW, adjustmentType: 'weights', evaluatedAt: null });
    expect(await counts()).toEqual({ weights: 2, logs: 2, events: 2 });
  });

  it('logs alone a run that has learnt nothing', async () => {
    expect(await weights.adopt(run([]), NOW)).toBeNull();
    expect(await counts()).toEqual({ weights: 0, logs: 1, events: 0 });
    const { rows } = await client.query('SELECT action, predicted_improvement FROM weight_adjustment_logs');
    expect(rows).toEqual([{ action: 'skipped', predicted_improvement: null }]);
  });

  it('changes nothing where the weights of one segment do not add up to 1', async () => {
    const wrong = { ...lesson(MORNING, 0.5), trsWeight: 0.1 };
    await expect(weights.adopt(run([lesson(TWITTER, 0.4), wrong]), NOW)).rejects.toThrow(WeightsDoNotSumToOneError);
    expect(await counts()).toEqual({ weights: 0, logs: 0, events: 0 });
  });
});

describe('evaluate', () => {
  it('says how much better the new weights do, and how good the expectation was', async () => {
    const { id } = (await weights.adopt(run([lesson(TWITTER, 0.4)]), NOW))!;
    const event = await weights.evaluate(id, 0.55, NOW);
    expect(event.actualImprovement).toBeCloseTo(0.05);
    expect(event.accuracy).toBeCloseTo(0.5);
    expect(event.evaluatedAt).toEqual(NOW);
    await expect(weights.evaluate(id, 0.6)).rejects.toThrow(ConflictError);
    await expect(weights.evaluate(NOBODY, 0.6)).rejects.toThrow(NotFoundError);
  });

  it.each([
    [0.1, 0.1, 1],
    [0.1, 0.05, 0.5],
    [0.1, 0, 0],
    [0.1, -0.1, 0],
    [0.1, 0.3, 0],
    [-0.1, -0.1, 1],
    [0, 0, 1],
    [0, 0.1, 0],
  ])('expected %d, found %d: accuracy %d', (predicted, actual, accuracy) => {
    expect(accuracyOf(predicted, actual)).toBeCloseTo(accuracy);
  });
});

describeOnServer('side by side', () => {
  it('runs of the same segments wait for each other, whatever their order', async () => {
    const segments = Array.from({ length: 50 }, (_, key) => ({ segmentType: 'author', segmentKey: `TWITTER:${key}` }));
    const learnt = segments.map((segment) => lesson(segment, 0.5));
    await Promise.all([run(learnt), run(learnt.toReversed()), run(learnt)].map((one) => weights.adopt(one, NOW)));
    expect(await counts()).toEqual({ weights: 50, logs: 3, events: 3 });
  });
});
