import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { CLAIM_MS, ClaimLostError } from '../../../src/modules/intents/execution';
import { IntentsModule } from '../../../src/modules/intents/intents.module';
import { IntentsService } from '../../../src/modules/intents/intents.service';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../../databases';
import { insert } from '../../entities/rows';
import type { Report } from './worker';
import { moduleOn } from '../../module-on';

const NOW = new Date('2026-03-02T12:00:00Z');
const WHEN_CLAIMS_RUN_OUT = new Date(NOW.getTime() + CLAIM_MS);

describeOnServer('many workers', () => {
  let database: TestDatabase;
  let client: Client;
  let app: TestingModule;
  let intents: IntentsService;
  const workers: ChildProcess[] = [];

  beforeAll(async () => {
    database = await migratedDatabase();
    client = await database.connect();
    app = await moduleOn(database, IntentsModule);
    intents = app.get(IntentsService);
  });

  afterAll(async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    await app.close();
    await database.close();
  });

  beforeEach(() => client.query('DELETE FROM scheduled_intents'));

  /** So many intents of a hundred people, due in the minutes before NOW. */
  async function due(count: number): Promise<void> {
    for (let person = 0; person < 100; person++) await insert(client, 'users');
    await client.query(
      `INSERT INTO scheduled_intents (user_id, intent_name, trigger_type, trigger_schedule, action_type, next_check)
       SELECT users.id, 'Briefing', 'interval', '{"everyHours": 24}', 'briefing', $1::timestamptz - i * interval '1 s'
       FROM generate_series(1, $2::int) i
       JOIN (SELECT id, row_number() OVER () - 1 AS place FROM users) users ON users.place = i % 100`,
      [NOW, count],
    );
  }

  /** A worker process that waits for the word to start. */
  async function worker(): Promise<ChildProcess> {
    const options = { execArgv: ['--require', './typescript.js'] };
    const child = fork(require.resolve('./worker.ts'), [database.url, NOW.toISOString()], options);
    workers.push(child);
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', () => reject(new Error('The worker did not start.')));
    });
    return child;
  }

  /** Starts a worker; the ids that it says it has claimed until it ends. `killAfter`: it is killed when it has claimed so often. */
  async function claimsOf(child: ChildProcess, killAfter = Infinity): Promise<string[]> {
    const claimed: (readonly string[])[] = [];
    child.on('message', (report: Report) => {
      if (typeof report === 'string') return;
      claimed.push(report);
      if (claimed.length === killAfter) child.kill('SIGKILL');
    });
    const end = once(child, 'exit');
    child.send('start');
    const [code, signal] = (await end) as [number | null, string | null];
    expect({ code, signal }).toEqual(
      killAfter < Infinity ? { code: null, signal: 'SIGKILL' } : { code: 0, signal: null },
    );
    return claimed.flat();
  }

  /** How many executions there are, and of how many intents. */
  async function executions(): Promise<{ executions: number; intents: number }> {
    const { rows } = await client.query<{ executions: number; intents: number }>(
      `SELECT count(*)::int AS executions, count(DISTINCT intent_id)::int AS intents FROM intent_executions`,
    );
    return rows[0];
  }

  it('hand each of 10,000 intents to one of them, and execute each once, also when two are killed', async () => {
    await due(10_000);
    const eight = await Promise.all(Array.from({ length: 8 }, worker));
    const claimed = await Promise.all(eight.map((child, index) => claimsOf(child, [3, 10][index])));
    const ids = claimed.flat();
    expect(new Set(ids).size).toBe(ids.length);
    expect(claimed.filter((of) => of.length > 0)).toHaveLength(8);

    // What the killed had in hand is nobody's until their claims run out, and somebody else's then.
    const { executions: before } = await executions();
    expect(await intents.claimDue(1, NOW)).toEqual([]);
    const left = await intents.claimDue(10_000, WHEN_CLAIMS_RUN_OUT);
    expect(left).toHaveLength(10_000 - before);
    expect(left.length).toBeLessThanOrEqual(2 * 25);
    await intents.recordExecutions(
      left.map((intent) => ({ intent, outcome: { status: 'success' } })),
      WHEN_CLAIMS_RUN_OUT,
    );
    expect(await executions()).toEqual({ executions: 10_000, intents: 10_000 });
    const { rows } = await client.query(`SELECT DISTINCT execution_count, enabled FROM scheduled_intents`);
    expect(rows).toEqual([{ execution_count: 1, enabled: true }]);
  }, 120_000);

  it('that ask at the same moment get different intents', async () => {
    await due(40);
    const claims = await Promise.all(Array.from({ length: 5 }, () => intents.claimDue(8, NOW)));
    expect(claims.map(({ length }) => length)).toEqual([8, 8, 8, 8, 8]);
    expect(new Set(claims.flat().map(({ id }) => id)).size).toBe(40);
  });

  it('do not wait for one that is in a transaction with an intent', async () => {
    await due(3);
    const { rows } = await client.query<{ id: string }>('SELECT id FROM scheduled_intents ORDER BY next_check');
    await client.query('BEGIN');
    await client.query('SELECT FROM scheduled_intents WHERE id = $1 FOR UPDATE', [rows[0].id]);
    const others = await intents.claimDue(10, NOW);
    expect(others.map(({ id }) => id)).toEqual([rows[1].id, rows[2].id]);
    await client.query('ROLLBACK');
    expect((await intents.claimDue(10, NOW)).map(({ id }) => id)).toEqual([rows[0].id]);
  });

  it('record an execution once, however many try at the same moment', async () => {
    await due(1);
    const [claim] = await intents.claimDue(1, NOW);
    const tries = await Promise.allSettled(
      Array.from({ length: 5 }, () => intents.recordExecution(claim, { status: 'success' }, NOW)),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(ClaimLostError);
    expect(await executions()).toEqual({ executions: 1, intents: 1 });
  });
});
