import { validate } from 'class-validator';
import type { Client } from 'pg';
import { migrate } from '../../packages/schema/src/migrations/runner';
import { Author, Decision, Post, Reply } from '../../src/entities';
import { describeOnServer, eachInTransaction, emptyDatabase, migratedDatabase } from '../databases';
import { dataSourceAt } from '../template';
import { fresh, insert, refusalOf, type Row } from './rows';

/**
 * The acceptance criteria about tables, columns, constraints and indexes of the five documents that the data model comes
 * from, under their own numbers, each against the catalog and by behaviour. Where the data model departs from a document,
 * the case says so. The tables of cases beside this file go through every constraint one by one.
 */

let client: Client;

eachInTransaction((own) => (client = own));

async function columnsOf(table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum',
    [table],
  );
  return rows.map(({ name }) => name);
}

/** A document's columns are there; the data model may have more. */
async function expectColumns(table: string, columns: string): Promise<void> {
  expect(await columnsOf(table)).toEqual(expect.arrayContaining(columns.split(', ')));
}

async function typeOf(table: string, column: string): Promise<string> {
  const { rows } = await client.query<{ type: string }>(
    'SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2',
    [table, column],
  );
  return rows[0]?.type;
}

/** An index as `table (keys) …`; undefined where there is none of that name. */
async function indexNamed(name: string): Promise<string | undefined> {
  const { rows } = await client.query<{ definition: string }>(
    `SELECT indrelid::regclass || ' ' || substring(pg_get_indexdef(indexrelid) FROM 'USING btree (.*)') AS definition
     FROM pg_index WHERE indexrelid = to_regclass($1)`,
    [name],
  );
  return rows[0]?.definition;
}

/** The keys of the indexes of a table, `(a, b DESC) WHERE …`, unique ones with UNIQUE before. */
async function keysOf(table: string): Promise<string[]> {
  const { rows } = await client.query<{ keys: string }>(
    `SELECT CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END || split_part(pg_get_indexdef(indexrelid), ' USING btree ', 2) AS keys
     FROM pg_index WHERE indrelid = $1::regclass`,
    [table],
  );
  return rows.map(({ keys }) => keys);
}

/** The foreign keys of a table: `(user_id) REFERENCES users(id) ON DELETE CASCADE`. */
async function foreignKeysOf(table: string): Promise<string[]> {
  const { rows } = await client.query<{ key: string }>(
    `SELECT replace(pg_get_constraintdef(oid), 'FOREIGN KEY ', '') AS key FROM pg_constraint
     WHERE contype = 'f' AND conrelid = $1::regclass ORDER BY 1`,
    [table],
  );
  return rows.map(({ key }) => key);
}

async function countOf(...tables: string[]): Promise<number[]> {
  const counts = tables.map((table) => `(SELECT count(*)::int FROM ${table})`);
  const { rows } = await client.query<{ counts: number[] }>(`SELECT ARRAY[${counts.join(', ')}] AS counts`);
  return rows[0].counts;
}

/** Each of these values is accepted in a row of the table, and another is not. */
async function expectValues(table: string, column: string, values: string, rest: Row = {}): Promise<void> {
  for (const value of values.split(', ')) await insert(client, table, { ...rest, [column]: value });
  const other = () => insert(client, table, { ...rest, [column]: 'nonsense' });
  expect(await refusalOf(client, other)).toEqual({ code: '23514', constraint: `chk_${table}_${column}` });
}

/** The plan of a query once there is no faster way than an index. */
async function planOf(sql: string): Promise<string> {
  await client.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off');
  const { rows } = await client.query<Record<'QUERY PLAN', string>>(`EXPLAIN (COSTS OFF) ${sql}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('000: scheduled intents', () => {
  it('000 AC1: scheduled_intents has all its columns', async () => {
    await expectColumns('scheduled_intents', 'id, user_id, intent_name, description');
    await expectColumns('scheduled_intents', 'trigger_type, trigger_schedule, trigger_condition');
    await expectColumns('scheduled_intents', 'action_type, action_context, action_priority');
    await expectColumns('scheduled_intents', 'next_check, last_checked, last_executed, execution_count');
    await expectColumns('scheduled_intents', 'last_execution_status, last_execution_error, last_message_id');
    await expectColumns('scheduled_intents', 'enabled, expires_at, max_executions');
    await expectColumns('scheduled_intents', 'created_at, updated_at, created_by, metadata');
    expect(await columnsOf('scheduled_intents')).toHaveLength(24);

    expect(await typeOf('scheduled_intents', 'id')).toBe('uuid');
    for (const column of ['trigger_schedule', 'trigger_condition', 'metadata']) {
      expect(await typeOf('scheduled_intents', column)).toBe('jsonb');
    }
  });

  it('000 AC2: intent_executions has all its columns, and goes with its intent', async () => {
    await expectColumns('intent_executions', 'id, intent_id, user_id, executed_at, trigger_type, trigger_data, status');
    await expectColumns('intent_executions', 'gate_result, message_id, message_preview');
    await expectColumns('intent_executions', 'evaluation_ms, generation_ms, delivery_ms, error_message');
    expect(await columnsOf('intent_executions')).toHaveLength(14);
    expect(await foreignKeysOf('intent_executions')).toContain(
      '(intent_id) REFERENCES scheduled_intents(id) ON DELETE CASCADE',
    );

    const { intent_id } = await insert(client, 'intent_executions');
    await client.query('DELETE FROM scheduled_intents WHERE id = $1', [intent_id]);
    expect(await countOf('intent_executions')).toEqual([0]);
  });

  it('000 AC3: checks of trigger_type, action_type, action_priority and status', async () => {
    const triggerTypes = 'cron, interval, once, price, silence, event, calendar, news';
    const statuses = 'success, failed, gate_blocked, condition_not_met';
    await expectValues('scheduled_intents', 'trigger_type', triggerTypes, { trigger_condition: {} });
    await expectValues('scheduled_intents', 'action_type', 'notify, check_in, briefing, analysis, reminder');
    await expectValues('scheduled_intents', 'action_priority', 'low, normal, high, critical');
    await expectValues('scheduled_intents', 'last_execution_status', statuses);
    await expectValues('intent_executions', 'trigger_type', triggerTypes);
    await expectValues('intent_executions', 'status', statuses);
  });

  it.each([
    ['idx_intents_user_enabled', 'scheduled_intents (user_id, enabled) WHERE (enabled = true)'],
    ['idx_intents_pending', 'scheduled_intents (next_check) WHERE ((enabled = true) AND (next_check IS NOT NULL))'],
    ['idx_intents_type', 'scheduled_intents (user_id, trigger_type)'],
    ['idx_executions_intent', 'intent_executions (intent_id, executed_at DESC)'],
    ['idx_executions_user', 'intent_executions (user_id, executed_at DESC)'],
    // "bonus indexes" of its notes
    ['idx_intents_user_id', 'scheduled_intents (user_id)'],
    ['idx_intents_created', 'scheduled_intents (created_at)'],
    ['idx_executions_status', 'intent_executions (status)'],
  ])('000 AC4: %s', async (name, definition) => {
    expect(await indexNamed(name)).toBe(definition);
  });

  it('000 AC4: the query for pending intents uses idx_intents_pending', async () => {
    expect(
      await planOf('SELECT id FROM scheduled_intents WHERE enabled = true AND next_check <= now() ORDER BY next_check'),
    ).toMatch(/^Index Scan using idx_intents_pending/);
  });

  it('000 AC5: the down migrations drop the tables cleanly', async () => {
    const migrated = await migratedDatabase();
    try {
      const dataSource = await migrated.dataSource();
      await dataSource.query(`INSERT INTO users (email, password_hash) VALUES ('ada@example.org', '$2b$12$x')`);
      for (let i = 0; i < dataSource.migrations.length; i++) await dataSource.undoLastMigration();
      expect(await dataSource.query('SELECT FROM migrations')).toEqual([]);

      const left: unknown = await dataSource.query(
        `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
         AND relname NOT LIKE '%migration%'
         UNION ALL
         SELECT proname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal`,
      );
      expect(left).toEqual([]);
    } finally {
      await migrated.close();
    }
  });

  describeOnServer('on a server', () => {
    it('000 AC5: the down migrations leave an extension alone that the login does not own', async () => {
      const empty = await emptyDatabase();
      const login = `reverts_${process.pid}`;
      const admin = await empty.connect();
      await admin.query(`CREATE EXTENSION vector; CREATE ROLE ${login} LOGIN IN ROLE app_service`);
      await admin.query(`GRANT CREATE ON SCHEMA public TO ${login}`);
      try {
        const url = new URL(empty.url);
        url.username = login;
        const dataSource = await dataSourceAt(url.href).initialize();
        try {
          const all = await migrate(dataSource);
          for (let i = 0; i < all.length; i++) await dataSource.undoLastMigration();
          expect((await admin.query(`SELECT FROM pg_class WHERE relname = 'users'`)).rowCount).toBe(0);
          expect((await admin.query(`SELECT FROM pg_extension WHERE extname = 'vector'`)).rowCount).toBe(1);
          expect(await migrate(dataSource)).toEqual(all);
        } finally {
          await dataSource.destroy();
        }
      } finally {
        await admin.query(`DROP OWNED BY ${login} CASCADE; DROP ROLE ${login}`);
        await empty.close();
      }
    });
  });

  it('000 notes: comments document every column', async () => {
    const { rows } = await client.query(
      `SELECT attrelid::regclass AS table, attname AS column FROM pg_attribute
       WHERE attrelid IN ('scheduled_intents'::regclass, 'intent_executions'::regclass) AND attnum > 0
       AND col_description(attrelid, attnum) IS NULL`,
    );
    expect(rows).toEqual([]);
  });
});

describe('001: engagement', () => {
  it('001 AC-1: a migration, not the test, made the tables', async () => {
    const migrations = await client.query('SELECT name FROM migrations');
    expect(migrations.rowCount).toBeGreaterThan(0);
  });

  it.each([
    [
      'AC-2',
      'user_engagement_states',
      'id, user_id, state, last_activity_at, goodbye_sent_at, goodbye_expires_at, remind_at, created_at, updated_at',
    ],
    ['AC-3', 'engagement_state_transitions', 'id, user_id, from_state, to_state, trigger, metadata, created_at'],
    [
      'AC-4',
      'engagement_message_queue',
      'id, user_id, message_type, message_key, message_params, destination, destination_jid, scheduled_for, sent_at, ' +
        'status, retry_count, error_message, idempotency_key, created_at',
    ],
  ])('001 %s: %s has exactly its columns', async (_criterion, table, columns) => {
    expect(await columnsOf(table)).toEqual(columns.split(', '));
  });

  it('001 AC-2: a person has one engagement state, active at first', async () => {
    const { user_id, state } = await insert(client, 'user_engagement_states');
    expect(state).toBe('active');
    expect(await refusalOf(client, () => insert(client, 'user_engagement_states', { user_id }))).toMatchObject({
      code: '23505',
    });
  });

  it('001 AC-4: a message is not queued twice', async () => {
    const { idempotency_key } = await insert(client, 'engagement_message_queue');
    expect(await refusalOf(client, () => insert(client, 'engagement_message_queue', { idempotency_key }))).toEqual({
      code: '23505',
      constraint: 'uq_engagement_message_queue_idempotency_key',
    });
  });

  it('001 AC-5: user_profiles has the five columns, with their defaults and the tier of 0 to 3', async () => {
    expect(await insert(client, 'user_profiles')).toMatchObject({
      preferred_destination: 'individual',
      reengagement_opt_out: false,
      onboarding_tier: 0,
      onboarding_tier_progress: {},
      magic_moment_at: null,
    });
    for (const onboarding_tier of [-1, 4]) {
      expect(await refusalOf(client, () => insert(client, 'user_profiles', { onboarding_tier }))).toMatchObject({
        code: '23514',
      });
    }
  });

  it('001 AC-6: indexes for the scheduler', async () => {
    expect(await keysOf('user_engagement_states')).toEqual(
      expect.arrayContaining([
        '(state)',
        '(last_activity_at)',
        '(goodbye_expires_at) WHERE (goodbye_expires_at IS NOT NULL)',
        '(remind_at) WHERE (remind_at IS NOT NULL)',
      ]),
    );
    expect(await keysOf('engagement_state_transitions')).toEqual(expect.arrayContaining(['(user_id)', '(created_at)']));
    expect(await keysOf('engagement_message_queue')).toEqual(
      expect.arrayContaining([
        `(status) WHERE (status = 'pending'::text)`,
        `(scheduled_for) WHERE (status = 'pending'::text)`,
      ]),
    );
  });

  describe('001 AC-7: row-level security', () => {
    const readable = ['user_engagement_states', 'engagement_state_transitions'];
    const tables = [...readable, 'engagement_message_queue'];

    it.each(tables)('is on, and forced, for %s', async (table) => {
      const { rows } = await client.query(
        'SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::regclass',
        [table],
      );
      expect(rows).toEqual([{ relrowsecurity: true, relforcerowsecurity: true }]);
    });

    it.each(readable)('a person reads their own rows of %s and writes none', async (table) => {
      const own = await insert(client, table);
      await insert(client, table);
      await client.query(`SELECT set_config('app.user_id', $1, true)`, [own.user_id]);
      await client.query('SET LOCAL ROLE app_user');

      expect((await client.query(`SELECT id FROM ${table}`)).rows).toEqual([{ id: own.id }]);
      for (const sql of [`UPDATE ${table} SET id = id`, `DELETE FROM ${table}`]) {
        expect(await refusalOf(client, () => client.query(sql))).toMatchObject({ code: '42501' });
      }
    });

    it('a person has no access to engagement_message_queue', async () => {
      await client.query('SET LOCAL ROLE app_user');
      const read = () => client.query('SELECT FROM engagement_message_queue');
      expect(await refusalOf(client, read)).toMatchObject({ code: '42501' });
    });

    it.each(tables)('the backend manages all of %s', async (table) => {
      await client.query('SET LOCAL ROLE app_service');
      await insert(client, table);
      await insert(client, table);
      expect(await countOf(table)).toEqual([2]);
    });
  });

  it('001 AC-8: checks of state, message_type, status and destination', async () => {
    const states = 'active, goodbye_sent, help_flow, remind_later, dormant';
    await expectValues('user_engagement_states', 'state', states);
    await expectValues('engagement_state_transitions', 'from_state', states);
    await expectValues('engagement_state_transitions', 'to_state', states);
    await expectValues(
      'engagement_message_queue',
      'message_type',
      'goodbye, help_flow, remind_later, reminder, weekly_review, tier_unlock, magic_moment',
    );
    await expectValues('engagement_message_queue', 'status', 'pending, failed, cancelled');
    await insert(client, 'engagement_message_queue', { status: 'sent', sent_at: new Date() });
    await expectValues('engagement_message_queue', 'destination', 'individual, group');
    await expectValues('user_profiles', 'preferred_destination', 'individual, group');
  });
});

describe('002: users, tasks, conversations, messages', () => {
  it.each([
    ['users', 'id, email, password_hash, created_at, updated_at'],
    ['tasks', 'id, user_id, title, description, completed, created_at, updated_at'],
    ['conversations', 'id, user_id, title, created_at, updated_at'],
    ['messages', 'id, conversation_id, user_id, role, content, tool_calls, created_at'],
  ])('002 schema: %s has its columns', expectColumns);

  it('002 schema: types and defaults', async () => {
    expect(await typeOf('users', 'email')).toBe('character varying(255)');
    expect(await typeOf('users', 'password_hash')).toBe('character varying(255)');
    expect(await typeOf('tasks', 'title')).toBe('character varying(255)');
    expect(await typeOf('tasks', 'description')).toBe('text');
    expect(await typeOf('conversations', 'title')).toBe('character varying(255)');
    expect(await typeOf('messages', 'content')).toBe('text');
    expect(await typeOf('messages', 'tool_calls')).toBe('jsonb');
    expect(await insert(client, 'tasks')).toMatchObject({ completed: false, description: null });
  });

  it('002 security: keys are random UUIDs, times have a zone', async () => {
    const { rows } = await client.query<Record<'id' | 'times', string>>(
      `SELECT table_name AS table,
              max(column_default) FILTER (WHERE column_name = 'id') AS id,
              string_agg(DISTINCT data_type, ',') FILTER (WHERE column_name LIKE '%\\_at') AS times
       FROM information_schema.columns
       WHERE table_name IN ('users', 'tasks', 'conversations', 'messages') GROUP BY table_name`,
    );
    expect(rows).toHaveLength(4);
    for (const { id, times } of rows) {
      expect([id, times]).toEqual(['gen_random_uuid()', 'timestamp with time zone']);
    }
    const { id } = await insert(client, 'users');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('002 security: one account an address, in whatever case', async () => {
    await insert(client, 'users', { email: 'ada@example.org' });
    const again = (email: string) => refusalOf(client, () => insert(client, 'users', { email }));
    expect(await again('ada@example.org')).toEqual({ code: '23505', constraint: 'idx_users_email' });
    expect(await again('Ada@example.org')).toEqual({ code: '23514', constraint: 'chk_users_email' });
  });

  it('002 security: a password is a bcrypt hash, never plaintext', async () => {
    const withPassword = (password_hash: string | null) =>
      refusalOf(client, () => insert(client, 'users', { password_hash }));
    expect(await withPassword('$2b$12$abcdefghijklmnopqrstuv')).toBeUndefined();
    expect(await withPassword('hunter2')).toEqual({ code: '23514', constraint: 'chk_users_password_hash' });
    // 002 has password users alone; 004 has those of single sign-on, for whom alone it may be null.
    expect(await withPassword(null)).toEqual({ code: '23514', constraint: 'chk_users_credential' });
  });

  it.each([
    ['idx_users_email', 'users (email)'],
    ['idx_tasks_user_id', 'tasks (user_id)'],
    ['idx_tasks_user_id_created_at', 'tasks (user_id, created_at DESC)'],
    // 002 calls it idx_conversations_user_id, 004 idx_conversations_user; it exists once.
    ['idx_conversations_user', 'conversations (user_id)'],
    ['idx_conversations_user_id_updated_at', 'conversations (user_id, updated_at DESC)'],
    ['idx_messages_conversation_id', 'messages (conversation_id)'],
    ['idx_messages_user_id', 'messages (user_id)'],
    // 002 calls it idx_messages_conversation_id_created_at, 004 idx_messages_conversation; it exists once.
    ['idx_messages_conversation', 'messages (conversation_id, created_at)'],
  ])('002 indexes: %s', async (name, definition) => {
    expect(await indexNamed(name)).toBe(definition);
  });

  it.each([
    ['tasks', 'user_id', 'created_at DESC', 'idx_tasks_user_id_created_at'],
    ['conversations', 'user_id', 'updated_at DESC', 'idx_conversations_user_id_updated_at'],
    ['messages', 'conversation_id', 'created_at', 'idx_messages_conversation'],
  ])('002 performance: %s of a %s in order of %s come from one index, unsorted', async (table, key, order, index) => {
    const plan = await planOf(
      `SELECT * FROM ${table} WHERE ${key} = '00000000-0000-4000-8000-000000000000' ORDER BY ${order} LIMIT 20`,
    );
    expect(plan).toContain(index);
    expect(plan).not.toContain('Sort');
  });

  it('002 foreign keys', async () => {
    const toUser = '(user_id) REFERENCES users(id) ON DELETE CASCADE';
    expect(await foreignKeysOf('users')).toEqual([]);
    expect(await foreignKeysOf('tasks')).toEqual([toUser]);
    expect(await foreignKeysOf('conversations')).toEqual([toUser]);
    // The composite key takes the place of (conversation_id): the message belongs to the conversation's owner.
    expect(await foreignKeysOf('messages')).toEqual([
      '(conversation_id, user_id) REFERENCES conversations(id, user_id) ON DELETE CASCADE',
      toUser,
    ]);
  });

  it('002 foreign keys: deleting a user deletes tasks, conversations and messages', async () => {
    const { user_id } = await insert(client, 'messages');
    await insert(client, 'tasks', { user_id });
    await client.query('DELETE FROM users WHERE id = $1', [user_id]);
    expect(await countOf('tasks', 'conversations', 'messages')).toEqual([0, 0, 0]);
  });

  it('002 security: a message belongs to the owner of its conversation', async () => {
    const { id } = await insert(client, 'conversations');
    const stranger = await insert(client, 'users');
    const foreign = () => insert(client, 'messages', { conversation_id: id, user_id: stranger.id });
    expect(await refusalOf(client, foreign)).toEqual({
      code: '23503',
      constraint: 'fk_messages_conversation_id_user_id',
    });
  });

  it('002 security: the roles of messages', async () => {
    // 002 has user and agent, 004 user, assistant and system.
    await expectValues('messages', 'role', 'user, agent');
  });

  it('002 security: created_at is immutable, updated_at is updated', async () => {
    const before = { created_at: new Date('2020-01-01'), updated_at: new Date('2020-01-01') };
    for (const table of ['users', 'tasks', 'conversations']) {
      const { id } = await insert(client, table, before);
      const { rows } = await client.query(
        `UPDATE ${table} SET created_at = now() WHERE id = $1 RETURNING created_at, updated_at = now() AS touched`,
        [id],
      );
      expect(rows).toEqual([{ created_at: before.created_at, touched: true }]);
    }
  });

  it('002 audit trail: messages are immutable', async () => {
    const { id } = await insert(client, 'messages', { tool_calls: JSON.stringify([{ name: 'add_task' }]) });
    const refusal = { code: '23001', constraint: 'keep_history' };
    for (const sql of [
      `UPDATE messages SET content = 'Something else' WHERE id = $1`,
      `UPDATE messages SET tool_calls = NULL WHERE id = $1`,
      `UPDATE messages SET created_at = now() - interval '1 day' WHERE id = $1`,
      `DELETE FROM messages WHERE id = $1`,
    ]) {
      expect(await refusalOf(client, () => client.query(sql, [id]))).toEqual(refusal);
    }
  });

  it('002 verification: the tables are there', async () => {
    const { rows } = await client.query<{ table: string }>(
      `SELECT table_name AS table FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(rows.map(({ table }) => table)).toEqual(
      expect.arrayContaining(['conversations', 'messages', 'tasks', 'users']),
    );
  });
});

describe('003: social listening', () => {
  it.each([
    [
      'authors',
      'id, platform, platform_id, handle, display_name, follower_count, is_verified, is_power_user, power_tier, archetype_tags, relationship_score, interaction_history, first_seen_at, last_seen_at, created_at, updated_at',
    ],
    [
      'posts',
      'id, platform, platform_post_id, author_id, content, detected_at, processed_at, keyword_matches, keyword_categories, spam_filtered, raw_metrics, error_count, error_message, created_at, updated_at',
    ],
    [
      'decisions',
      'id, post_id, sss_score, ars_score, evs_score, trs_score, composite_score, mode, archetype, safety_flags, signals_json, temporal_context, competitor_detected, is_power_user, experiment_id, experiment_variant, is_randomized_experiment, predicted_mode, created_at',
    ],
    [
      'replies',
      'id, decision_id, content, archetype, platform, platform_post_id, utm_code, help_count, approval_status, approved_by, approved_at, posted_at, metrics_json, deleted_at, delete_reason, reply_type, created_at, updated_at',
    ],
    ['competitors', 'id, name, category, primary_mechanism, price_point, brand_keywords, created_at, updated_at'],
    [
      'competitive_mentions',
      'id, post_id, competitor_id, sentiment, satisfaction, opportunity_score, replied, created_at',
    ],
    [
      'community_champions',
      'id, author_id, tier, engagement_count, dm_sent_at, dm_response, sample_sent, converted, advocate_status, created_at, updated_at',
    ],
    ['kpi_metrics', 'id, date, platform, metric_type, metric_name, value, created_at'],
    [
      'escalations',
      'id, post_id, decision_id, reply_id, reason, priority, status, assigned_to, resolved_by, resolution_notes, created_at, resolved_at',
    ],
    ['audit_logs', 'id, entity_type, entity_id, action, actor, details_json, created_at'],
    [
      'experiments',
      'id, name, description, variant_a, variant_b, metric, traffic_split, status, start_date, end_date, results_json, winner, created_at, updated_at',
    ],
  ])('003 AC2: %s has exactly its columns', async (table, columns) => {
    expect(await columnsOf(table)).toEqual(columns.split(', '));
  });

  it.each([
    [
      'weight_adjustment_logs',
      'id, date, action, reason, valid_segments, total_segments, sample_sizes, old_weights, new_weights, predicted_improvement, created_at',
    ],
    [
      'learning_events',
      'id, date, adjustment_type, adjustment, predicted_improvement, baseline_performance, actual_improvement, accuracy, evaluated_at, created_at',
    ],
    [
      'randomized_experiments',
      'id, decision_id, predicted_mode, actual_mode, predicted_outcome, actual_outcome, created_at',
    ],
    [
      'segmented_weights',
      'id, segment_type, segment_key, sss_weight, ars_weight, evs_weight, trs_weight, sample_size, performance, created_at, updated_at',
    ],
  ])('003 AC3: %s has exactly its columns', async (table, columns) => {
    expect(await columnsOf(table)).toEqual(columns.split(', '));
  });

  it.each([
    ['authors', '(platform, platform_id)'],
    ['posts', '(platform, platform_post_id)'],
    ['kpi_metrics', '(date, platform, metric_type, metric_name)'],
    ['segmented_weights', '(segment_type, segment_key)'],
    ['community_champions', '(author_id)'],
  ])('003 AC9: %s are unique by %s', async (table, columns) => {
    expect(await keysOf(table)).toContain(`UNIQUE ${columns}`);

    const first = await insert(client, table);
    const names = columns.slice(1, -1).split(', ');
    const same = Object.fromEntries(names.map((name) => [name, first[name]]));
    expect(await refusalOf(client, () => insert(client, table, same))).toEqual({
      code: '23505',
      constraint: `uq_${table}_${names.join('_')}`,
    });
    expect(await refusalOf(client, () => insert(client, table))).toBeUndefined();
  });

  it.each([
    [
      'decisions',
      ['(created_at)', '(experiment_variant)', '(is_randomized_experiment)', '(mode)', '(composite_score)'],
    ],
    ['replies', ['(posted_at)', '(approval_status)', '(platform, posted_at)']],
    ['weight_adjustment_logs', ['(date)']],
    ['authors', ['(is_power_user)', '(platform, handle)']],
    ['posts', ['(processed_at)', '(platform, detected_at)']],
    ['escalations', ['(status, priority)', '(created_at)']],
  ])('003 AC9: %s has its performance indexes', async (table, keys) => {
    expect(await keysOf(table)).toEqual(expect.arrayContaining(keys));
  });

  const modes = 'HELPFUL, ENGAGEMENT, HYBRID, DISENGAGED';
  const archetypes =
    'CHECKLIST, MYTHBUST, COACH, STORYLET, HUMOR_LIGHT, CREDIBILITY_ANCHOR, CONFIDENT_RECOMMENDER, PROBLEM_SOLUTION_DIRECT';

  // Of the enumerations that 003 only names, the data model gives the values. They are text and checks: see its notation.
  it.each([
    ['Platform', 'authors', 'platform', 'TWITTER, REDDIT, THREADS'],
    ['Platform', 'posts', 'platform', 'TWITTER, REDDIT, THREADS'],
    ['Platform', 'replies', 'platform', 'TWITTER, REDDIT, THREADS'],
    ['Platform', 'kpi_metrics', 'platform', 'TWITTER, REDDIT, THREADS'],
    ['OperationalMode', 'decisions', 'mode', modes],
    ['OperationalMode', 'decisions', 'predicted_mode', modes],
    ['OperationalMode', 'randomized_experiments', 'predicted_mode', modes],
    ['OperationalMode', 'randomized_experiments', 'actual_mode', modes],
    ['Archetype', 'decisions', 'archetype', archetypes],
    ['Archetype', 'replies', 'archetype', archetypes],
    ['PowerTier', 'authors', 'power_tier', 'MICRO, MACRO, MEGA'],
    ['ApprovalStatus', 'replies', 'approval_status', 'PENDING, APPROVED, REJECTED, AUTO_APPROVED'],
    ['ReplyType', 'replies', 'reply_type', 'COMMENT, QUOTE, DIRECT_MESSAGE'],
    ['CompetitorCategory', 'competitors', 'category', 'SUPPLEMENT, MEDICATION, DEVICE, SERVICE, OTHER'],
    ['PricePoint', 'competitors', 'price_point', 'BUDGET, MID, PREMIUM'],
    ['Sentiment', 'competitive_mentions', 'sentiment', 'POSITIVE, NEUTRAL, NEGATIVE, MIXED'],
    ['UserSatisfaction', 'competitive_mentions', 'satisfaction', 'SATISFIED, NEUTRAL, DISSATISFIED, UNKNOWN'],
    ['ChampionTier', 'community_champions', 'tier', 'BRONZE, SILVER, GOLD'],
    ['DmResponseStatus', 'community_champions', 'dm_response', 'NONE, POSITIVE, NEUTRAL, NEGATIVE'],
    ['AdvocateStatus', 'community_champions', 'advocate_status', 'CANDIDATE, INVITED, ACTIVE, INACTIVE'],
    ['ExperimentStatus', 'experiments', 'status', 'DRAFT, RUNNING, PAUSED, COMPLETED'],
    ['KpiType', 'kpi_metrics', 'metric_type', 'COMMITMENT, REACH, ENGAGEMENT, CONVERSION, SAFETY'],
    ['EscalationReason', 'escalations', 'reason', 'SAFETY, COMPLAINT, POWER_USER, COMPETITOR, LOW_CONFIDENCE, OTHER'],
    ['EscalationPriority', 'escalations', 'priority', 'LOW, MEDIUM, HIGH, CRITICAL'],
    ['EscalationStatus', 'escalations', 'status', 'OPEN, IN_PROGRESS'],
  ])('003 AC10: %s (%s.%s)', async (_enumeration, table, column, values) => {
    await expectValues(table, column, values);
  });

  it.each(['RESOLVED', 'DISMISSED'])('003 AC10: EscalationStatus %s', async (status) => {
    await insert(client, 'escalations', { status, resolved_at: new Date() });
  });

  const reply = { platform: 'TWITTER', platformPostId: 'p1', utmCode: 'tw-1' };
  const post = { platform: 'TWITTER', authorId: '4e2a5c0e-6f0e-4b5e-9a63-6a7d3e0c8a11', keywordMatches: ['sleep'] };

  // Its Zod schemas, one rule a line: entity, table, row, wrong property, its column.
  it.each([
    ['post content cannot be empty', Post, 'posts', { ...post, platformPostId: 'p1' }, 'content', ''],
    ['post content exceeds 5000', Post, 'posts', { ...post, platformPostId: 'p1' }, 'content', 'x'.repeat(5001)],
    ['a platform that is none', Post, 'posts', { ...post, platformPostId: 'p1', content: 'x' }, 'platform', 'MYSPACE'],
    ['an empty post ID', Post, 'posts', { ...post, content: 'x' }, 'platformPostId', ''],
    ['an invalid post ID', Post, 'posts', { ...post, content: 'x' }, 'platformPostId', 'a/b'],
    ['no keyword match', Post, 'posts', { ...post, platformPostId: 'p1', content: 'x' }, 'keywordMatches', []],
    [
      'too many keyword matches',
      Post,
      'posts',
      { ...post, platformPostId: 'p1', content: 'x' },
      'keywordMatches',
      Array(51).fill('sleep'),
    ],
    ['an empty handle', Author, 'authors', { platform: 'TWITTER', platformId: '1' }, 'handle', ''],
    ['an invalid handle', Author, 'authors', { platform: 'TWITTER', platformId: '1' }, 'handle', 'not-a-handle'],
    ['a reply too short', Reply, 'replies', reply, 'content', 'Short'],
    ['a reply too long', Reply, 'replies', reply, 'content', `${'x'.repeat(990)} —Antone (Vita)`],
    ['a reply without signature', Reply, 'replies', reply, 'content', 'Drink more water.'],
    ['a medical claim', Reply, 'replies', reply, 'content', 'It is Clinically Proven. —Antone (Vita)'],
    ['an invalid UTM code', Reply, 'replies', { ...reply, content: 'Hello —Antone (Vita)' }, 'utmCode', 'TW 1'],
  ])('003 AC11: validators and database refuse %s', async (_what, entity, table, row, property, value) => {
    const object = Object.assign(new entity(), row, { [property]: value }) as object;
    expect((await validate(object)).map((error) => error.property)).toEqual([property]);

    const column = property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    expect(await refusalOf(client, () => insert(client, table, { [column]: value }))).toMatchObject({
      code: '23514',
      constraint: expect.stringMatching(`^chk_${table}_${column}`) as string,
    });
  });

  it('003 AC11: a handle is 50 characters at most', async () => {
    const handle = 'x'.repeat(51);
    const author = Object.assign(new Author(), { platform: 'TWITTER', platformId: '1', handle });
    expect((await validate(author)).map((error) => error.property)).toEqual(['handle']);
    expect(await refusalOf(client, () => insert(client, 'authors', { handle }))).toMatchObject({ code: '22001' });
  });

  it('003 AC11: scores are 0.0 to 1.0', async () => {
    const scores = { sssScore: 0, arsScore: 1, evsScore: 0.5, trsScore: 0.25, compositeScore: 0.75 };
    const decision = (values: object) =>
      Object.assign(new Decision(), { postId: post.authorId, mode: 'HELPFUL' }, scores, values);
    expect(await validate(decision({}))).toEqual([]);
    expect((await validate(decision({ sssScore: 1.1, trsScore: -0.1 }))).map((error) => error.property)).toEqual([
      'sssScore',
      'trsScore',
    ]);
    for (const composite_score of [-0.1, 1.1]) {
      expect(await refusalOf(client, () => insert(client, 'decisions', { composite_score }))).toEqual({
        code: '23514',
        constraint: 'chk_decisions_composite_score',
      });
    }
  });

  it('003 AC13: posts go with decisions and mentions, replies stay, audit logs leave by retention alone', async () => {
    const { post_id, id: decision_id } = await insert(client, 'decisions');
    await insert(client, 'competitive_mentions', { post_id });
    await insert(client, 'replies', { decision_id });
    const log = await insert(client, 'audit_logs');
    await client.query('DELETE FROM posts WHERE id = $1', [post_id]);

    expect(await countOf('posts', 'decisions', 'competitive_mentions', 'replies')).toEqual([0, 0, 0, 1]);
    const removeLog = () => client.query('DELETE FROM audit_logs WHERE id = $1', [log.id]);
    expect(await refusalOf(client, removeLog)).toMatchObject({ code: '23001' });
    await client.query(`SELECT set_config('app.job', 'retention', true)`);
    expect(await refusalOf(client, removeLog)).toBeUndefined();
  });
});

describe('004: users, sessions, conversations, messages', () => {
  it.each([
    ['users', 'id, email, name, role, organization_id, sso_provider, sso_id, created_at, last_login'],
    ['sessions', 'id, user_id, expires_at, created_at, last_accessed_at'],
    ['conversations', 'id, user_id, title, status, created_at, updated_at, share_token, share_enabled'],
    [
      'messages',
      'id, conversation_id, role, content, citations, domains, feedback_score, input_tokens, output_tokens, cost_usd, created_at',
    ],
  ])('004 AC1: %s has its columns', expectColumns);

  it('004 AC1: citations are JSONB, nested as they like', async () => {
    const citations = JSON.stringify([{ source: 'handbook', pages: [1, 2], quote: { text: '"…"' } }]);
    expect(await typeOf('messages', 'citations')).toBe('jsonb');
    const { id } = await insert(client, 'messages', { citations });
    const { rows } = await client.query(
      `SELECT citations #>> '{0,pages,1}' AS page FROM messages WHERE id = $1 AND citations @> '[{"source": "handbook"}]'`,
      [id],
    );
    expect(rows).toEqual([{ page: '2' }]);
  });

  it('004 AC1: roles of users and messages', async () => {
    await expectValues('users', 'role', 'educator, coach, admin');
    await expectValues('messages', 'role', 'user, assistant, system');
  });

  it('004 AC1: email and share_token are unique', async () => {
    const email = `${fresh('ada')}@example.org`;
    await insert(client, 'users', { email });
    expect(await refusalOf(client, () => insert(client, 'users', { email }))).toMatchObject({ code: '23505' });
    await insert(client, 'conversations', { share_token: 'a1b2' });
    expect(await refusalOf(client, () => insert(client, 'conversations', { share_token: 'a1b2' }))).toMatchObject({
      code: '23505',
    });
  });

  it('004 AC1: sessions, conversations and messages go with the person', async () => {
    const { user_id } = await insert(client, 'messages');
    await insert(client, 'sessions', { user_id });
    await client.query('DELETE FROM users WHERE id = $1', [user_id]);
    expect(await countOf('sessions', 'conversations', 'messages')).toEqual([0, 0, 0]);
  });

  it('004 AC2: pgvector is installed, and stores embeddings', async () => {
    expect((await client.query(`SELECT FROM pg_extension WHERE extname = 'vector'`)).rowCount).toBe(1);
    const axis = (index: number) => JSON.stringify(Array.from({ length: 1536 }, (_, i) => (i === index ? 1 : 0)));
    const near = await insert(client, 'message_embeddings', { embedding: axis(3) });
    await insert(client, 'message_embeddings', { embedding: axis(5) });

    const nearest = `SELECT message_id FROM message_embeddings ORDER BY embedding <=> '${axis(3)}' LIMIT 1`;
    expect((await client.query(nearest)).rows).toEqual([{ message_id: near.message_id }]);
    expect(await planOf(nearest)).toContain('idx_message_embeddings_embedding');
    expect(await refusalOf(client, () => insert(client, 'message_embeddings', { embedding: '[1,2,3]' }))).toMatchObject(
      { code: '22000' },
    );
  });

  it.each([
    ['idx_users_email', 'users (email)'],
    ['idx_conversations_user', 'conversations (user_id)'],
    ['idx_messages_conversation', 'messages (conversation_id, created_at)'],
    // "Add index on share_token for public access", "on expires_at for cleanup queries"
    ['idx_conversations_share_token', 'conversations (share_token)'],
    ['idx_sessions_expires_at', 'sessions (expires_at)'],
    // WHERE expires_at > NOW() can't be: NOW() is not immutable. INCLUDE serves the same query.
    ['idx_sessions_id', 'sessions (id) INCLUDE (user_id, expires_at)'],
  ])('004 AC3: %s', async (name, definition) => {
    expect(await indexNamed(name)).toBe(definition);
  });

  it('004 AC3: a predicate with NOW() is refused by PostgreSQL', async () => {
    const create = () => client.query('CREATE INDEX live ON sessions (id) WHERE expires_at > NOW()');
    expect(await refusalOf(client, create)).toMatchObject({ code: '42P17' });
  });

  it('004 AC3: a live session is found in idx_sessions_id alone', async () => {
    // Dropped in this transaction only: the planner may prefer the primary key, which is the smaller index.
    await client.query('ALTER TABLE sessions DROP CONSTRAINT pk_sessions');
    expect(
      await planOf(
        `SELECT user_id FROM sessions WHERE id = '00000000-0000-4000-8000-000000000000' AND expires_at > now()`,
      ),
    ).toMatch(/^Index Only Scan using idx_sessions_id/);
  });
});
