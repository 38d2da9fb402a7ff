import { pipeline } from 'node:stream/promises';
import { type Client, escapeIdentifier } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { Task, WeightAdjustmentLog } from '../../src/entities';
import { readConfiguration } from '../../src/database/configuration';
import type { EntityDataSource } from '../../src/database/data-source';
import { UserError } from '../../packages/schema/src/errors';
import { type Factory, defineFactory, perParent, perScale } from '../../packages/seeding/src/factory';
import type { TablePlan } from '../../packages/seeding/src/plan';
import { type OnProgress, seed, type SeedOptions } from '../../packages/seeding/src/seeder';
import { factories } from '../../seeds/factories';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../databases';
import { digestsOf } from './database-state';

const OPTIONS: SeedOptions = {
  seed: 42,
  scale: 1,
  referenceDate: new Date('2026-01-01T12:00:00Z'),
};

let database: TestDatabase;
let dataSource: EntityDataSource;
let client: Client;
/** How many rows there are of scale 1. */
let all: number;

beforeAll(async () => {
  database = await migratedDatabase();
  dataSource = await database.dataSource();
  client = await database.connect();
  all = (await run({ dryRun: true })).added;
});

afterAll(() => database.close());

/** The numbers of all tables together. */
interface Sums {
  kept: number;
  removed: number;
  added: number;
}

async function run(options: Partial<SeedOptions> = {}, onProgress?: OnProgress, made = factories): Promise<Sums> {
  const plans = await seed(dataSource, made, { ...OPTIONS, ...options }, onProgress);
  const sum = (what: keyof Sums): number => plans.reduce((total, plan: TablePlan) => total + plan[what], 0);
  return { kept: sum('kept'), removed: sum('removed'), added: sum('added') };
}

function tableNames(): string[] {
  return dataSource.entityMetadatas.map(({ tableName }) => tableName).sort();
}

async function empty(): Promise<void> {
  await client.query(`TRUNCATE ${tableNames().join(', ')}`);
}

/** What tables hold, as text. */
async function contents(table: string, on: Client = client): Promise<string[]> {
  let text = '';
  const rows = copyTo(`COPY (SELECT * FROM ${escapeIdentifier(table)} AS r ORDER BY r::text) TO STDOUT`);
  await pipeline(on.query(rows), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) text += chunk.toString('utf8');
  });
  return text.split('\n').slice(0, -1);
}

async function counts(on: Client = client): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of tableNames()) found[table] = (await contents(table, on)).length;
  return found;
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).not.toContain('\n');
  return (error as UserError).message;
}

describe('what is seeded', () => {
  beforeAll(async () => {
    await empty();
    await run({ scale: 5 });
  });

  it('is in every table', async () => {
    for (const count of Object.values(await counts())) expect(count).toBeGreaterThan(0);
  });

  /** Queries that find rows that contradict others, or what DATA_MODEL says of them. */
  it.each([
    [
      'a transition’s from_state is the state before it',
      `
      SELECT * FROM (SELECT *, lag(to_state) OVER (PARTITION BY user_id ORDER BY created_at) AS before
                     FROM engagement_state_transitions) AS t
      WHERE from_state IS DISTINCT FROM before`,
    ],
    [
      'a transition is a legal one',
      `
      SELECT * FROM engagement_state_transitions
      WHERE from_state IS NULL AND to_state <> 'active' OR from_state IS NOT NULL AND (from_state, to_state) NOT IN (
        ('active', 'goodbye_sent'), ('goodbye_sent', 'active'), ('goodbye_sent', 'help_flow'),
        ('goodbye_sent', 'remind_later'), ('goodbye_sent', 'dormant'), ('help_flow', 'active'), ('help_flow', 'dormant'),
        ('remind_later', 'active'), ('remind_later', 'goodbye_sent'), ('remind_later', 'dormant'), ('dormant', 'active'))`,
    ],
    [
      'an engagement state is that of the last transition',
      `
      SELECT * FROM user_engagement_states AS s WHERE (state, updated_at) IS DISTINCT FROM (
        SELECT (to_state, created_at) FROM engagement_state_transitions AS t WHERE t.user_id = s.user_id
        ORDER BY created_at DESC LIMIT 1)`,
    ],
    [
      'an engagement state’s moments fit it',
      `
      SELECT * FROM user_engagement_states
      WHERE (state = 'remind_later') <> (remind_at IS NOT NULL) OR (state = 'goodbye_sent') <> (goodbye_expires_at IS NOT NULL)
        OR state = 'active' AND goodbye_sent_at IS NOT NULL OR state = 'goodbye_sent' AND goodbye_sent_at IS NULL`,
    ],
    [
      'a person was active when their transitions say so',
      `
      SELECT * FROM user_engagement_states AS s JOIN LATERAL (
        SELECT * FROM engagement_state_transitions AS t WHERE t.user_id = s.user_id AND to_state <> 'dormant'
        ORDER BY created_at DESC LIMIT 1) AS t ON true
      WHERE CASE WHEN state = 'active' THEN last_activity_at NOT BETWEEN t.created_at AND '2026-01-01T12:00Z'
        ELSE last_activity_at <> t.created_at - make_interval(days => coalesce((metadata ->> 'inactiveDays')::integer, 0)) END`,
    ],
    [
      'nobody was inactive longer than since the transition before',
      `
      SELECT * FROM (SELECT *, lag(created_at) OVER (PARTITION BY user_id ORDER BY created_at) AS before
                     FROM engagement_state_transitions) AS t
      WHERE created_at - before < make_interval(days => (metadata ->> 'inactiveDays')::integer)`,
    ],
    [
      'a goodbye is answered before it expires, or makes dormant when it does',
      `
      SELECT * FROM (SELECT *, lag(created_at) OVER (PARTITION BY user_id ORDER BY created_at) AS before
                     FROM engagement_state_transitions) AS t
      WHERE from_state = 'goodbye_sent' AND (created_at - before > interval '48 h' OR (to_state = 'dormant') <> (created_at - before = interval '48 h'))`,
    ],
    [
      'a goodbye that waits has not expired',
      `
      SELECT * FROM user_engagement_states WHERE goodbye_expires_at < '2026-01-01T12:00Z'`,
    ],
    [
      'an intent’s executions add up',
      `
      SELECT i.id FROM scheduled_intents AS i LEFT JOIN intent_executions AS e ON e.intent_id = i.id
      GROUP BY i.id HAVING execution_count <> count(e.id)`,
    ],
    [
      'an intent’s last execution is its last execution',
      `
      SELECT * FROM scheduled_intents AS i
      LEFT JOIN LATERAL (SELECT * FROM intent_executions WHERE intent_id = i.id ORDER BY executed_at DESC LIMIT 1) AS e ON true
      WHERE (last_executed, last_execution_status, last_execution_error, last_message_id)
        IS DISTINCT FROM (e.executed_at, e.status, e.error_message, e.message_id)`,
    ],
    [
      'an intent has not fired oftener than it may',
      `
      SELECT * FROM scheduled_intents WHERE execution_count > max_executions OR enabled AND execution_count >= max_executions`,
    ],
    [
      'an execution is the intent’s: person, trigger, time',
      `
      SELECT * FROM intent_executions AS e JOIN scheduled_intents AS i ON i.id = intent_id
      WHERE e.user_id <> i.user_id OR e.trigger_type <> i.trigger_type OR executed_at < i.created_at`,
    ],
    [
      'an execution’s message was sent to its person by the assistant just after it',
      `
      SELECT * FROM intent_executions AS e JOIN messages AS m ON m.id = message_id
      WHERE e.user_id <> m.user_id OR role <> 'assistant' OR status <> 'success' OR NOT starts_with(content, message_preview)
        OR m.created_at NOT BETWEEN executed_at AND executed_at + interval '10 s'`,
    ],
    [
      'a thread begins with the user and takes turns',
      `
      SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY conversation_id ORDER BY created_at) AS turn FROM messages) AS m
      WHERE role <> CASE turn % 2 WHEN 1 THEN 'user' ELSE 'assistant' END`,
    ],
    [
      'a thread’s times ascend, from its beginning to its last change',
      `
      SELECT c.id FROM conversations AS c JOIN messages AS m ON m.conversation_id = c.id
      GROUP BY c.id HAVING count(DISTINCT m.created_at) <> count(*) OR min(m.created_at) < c.created_at OR max(m.created_at) <> c.updated_at`,
    ],
    [
      'an embedding is of length 1',
      `
      SELECT * FROM message_embeddings WHERE abs(vector_norm(embedding) - 1) > 0.01`,
    ],
    [
      'a power user’s tier is that of their followers',
      `
      SELECT * FROM authors WHERE is_power_user <> (power_tier IS NOT NULL) OR power_tier IS DISTINCT FROM CASE
        WHEN follower_count >= 1000000 THEN 'MEGA' WHEN follower_count >= 100000 THEN 'MACRO' WHEN follower_count >= 10000 THEN 'MICRO' END`,
    ],
    [
      'a post is its author’s: platform, time',
      `
      SELECT * FROM posts AS p JOIN authors AS a ON a.id = author_id
      WHERE p.platform <> a.platform OR detected_at NOT BETWEEN first_seen_at AND last_seen_at`,
    ],
    [
      'a post is not older than retention allows',
      `
      SELECT * FROM posts WHERE detected_at < timestamptz '2026-01-01T12:00Z' - interval '90 days'`,
    ],
    [
      'a post contains its keywords',
      `
      SELECT * FROM posts, unnest(keyword_matches) AS keyword WHERE position(keyword IN lower(content)) = 0`,
    ],
    [
      'a post with a decision has been processed, and is no spam',
      `
      SELECT * FROM posts AS p JOIN decisions AS d ON post_id = p.id
      WHERE processed_at IS NULL OR spam_filtered OR d.created_at < processed_at`,
    ],
    [
      'a decision is its post’s: power user, competitor',
      `
      SELECT d.* FROM decisions AS d JOIN posts AS p ON p.id = post_id JOIN authors AS a ON a.id = author_id
      WHERE d.is_power_user <> a.is_power_user OR (competitor_detected IS NOT NULL AND position(competitor_detected IN content) = 0)
        OR (competitor_detected IS NULL) <> NOT EXISTS (SELECT FROM competitive_mentions AS m WHERE m.post_id = p.id)`,
    ],
    [
      'a decision’s variant is one of its experiment’s, in its time',
      `
      SELECT * FROM decisions AS d LEFT JOIN experiments AS e ON e.id = experiment_id
      WHERE (experiment_variant IS NULL) <> (e.id IS NULL) OR experiment_variant NOT IN (variant_a, variant_b)
        OR d.created_at NOT BETWEEN start_date AND coalesce(end_date, 'infinity')`,
    ],
    [
      'a decision not to answer has no replies, and every other has',
      `
      SELECT * FROM decisions AS d
      WHERE (mode = 'DISENGAGED') = EXISTS (SELECT FROM replies WHERE decision_id = d.id) OR (mode = 'DISENGAGED') <> (archetype IS NULL)`,
    ],
    [
      'a mode drawn by lot is recorded',
      `
      SELECT * FROM decisions AS d LEFT JOIN randomized_experiments AS r ON decision_id = d.id
      WHERE is_randomized_experiment <> (r.id IS NOT NULL) OR r.actual_mode <> mode OR r.predicted_mode <> d.predicted_mode`,
    ],
    [
      'a reply is its decision’s: platform, post, archetype, time',
      `
      SELECT * FROM replies AS r JOIN decisions AS d ON d.id = decision_id JOIN posts AS p ON p.id = post_id
      WHERE r.platform <> p.platform OR r.platform_post_id <> p.platform_post_id OR r.archetype <> d.archetype OR r.created_at < d.created_at`,
    ],
    [
      'a reply is approved, posted and deleted in this order',
      `
      SELECT * FROM replies
      WHERE approved_at < created_at OR posted_at < approved_at OR deleted_at < posted_at OR (approval_status = 'PENDING') <> (approved_at IS NULL)
        OR deleted_at IS NOT NULL AND posted_at IS NULL OR posted_at IS NOT NULL AND approved_at IS NULL`,
    ],
    [
      'a mention is answered when a reply to the post is posted',
      `
      SELECT * FROM competitive_mentions AS m WHERE replied <> EXISTS (
        SELECT FROM replies AS r JOIN decisions AS d ON d.id = decision_id WHERE d.post_id = m.post_id AND posted_at IS NOT NULL)`,
    ],
    [
      'an escalation is about one post',
      `
      SELECT * FROM escalations AS e JOIN decisions AS d ON d.id = e.decision_id LEFT JOIN replies AS r ON r.id = reply_id
      WHERE e.post_id IS DISTINCT FROM d.post_id OR r.decision_id <> d.id OR e.resolved_at < e.created_at
        OR (status = 'OPEN') <> (assigned_to IS NULL) OR (resolved_at IS NULL) <> (resolved_by IS NULL)`,
    ],
    [
      'a champion who answered was asked',
      `
      SELECT * FROM community_champions WHERE dm_response <> 'NONE' AND dm_sent_at IS NULL OR converted AND NOT sample_sent`,
    ],
    [
      'an experiment’s winner is one of its variants',
      `
      SELECT * FROM experiments
      WHERE winner NOT IN (variant_a, variant_b) OR (status = 'COMPLETED') <> (results_json IS NOT NULL) OR (status = 'DRAFT') <> (start_date IS NULL)`,
    ],
    [
      'a run’s old weights are the new ones of the run before',
      `
      SELECT * FROM (SELECT *, lag(new_weights) OVER (ORDER BY date) AS before FROM weight_adjustment_logs) AS w
      WHERE before <> old_weights OR (action = 'skipped') <> (predicted_improvement IS NULL)`,
    ],
    [
      'a day has each metric of each platform once',
      `
      SELECT date FROM kpi_metrics GROUP BY date
      HAVING count(*) <> 15 OR count(DISTINCT platform) <> 3 OR count(DISTINCT metric_type) <> 5`,
    ],
    [
      'a message in the queue has a history that fits its status',
      `
      SELECT * FROM engagement_message_queue
      WHERE scheduled_for < created_at OR sent_at < scheduled_for OR (retry_count = 0) <> (error_message IS NULL)
        OR status = 'pending' AND scheduled_for < '2026-01-01T12:00Z'`,
    ],
    [
      'a message in the queue goes where its person wants it',
      `
      SELECT * FROM engagement_message_queue AS q JOIN user_profiles AS p USING (user_id) WHERE destination <> preferred_destination`,
    ],
    [
      'a person has signed in when their last session began',
      `
      SELECT * FROM users AS u
      WHERE last_login IS DISTINCT FROM (SELECT max(created_at) FROM sessions AS s WHERE s.user_id = u.id)`,
    ],
    [
      'what an audit log speaks of exists',
      `
      SELECT * FROM audit_logs
      WHERE entity_id NOT IN (SELECT id FROM replies WHERE entity_type = 'reply' UNION ALL SELECT id FROM escalations WHERE entity_type = 'escalation')`,
    ],
  ])('%s', async (_, query) => {
    const { rows } = await client.query(query);
    expect(rows).toEqual([]);
  });

  it('lies in the past, no change before its beginning', async () => {
    for (const { tableName, columns } of dataSource.entityMetadatas) {
      const names = columns.map(({ databaseName }) => databaseName);
      const latest = names.includes('updated_at') ? 'updated_at' : 'created_at';
      if (!names.includes('created_at')) continue;
      const { rows } = await client.query(
        `SELECT * FROM ${tableName} WHERE created_at > ${latest} OR ${latest} > '2026-01-01T12:00Z'`,
      );
      expect([tableName, rows]).toEqual([tableName, []]);
    }
  });

  it('belongs to a person from the moment of their registration', async () => {
    for (const { tableName, columns } of dataSource.entityMetadatas) {
      const names = columns.map(({ databaseName }) => databaseName);
      if (!names.includes('user_id') || !names.includes('created_at')) continue;
      const { rows } = await client.query(
        `SELECT * FROM ${tableName} AS t JOIN users AS u ON u.id = user_id WHERE t.created_at < u.created_at`,
      );
      expect([tableName, rows]).toEqual([tableName, []]);
    }
  });
});

describe('seeding again', () => {
  beforeAll(async () => {
    await empty();
    await run();
  });

  it('changes nothing', async () => {
    const before = await digestsOf(client);
    expect(await run()).toMatchObject({ added: 0, removed: 0 });
    expect(await digestsOf(client)).toEqual(before);
  });

  it('puts back what was deleted, and nothing else', async () => {
    const [before, counted] = [await digestsOf(client), await counts()];
    await client.query(`DELETE FROM users WHERE email = (SELECT min(email) FROM users)`);
    await client.query(`DELETE FROM posts WHERE id IN (SELECT id FROM posts LIMIT 3)`);
    const { added } = await run();
    expect(added).toBeGreaterThan(4);
    // Deleting a post leaves its replies, without their decision: nobody's row is changed.
    const after = await digestsOf(client);
    const { replies, escalations, randomized_experiments, scheduled_intents, intent_executions, ...others } = after;
    expect(before).toMatchObject(others);
    expect(await counts()).toEqual(counted);
    expect([replies, escalations, randomized_experiments, scheduled_intents, intent_executions]).not.toContain(
      undefined,
    );
  });

  it('with a larger scale adds the rows that are missing', async () => {
    await run({ reset: true });
    const small: Record<string, string[]> = {};
    for (const table of tableNames()) small[table] = await contents(table);
    const { kept, added } = await run({ scale: 3 });
    expect(kept).toBe(Object.values(small).flat().length);
    expect(added).toBeGreaterThan(kept);
    const grown = await digestsOf(client);
    for (const table of tableNames()) {
      const rows = new Set(await contents(table));
      expect(small[table].filter((row) => !rows.has(row))).toEqual([]);
    }
    expect(await run({ scale: 2 })).toMatchObject({ added: 0 });

    // As if it had had that scale from the start.
    await run({ scale: 3, reset: true });
    expect(await digestsOf(client)).toEqual(grown);
  });

  it('with another seed is refused, unless by --reset', async () => {
    await run({ reset: true });
    const before = await digestsOf(client);
    expect(await messageOf(run({ seed: 7 }))).toBe(
      'The database holds the demo data of --seed 42, not 7: give --reset to replace it, or that seed.',
    );
    expect(await digestsOf(client)).toEqual(before);
    expect(await run({ seed: 7, reset: true })).toEqual({ kept: 0, removed: all, added: all });
    const after = await digestsOf(client);
    expect(tableNames().filter((table) => after[table] === before[table])).toEqual([]);
    await run({ reset: true });
    expect(await digestsOf(client)).toEqual(before);
  });

  it('with another reference date moves all dates', async () => {
    await run({ reset: true, referenceDate: new Date('2024-06-01T00:00:00Z') });
    const { rows } = await client.query<{ latest: Date }>('SELECT max(detected_at) AS latest FROM posts');
    expect(rows[0].latest.getTime()).toBeLessThan(Date.parse('2024-06-01T00:00:00Z'));
    expect(rows[0].latest.getTime()).toBeGreaterThan(Date.parse('2024-05-01T00:00:00Z'));
  });
});

it('makes the same rows for two that seed at once, once', async () => {
  await empty();
  const second = await dataSource.withConfiguration(dataSource.configuration).initialize();
  try {
    const [mine, theirs] = await Promise.all([seed(dataSource, factories, OPTIONS), seed(second, factories, OPTIONS)]);
    const added = [...mine, ...theirs].reduce((sum, plan) => sum + plan.added, 0);
    expect(added).toBe(all);
    expect(Object.values(await counts()).reduce((sum, count) => sum + count, 0)).toBe(all);
  } finally {
    await second.destroy();
  }
});

describe('--only', () => {
  beforeEach(empty);

  it('fills the tables and those that they refer to', async () => {
    await run({ only: ['intent_executions', 'tasks'] });
    const filled = Object.entries(await counts()).filter(([, count]) => count > 0);
    expect(filled.map(([table]) => table)).toEqual([
      'conversations',
      'intent_executions',
      'messages',
      'scheduled_intents',
      'tasks',
      'users',
    ]);
  });

  it('makes the rows that there are without it', async () => {
    await run({ only: ['decisions'] });
    const some = await digestsOf(client);
    await run();
    const all = await digestsOf(client);
    for (const table of ['authors', 'posts', 'experiments', 'decisions']) expect(all[table]).toBe(some[table]);
  });

  it('refuses a table that does not exist', async () => {
    expect(await messageOf(run({ only: ['tasks', 'nosuch'] }))).toMatch(
      /^There is no table nosuch for --only: choose from audit_logs, authors, .*, weight_adjustment_logs\.$/,
    );
  });
});

describe('rows that are no demo data', () => {
  beforeEach(async () => {
    await empty();
    await client.query(`INSERT INTO competitors (name, category, price_point) VALUES ('Acme', 'OTHER', 'MID')`);
    await client.query(`INSERT INTO users (email, sso_provider, sso_id) VALUES ('ada@example.org', 'saml', 'ada')`);
    await client.query(`INSERT INTO tasks (user_id, title) SELECT id, 'Sum up' FROM users`);
  });

  it('are a reason to refuse', async () => {
    const before = await digestsOf(client);
    expect(await messageOf(run())).toBe(
      'The database holds rows that are no demo data, in competitors (1), users (1), tasks (1): ' +
        'seed an empty one, or give --force to add demo rows beside them.',
    );
    expect(await messageOf(run({ only: ['kpi_metrics'] }))).toContain('in competitors (1), users (1), tasks (1)');
    expect(await messageOf(run({ reset: true }))).toContain('give --force to replace the demo rows among them');
    expect(await digestsOf(client)).toEqual(before);
  });

  it('stay with --force, and with --reset --force', async () => {
    expect(await run({ force: true })).toEqual({ kept: 3, added: all, removed: 0 });
    expect(await run({ force: true, reset: true, only: ['tasks'] })).toEqual({ kept: 3, added: 44, removed: all });
    const { rows } = await client.query(
      `SELECT title FROM tasks JOIN users ON users.id = user_id WHERE email = 'ada@example.org'`,
    );
    expect(rows).toEqual([{ title: 'Sum up' }]);
  });

  it('are not touched when a demo row takes their place', async () => {
    await client.query(`UPDATE competitors SET name = 'Hydravia'`);
    const before = await digestsOf(client);
    expect(await messageOf(run({ force: true }))).toBe(
      'Nothing has been changed, since a row is refused: duplicate key value violates unique constraint "uq_competitors_name". ' +
        'Key (name)=(Hydravia) already exists. COPY competitors, line 1. A row that is there has it already, ' +
        'as rows of two seeds may have the same: give the --seed that made it, or --reset to replace the demo rows.',
    );
    expect(await digestsOf(client)).toEqual(before);
  });
});

describe('a failure leaves the database as it was', () => {
  const failing = (log: Parameters<typeof defineFactory<WeightAdjustmentLog>>[2], rows = 8): Factory[] => [
    ...factories.filter(({ entity }) => entity !== WeightAdjustmentLog),
    defineFactory(WeightAdjustmentLog, perScale(rows), { sampleSizes: {}, oldWeights: {}, newWeights: {}, ...log }),
  ];

  it('of a factory, after other tables have been filled', async () => {
    await empty();
    const sent: string[] = [];
    // Rows from the first to the last are tried before any is sent, but by far not all.
    const action = ({ index }: { index: number }): string => {
      if (index === 105) throw new Error('out of ideas');
      return 'adjusted';
    };
    const made = failing({ action }, 110);
    const message = await messageOf(run({}, (table) => sent.push(table), made));
    expect(message).toBe('weight_adjustment_logs.action, row 105: out of ideas.');
    expect(sent).toContain('authors');
    expect(new Set(Object.values(await counts()))).toEqual(new Set([0]));
  });

  it('of a rule of the database', async () => {
    await empty();
    const made = failing({ validSegments: ({ index }) => (index === 105 ? 3 : 1), totalSegments: 2 }, 110);
    expect(await messageOf(run({}, undefined, made))).toMatch(
      /^Nothing has been changed, since a row is refused: .*"chk_weight_adjustment_logs_segments"\. .*COPY weight_adjustment_logs, line 106/,
    );
    expect(new Set(Object.values(await counts()))).toEqual(new Set([0]));
  });

  it('of a CHECK over several columns, before any row is sent', async () => {
    await empty();
    expect(await messageOf(run({}, undefined, failing({ validSegments: 3, totalSegments: 2 })))).toBe(
      'weight_adjustment_logs.validSegments, totalSegments, row 0: validSegments 3, totalSegments 2 violate CHECK chk_weight_adjustment_logs_segments: its factory has to make values that keep it.',
    );
    expect(new Set(Object.values(await counts()))).toEqual(new Set([0]));
  });

  it('with --reset too', async () => {
    await empty();
    await run();
    const before = await digestsOf(client);
    const made = failing({ action: 'a\0' });
    expect(await messageOf(run({ reset: true, scale: 2 }, undefined, made))).toContain('NUL');
    expect(await digestsOf(client)).toEqual(before);
    expect(await run()).toMatchObject({ added: 0 });
  });
});

it('--dry-run tells what would be done and does nothing', async () => {
  await empty();
  expect(await run({ dryRun: true })).toEqual({ kept: 0, added: all, removed: 0 });
  expect(new Set(Object.values(await counts()))).toEqual(new Set([0]));
  await run();
  const before = await digestsOf(client);
  expect(await run({ dryRun: true, seed: 7, reset: true })).toEqual({ kept: 0, added: all, removed: all });
  expect(await digestsOf(client)).toEqual(before);
});

it('refuses production, unless by --force', async () => {
  await empty();
  const environment = { NODE_ENV: 'production', DATABASE_URL: database.url };
  const production = await dataSource.withConfiguration(readConfiguration(environment)).initialize();
  try {
    expect(await messageOf(seed(production, factories, OPTIONS))).toBe(
      'NODE_ENV is production, where demo data has no place: give --force if you want it all the same.',
    );
    expect(new Set(Object.values(await counts()))).toEqual(new Set([0]));
    await seed(production, factories, { ...OPTIONS, force: true });
    expect((await counts()).users).toBe(10);
  } finally {
    await production.destroy();
  }
});

it('refuses a scale at which rows could not be told apart', async () => {
  expect(await messageOf(run({ scale: 1e9, only: ['posts'] }))).toBe(
    'Scale 1000000000 asks for more than 4294967296 rows in authors: give a smaller one.',
  );
});

it('tells how far it is', async () => {
  await empty();
  const heard: [string, number, number][] = [];
  await run({ only: ['tasks'] }, (...progress) => heard.push(progress));
  expect(heard).toEqual([
    // When it has their rows, and when the server has finished with them.
    ['users', 10, 44],
    ['users', 10, 44],
    ['tasks', 44, 44],
    ['tasks', 44, 44],
  ]);
});

it('says when the database is behind the entities', async () => {
  await empty();
  await client.query('ALTER TABLE tasks RENAME COLUMN completed TO done');
  expect(await messageOf(run())).toBe(
    'The database is behind the entities (column "completed" of relation "tasks" does not exist): ' +
      'run "npm run migrate", after "npm run migration:generate -- Name" where the migration is not written yet.',
  );
  await client.query('ALTER TABLE tasks RENAME COLUMN done TO completed');
  await client.query('ALTER TABLE tasks RENAME TO chores');
  expect(await messageOf(run())).toContain('behind the entities (relation "tasks" does not exist)');
  await client.query('ALTER TABLE chores RENAME TO tasks');
});

describe('a table without a factory', () => {
  it('is filled all the same', async () => {
    await empty();
    const others = factories.filter(({ entity }) => entity !== Task);
    await run({ only: ['tasks'] }, undefined, others);
    expect(await counts()).toMatchObject({ tasks: 10, users: 10 });
    await run({ only: ['tasks'], reset: true }, undefined, [
      ...others,
      defineFactory(Task, perParent('user', [3]), {}),
    ]);
    expect(await counts()).toMatchObject({ tasks: 30, users: 10 });
  });
});

describeOnServer('on a server', () => {
  it('a transaction that has written to a table is not waited for without end', async () => {
    await empty();
    await client.query('BEGIN');
    await client.query(`INSERT INTO competitors (name, category, price_point) VALUES ('Acme', 'OTHER', 'MID')`);
    try {
      expect(await messageOf(run())).toBe('Another transaction uses the tables: try again when it has ended.');
    } finally {
      await client.query('ROLLBACK');
    }
  });

  it('the owner of tables with forced policies can seed them, and they stay forced', async () => {
    const server = await migratedDatabase();
    const admin = await server.connect();
    const role = `seeds_owner_${process.pid}`;
    const forced = `SELECT array_agg(relname ORDER BY relname) AS tables FROM pg_class WHERE relforcerowsecurity AND relrowsecurity`;
    try {
      const { rows: before } = await admin.query(forced);
      await admin.query(`CREATE ROLE ${role} LOGIN IN ROLE app_service`);
      await admin.query(`GRANT ALL ON SCHEMA public TO ${role}`);
      const { rows } = await admin.query<{ name: string }>(
        `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
      );
      for (const { name } of rows) await admin.query(`ALTER TABLE ${name} OWNER TO ${role}`);
      const url = new URL(server.url);
      url.username = role;
      const owner = await dataSource.withConfiguration(readConfiguration({ DATABASE_URL: url.href })).initialize();
      try {
        await seed(owner, factories, OPTIONS);
        expect((await seed(owner, factories, OPTIONS)).every(({ added }) => added === 0)).toBe(true);
      } finally {
        await owner.destroy();
      }
      expect((await admin.query(forced)).rows).toEqual(before);
      expect(Object.values(await counts(admin)).reduce((sum, count) => sum + count, 0)).toBe(all);
    } finally {
      await server.close();
      await client.query(`DROP ROLE IF EXISTS ${role}`);
    }
  });
});
