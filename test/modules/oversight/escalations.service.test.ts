import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import type { Escalation } from '../../../src/entities';
import { ConflictError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { EscalationClosedError, EscalationsService } from '../../../src/modules/oversight/escalations.service';
import { OversightModule } from '../../../src/modules/oversight/oversight.module';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../../databases';
import { insert } from '../../entities/rows';
import { plansOf } from '../plans';
import { moduleOn } from '../../module-on';

const NOW = new Date('2026-03-01T12:00:00Z');
const NOBODY = '00000000-0000-4000-8000-000000000000';

let database: TestDatabase;
let client: Client;
let app: TestingModule;
let escalations: EscalationsService;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
  app = await moduleOn(database, OversightModule);
  escalations = app.get(EscalationsService);
});

beforeEach(async () => {
  await client.query('DELETE FROM escalations');
});

afterAll(async () => {
  await app.close();
  await database.close();
});

async function stored(id: string): Promise<Record<string, unknown>> {
  return (await client.query<Record<string, unknown>>('SELECT * FROM escalations WHERE id = $1', [id])).rows[0];
}

describe('an escalation', () => {
  it('is opened, taken on, handed over and resolved', async () => {
    const postId = (await insert(client, 'posts')).id as string;
    const { id } = await escalations.open({ reason: 'SAFETY', priority: 'CRITICAL', postId });
    expect(await stored(id)).toMatchObject({
      status: 'OPEN',
      priority: 'CRITICAL',
      post_id: postId,
      assigned_to: null,
    });
    await escalations.assign(id, 'ines');
    await escalations.assign(id, 'tom');
    expect(await stored(id)).toMatchObject({ status: 'IN_PROGRESS', assigned_to: 'tom', resolved_at: null });
    await escalations.resolve(id, 'tom', 'Answered in person.', NOW);
    expect(await stored(id)).toMatchObject({
      status: 'RESOLVED',
      resolved_by: 'tom',
      resolution_notes: 'Answered in person.',
      resolved_at: NOW,
    });
  });

  it('is of medium priority unless it says otherwise', async () => {
    expect(await escalations.open({ reason: 'OTHER' })).toMatchObject({ priority: 'MEDIUM', status: 'OPEN' });
  });

  it('may be dismissed by whoever sees it first', async () => {
    const { id } = await escalations.open({ reason: 'OTHER' });
    expect(await escalations.dismiss(id, 'ines', null, NOW)).toMatchObject({ status: 'DISMISSED', resolvedAt: NOW });
  });

  it('is about something that exists', async () => {
    await expect(escalations.open({ reason: 'OTHER', postId: NOBODY })).rejects.toThrow(ConflictError);
  });

  describe.each<[string, (id: string) => Promise<Escalation>]>([
    ['assigned', (id) => escalations.assign(id, 'tom')],
    ['resolved', (id) => escalations.resolve(id, 'tom', 'Done.')],
    ['dismissed', (id) => escalations.dismiss(id, 'tom')],
  ])('is not %s', (_, act) => {
    it('once it is closed', async () => {
      const { id } = await escalations.open({ reason: 'OTHER' });
      await escalations.resolve(id, 'ines', 'Done.', NOW);
      const before = await stored(id);
      await expect(act(id)).rejects.toThrow(EscalationClosedError);
      expect(await stored(id)).toEqual(before);
    });

    it('where there is none', async () => {
      await expect(act(NOBODY)).rejects.toThrow(NotFoundError);
    });
  });
});

describe('waiting', () => {
  it('lists what is not closed, the most urgent first, then the oldest', async () => {
    const open = async (priority: Escalation['priority']): Promise<string> =>
      (await escalations.open({ reason: 'OTHER', priority })).id;
    const [low, high, critical, medium, high2, closed] = [
      await open('LOW'),
      await open('HIGH'),
      await open('CRITICAL'),
      await open('MEDIUM'),
      await open('HIGH'),
      await open('CRITICAL'),
    ];
    await escalations.dismiss(closed, 'ines');
    await escalations.assign(high2, 'ines');
    const ids = (await escalations.waiting(10)).map(({ id }) => id);
    expect(ids).toEqual([critical, high, high2, medium, low]);
    expect((await escalations.waiting(2)).map(({ id }) => id)).toEqual([critical, high]);
  });
});

describeOnServer('side by side', () => {
  it('one of twenty who resolve it at once does', async () => {
    const { id } = await escalations.open({ reason: 'OTHER' });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, person) => escalations.resolve(id, `person ${person}`, 'Done.')),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(EscalationClosedError);
    }
  });

  it('finds the open ones among many by their index', async () => {
    await client.query(
      `INSERT INTO escalations (reason, status, priority, resolved_at)
       SELECT 'OTHER', CASE WHEN n % 1000 = 0 THEN 'OPEN' ELSE 'RESOLVED' END, 'MEDIUM',
         CASE WHEN n % 1000 = 0 THEN NULL ELSE now() END
       FROM generate_series(1, 100000) AS n`,
    );
    await client.query('ANALYZE escalations');
    const [plan] = await plansOf(await database.dataSource(), () => escalations.waiting(50));
    expect(plan).toMatchObject({ indexes: ['idx_escalations_status_priority'], sequential: [] });
  });
});
