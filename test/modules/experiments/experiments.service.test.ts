import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { DecisionAlreadyRandomizedError, DuplicateExperimentError } from '../../../src/modules/experiments/violations';
import { ControlGroupService } from '../../../src/modules/experiments/control-group.service';
import { ExperimentsModule } from '../../../src/modules/experiments/experiments.module';
import {
  ExperimentsService,
  IllegalExperimentStepError,
  type NewExperiment,
} from '../../../src/modules/experiments/experiments.service';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../../databases';
import { fresh, insert } from '../../entities/rows';
import { moduleOn } from '../../module-on';

const NOW = new Date('2026-03-01T12:00:00Z');
const YESTERDAY = new Date('2026-02-28T12:00:00Z');
const TOMORROW = new Date('2026-03-02T12:00:00Z');
const NOBODY = '00000000-0000-4000-8000-000000000000';

let database: TestDatabase;
let client: Client;
let app: TestingModule;
let experiments: ExperimentsService;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
  app = await moduleOn(database, ExperimentsModule);
  experiments = app.get(ExperimentsService);
});

afterAll(async () => {
  await app.close();
  await database.close();
});

function idea(columns: Partial<NewExperiment> = {}): NewExperiment {
  return { name: fresh('experiment'), variantA: 'today', variantB: 'new', metric: 'reply_rate', ...columns };
}

async function created(columns?: Partial<NewExperiment>): Promise<string> {
  return (await experiments.create(idea(columns))).id;
}

describe('an experiment', () => {
  it('is drafted, started, paused, continued and completed', async () => {
    const experiment = await experiments.create(idea());
    expect(experiment).toMatchObject({ status: 'DRAFT', trafficSplit: 0.5, startDate: null, winner: null });
    const { id } = experiment;
    expect(await experiments.start(id, YESTERDAY)).toMatchObject({ status: 'RUNNING', startDate: YESTERDAY });
    expect(await experiments.pause(id)).toMatchObject({ status: 'PAUSED' });
    expect(await experiments.start(id, NOW)).toMatchObject({ status: 'RUNNING', startDate: YESTERDAY });
    const results = { today: { rate: 0.1 }, new: { rate: 0.2 } };
    expect(await experiments.complete(id, { results, winner: 'new' }, NOW)).toMatchObject({
      status: 'COMPLETED',
      resultsJson: results,
      winner: 'new',
      endDate: NOW,
    });
  });

  it('has a name of its own', async () => {
    const name = fresh('experiment');
    await created({ name });
    await expect(created({ name })).rejects.toThrow(DuplicateExperimentError);
  });

  it.each<[string, Partial<NewExperiment>]>([
    ['two variants of one name', { variantA: 'same', variantB: 'same' }],
    ['an end before its beginning', { startDate: TOMORROW, endDate: NOW }],
    ['a split above 1', { trafficSplit: 1.1 }],
    ['no name', { name: '' }],
  ])('is not created with %s', async (_, wrong) => {
    await expect(created(wrong)).rejects.toThrow(InvalidInputError);
  });

  it('begins now where it was planned for later, and not where its end is past', async () => {
    expect(await experiments.start(await created({ startDate: TOMORROW }), NOW)).toMatchObject({ startDate: NOW });
    const past = await created({ endDate: YESTERDAY });
    await expect(experiments.start(past, NOW)).rejects.toThrow(InvalidInputError);
  });

  it('makes no step that its status does not allow', async () => {
    const id = await created();
    const result = { results: {}, winner: null };
    await expect(experiments.pause(id)).rejects.toThrow(IllegalExperimentStepError);
    await expect(experiments.complete(id, result)).rejects.toThrow(IllegalExperimentStepError);
    await experiments.start(id);
    await expect(experiments.start(id)).rejects.toThrow(IllegalExperimentStepError);
    await experiments.complete(id, result, new Date(Date.now() + 1000));
    await expect(experiments.start(id)).rejects.toThrow(IllegalExperimentStepError);
    await expect(experiments.pause(id)).rejects.toThrow(IllegalExperimentStepError);
    await expect(experiments.complete(id, result)).rejects.toThrow(IllegalExperimentStepError);
    await expect(experiments.changeTrafficSplit(id, 0.1)).rejects.toThrow(ConflictError);
  });

  it('is won by one of its variants, or by neither', async () => {
    const id = await created();
    await experiments.start(id, YESTERDAY);
    await expect(experiments.complete(id, { results: {}, winner: 'the other' }, NOW)).rejects.toThrow(
      InvalidInputError,
    );
    expect(await experiments.complete(id, { results: {}, winner: null }, NOW)).toMatchObject({ winner: null });
  });

  it('is not found where there is none', async () => {
    await expect(experiments.start(NOBODY)).rejects.toThrow(NotFoundError);
    await expect(experiments.assign(NOBODY, 'ada')).rejects.toThrow(NotFoundError);
  });
});

describe('assign', () => {
  it('gives a subject its variant, again and again, while the experiment runs', async () => {
    const id = await created({ trafficSplit: 1, endDate: TOMORROW });
    expect(await experiments.assign(id, 'ada', NOW)).toBeNull();
    await experiments.start(id, YESTERDAY);
    expect(await experiments.assign(id, 'ada', NOW)).toBe('new');
    expect(await experiments.assign(id, 'ada', NOW)).toBe('new');
    await experiments.changeTrafficSplit(id, 0);
    expect(await experiments.assign(id, 'ada', NOW)).toBe('today');
    await experiments.pause(id);
    expect(await experiments.assign(id, 'ada', NOW)).toBeNull();
  });

  it('gives none before the experiment begins, nor from its end on', async () => {
    const id = await created({ endDate: TOMORROW });
    await experiments.start(id, NOW);
    expect(await experiments.assign(id, 'ada', YESTERDAY)).toBeNull();
    expect(await experiments.assign(id, 'ada', NOW)).not.toBeNull();
    expect(await experiments.assign(id, 'ada', TOMORROW)).toBeNull();
  });
});

describe('the control group', () => {
  const control = (decisionId: string) =>
    ({ decisionId, predictedMode: 'HELPFUL', actualMode: 'ENGAGEMENT', predictedOutcome: 0.4 }) as const;

  it('records what was foretold of a decision, and what came of it', async () => {
    const controls = app.get(ControlGroupService);
    const decisionId = (await insert(client, 'decisions')).id as string;
    const { id } = await controls.record(control(decisionId));
    await controls.complete(decisionId, 0.7);
    const { rows } = await client.query('SELECT * FROM randomized_experiments WHERE id = $1', [id]);
    expect(rows).toMatchObject([{ decision_id: decisionId, predicted_outcome: 0.4, actual_outcome: 0.7 }]);
    await expect(controls.record(control(decisionId))).rejects.toThrow(DecisionAlreadyRandomizedError);
  });

  it('knows decisions only that exist, and were drawn by lot', async () => {
    const controls = app.get(ControlGroupService);
    await expect(controls.record(control(NOBODY))).rejects.toThrow(ConflictError);
    await expect(controls.complete(NOBODY, 1)).rejects.toThrow(NotFoundError);
  });
});

describeOnServer('side by side', () => {
  it('one of twenty who start it at once does', async () => {
    const id = await created();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => experiments.start(id)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
