import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Client } from 'pg';
import { SEND_ATTEMPTS } from '../../src/modules/engagement/message-queue.service';
import { PROCESSING_ATTEMPTS } from '../../src/modules/social/posts.service';
import { migratedDatabase, type TestDatabase } from '../databases';
import { insert } from '../entities/rows';
import { type Done, POISON, type Round } from './poison-worker';
import { sighting } from './social/sightings';

const WORKERS = 3;
const ROUNDS = 20;
const STORED = POISON.replace('\0', '\ufffd').slice(0, -1) + '\ufffd';
const HOUR = 3_600_000;

let database: TestDatabase;
let client: Client;
let ada: string;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
  ada = (await insert(client, 'users')).id as string;
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      const options = { execArgv: ['--require', './typescript.js'] };
      const child = fork(require.resolve('./poison-worker.ts'), [database.url], options);
      workers.push(child);
      await once(child, 'message');
    }),
  );
}, 60_000);

afterAll(async () => {
  await Promise.all(
    workers.map((worker) => {
      worker.disconnect();
      return once(worker, 'exit');
    }),
  );
  await database.close();
});

/** Has workers do a round at the same time. */
function doRound(round: Round, some = workers): Promise<Done[]> {
  return Promise.all(
    some.map(async (worker) => {
      const end = new AbortController();
      const exit = once(worker, 'exit', end).then(() => Promise.reject(new Error('A worker has ended.')));
      const message = once(worker, 'message', end) as Promise<[Done]>;
      worker.send(round);
      const [done] = await Promise.race([message, exit]).finally(() => end.abort());
      return done;
    }),
  );
}

/** Intents and messages that are due, of which some go wrong. */
async function backlog(number: number, now: Date): Promise<void> {
  await client.query(
    `INSERT INTO scheduled_intents (user_id, intent_name, trigger_type, trigger_schedule, action_type, next_check)
     SELECT $1, (ARRAY['good', 'good', 'text', 'good', 'gone', 'large'])[1 + n % 6], 'once',
       jsonb_build_object('at', $2::timestamptz), 'briefing', $2::timestamptz - n * interval '1 second'
     FROM generate_series(1, 30) n`,
    [ada, now],
  );
  await client.query(
    `INSERT INTO engagement_message_queue (user_id, message_type, message_key, scheduled_for, idempotency_key)
     SELECT $1, 'weekly_review', CASE n % 5 WHEN 0 THEN 'poison' ELSE 'review.short' END, $2, $3 || '-' || n
     FROM generate_series(1, 20) n`,
    [ada, now, `${number}`],
  );
}

function sightings(): Round['sightings'] {
  return Array.from({ length: 20 }, (_, index) => {
    if (index === 4) return sighting({ author: { followerCount: 2 ** 40 } });
    if (index === 11) return sighting({ content: '' });
    return sighting({ content: index % 5 === 0 ? `poison ${POISON}` : 'Help?', rawMetrics: { [POISON]: [[POISON]] } });
  });
}

it('does good work once, and ends what goes wrong, whoever works beside', async () => {
  const done: Done[] = [];
  for (let number = 0; number < ROUNDS; number++) {
    const now = new Date();
    await backlog(number, now);
    done.push(...(await doRound({ now: now.toISOString(), sightings: sightings() })));
  }
  // Each worker is refused the two sightings of a round, and together they are refused ten outcomes.
  expect(done.map(({ refused }) => refused.sightings)).toEqual(Array(WORKERS * ROUNDS).fill(2));
  expect(done.reduce((sum, { refused }) => sum + refused.outcomes, 0)).toBe(10 * ROUNDS);
  for (const [name, count] of [
    ['executed', 30],
    ['sent', 16],
    ['decided', 14],
  ] as const) {
    const ids = done.flatMap((one) => one[name]);
    expect([name, ids.length, new Set(ids).size]).toEqual([name, count * ROUNDS, count * ROUNDS]);
  }

  // What fails is tried again, and not without end.
  for (let attempt = 1; attempt <= 6; attempt++) {
    const now = new Date(Date.now() + attempt * 7 * HOUR);
    const [{ executed, sent, decided }] = await doRound({ now: now.toISOString(), sightings: [] }, workers.slice(0, 1));
    expect({ executed, sent, decided }).toEqual({ executed: [], sent: [], decided: [] });
  }
  expect(
    await rows(`SELECT intent_name, execution_count, enabled, last_execution_status AS status,
      count(*)::int AS intents, sum((SELECT count(*) FROM intent_executions WHERE intent_id = intent.id))::int AS executions
    FROM scheduled_intents AS intent GROUP BY 1, 2, 3, 4 ORDER BY 1`),
  ).toEqual(
    [
      { intent_name: 'gone', status: 'failed', intents: 5 },
      { intent_name: 'good', status: 'success', intents: 15 },
      { intent_name: 'large', status: 'failed', intents: 5 },
      { intent_name: 'text', status: 'success', intents: 5 },
    ].map(({ intents, ...intent }) => ({
      ...intent,
      execution_count: 1,
      enabled: false,
      intents: intents * ROUNDS,
      executions: intents * ROUNDS,
    })),
  );
  expect(
    await rows(`SELECT DISTINCT message_preview, trigger_data FROM intent_executions
    WHERE message_preview IS NOT NULL`),
  ).toEqual([{ message_preview: STORED, trigger_data: { [STORED]: [[STORED]] } }]);
  expect(
    await rows(`SELECT message_key, status, retry_count, error_message, count(*)::int
    FROM engagement_message_queue GROUP BY 1, 2, 3, 4 ORDER BY 1`),
  ).toEqual([
    { message_key: 'poison', status: 'failed', retry_count: SEND_ATTEMPTS, error_message: STORED, count: 4 * ROUNDS },
    { message_key: 'review.short', status: 'sent', retry_count: 0, error_message: null, count: 16 * ROUNDS },
  ]);
  expect(
    await rows(`SELECT content, error_count, error_message, count(*)::int, count(processed_at)::int AS processed,
      count(decisions.id)::int AS decisions
    FROM posts LEFT JOIN decisions ON post_id = posts.id GROUP BY 1, 2, 3 ORDER BY content LIKE 'poison%'`),
  ).toEqual([
    { content: 'Help?', error_count: 0, error_message: null, ...counts(14, 14) },
    { content: `poison ${STORED}`, error_count: PROCESSING_ATTEMPTS, error_message: STORED, ...counts(4, 0) },
  ]);
}, 240_000);

async function rows(sql: string): Promise<object[]> {
  return (await client.query<object>(sql)).rows;
}

function counts(posts: number, decisions: number): object {
  return { count: posts * ROUNDS, processed: posts * ROUNDS, decisions: decisions * ROUNDS };
}
