import type { Client } from 'pg';
import { getMetadataArgsStorage } from 'typeorm';
import { entities } from '../../src/entities';
import { migratedDatabase, type TestDatabase } from '../databases';
import { minimalRows } from './rows';

const timestamps = ['created_at timestamptz = now()', 'updated_at timestamptz = now()'];
const [createdAt] = timestamps;
const id = 'id uuid = gen_random_uuid()';

/** The data model once more, in its own notation: `?` takes null, `=` the default. In the order of the columns. */
const tables: Record<string, string[]> = {
  users: [
    id,
    'email varchar(255)',
    'name varchar(255)?',
    "role text = 'educator'",
    'organization_id uuid?',
    'sso_provider text?',
    'sso_id text?',
    'password_hash varchar(255)?',
    ...timestamps,
    'last_login timestamptz?',
  ],
  sessions: [id, 'user_id uuid', 'expires_at timestamptz', createdAt, 'last_accessed_at timestamptz = now()'],
  user_profiles: [
    id,
    'user_id uuid',
    "preferred_destination text = 'individual'",
    'reengagement_opt_out boolean = false',
    'onboarding_tier integer = 0',
    "onboarding_tier_progress jsonb = '{}'",
    'magic_moment_at timestamptz?',
    "locale text = 'en'",
    "timezone text = 'UTC'",
    ...timestamps,
  ],
  conversations: [
    id,
    'user_id uuid',
    'title varchar(255)?',
    "status text = 'active'",
    'share_token text?',
    'share_enabled boolean = false',
    ...timestamps,
  ],
  messages: [
    id,
    'conversation_id uuid',
    'user_id uuid',
    'role text',
    'content text',
    'citations jsonb?',
    'tool_calls jsonb?',
    "domains text[] = '{}'",
    'feedback_score smallint?',
    'input_tokens integer?',
    'output_tokens integer?',
    'cost_usd numeric(12,6)?',
    createdAt,
  ],
  message_embeddings: ['message_id uuid', 'model text', 'embedding vector(1536)', createdAt],
  tasks: [id, 'user_id uuid', 'title varchar(255)', 'description text?', 'completed boolean = false', ...timestamps],
  scheduled_intents: [
    id,
    'user_id uuid',
    'intent_name varchar(255)',
    'description text?',
    'trigger_type text',
    'trigger_schedule jsonb?',
    'trigger_condition jsonb?',
    'action_type text',
    'action_context text?',
    "action_priority text = 'normal'",
    'next_check timestamptz?',
    'last_checked timestamptz?',
    'last_executed timestamptz?',
    'execution_count integer = 0',
    'last_execution_status text?',
    'last_execution_error text?',
    'last_message_id uuid?',
    'enabled boolean = true',
    'expires_at timestamptz?',
    'max_executions integer?',
    ...timestamps,
    "created_by text = 'user'",
    "metadata jsonb = '{}'",
  ],
  intent_executions: [
    id,
    'intent_id uuid',
    'user_id uuid',
    'executed_at timestamptz = now()',
    'trigger_type text',
    'trigger_data jsonb?',
    'status text',
    'gate_result jsonb?',
    'message_id uuid?',
    'message_preview text?',
    'evaluation_ms integer?',
    'generation_ms integer?',
    'delivery_ms integer?',
    'error_message text?',
  ],
  user_engagement_states: [
    id,
    'user_id uuid',
    "state text = 'active'",
    'last_activity_at timestamptz = now()',
    'goodbye_sent_at timestamptz?',
    'goodbye_expires_at timestamptz?',
    'remind_at timestamptz?',
    ...timestamps,
  ],
  engagement_state_transitions: [
    id,
    'user_id uuid',
    'from_state text?',
    'to_state text',
    'trigger text',
    "metadata jsonb = '{}'",
    createdAt,
  ],
  engagement_message_queue: [
    id,
    'user_id uuid',
    'message_type text',
    'message_key text',
    "message_params jsonb = '{}'",
    "destination text = 'individual'",
    'destination_jid text?',
    'scheduled_for timestamptz',
    'sent_at timestamptz?',
    "status text = 'pending'",
    'retry_count integer = 0',
    'error_message text?',
    'idempotency_key text',
    createdAt,
  ],
  authors: [
    id,
    'platform text',
    'platform_id varchar(100)',
    'handle varchar(50)',
    'display_name text?',
    'follower_count integer = 0',
    'is_verified boolean = false',
    'is_power_user boolean = false',
    'power_tier text?',
    "archetype_tags text[] = '{}'",
    'relationship_score double precision = 0.5',
    "interaction_history jsonb = '[]'",
    'first_seen_at timestamptz = now()',
    'last_seen_at timestamptz = now()',
    ...timestamps,
  ],
  posts: [
    id,
    'platform text',
    'platform_post_id varchar(100)',
    'author_id uuid',
    'content text',
    'detected_at timestamptz = now()',
    'processed_at timestamptz?',
    'keyword_matches text[]',
    "keyword_categories text[] = '{}'",
    'spam_filtered boolean = false',
    "raw_metrics jsonb = '{}'",
    'error_count integer = 0',
    'error_message text?',
    ...timestamps,
  ],
  decisions: [
    id,
    'post_id uuid',
    'sss_score double precision',
    'ars_score double precision',
    'evs_score double precision',
    'trs_score double precision',
    'composite_score double precision',
    'mode text',
    'archetype text?',
    "safety_flags text[] = '{}'",
    "signals_json jsonb = '{}'",
    "temporal_context jsonb = '{}'",
    'competitor_detected text?',
    'is_power_user boolean = false',
    'experiment_id uuid?',
    'experiment_variant text?',
    'is_randomized_experiment boolean = false',
    'predicted_mode text?',
    createdAt,
  ],
  replies: [
    id,
    'decision_id uuid?',
    'content text',
    'archetype text?',
    'platform text',
    'platform_post_id varchar(100)',
    'utm_code text',
    'help_count integer = 0',
    "approval_status text = 'PENDING'",
    'approved_by text?',
    'approved_at timestamptz?',
    'posted_at timestamptz?',
    "metrics_json jsonb = '{}'",
    'deleted_at timestamptz?',
    'delete_reason text?',
    "reply_type text = 'COMMENT'",
    ...timestamps,
  ],
  community_champions: [
    id,
    'author_id uuid',
    'tier text',
    'engagement_count integer = 0',
    'dm_sent_at timestamptz?',
    "dm_response text = 'NONE'",
    'sample_sent boolean = false',
    'converted boolean = false',
    "advocate_status text = 'CANDIDATE'",
    ...timestamps,
  ],
  competitors: [
    id,
    'name text',
    'category text',
    'primary_mechanism text?',
    'price_point text',
    "brand_keywords text[] = '{}'",
    ...timestamps,
  ],
  competitive_mentions: [
    id,
    'post_id uuid',
    'competitor_id uuid',
    'sentiment text',
    "satisfaction text = 'UNKNOWN'",
    'opportunity_score double precision',
    'replied boolean = false',
    createdAt,
  ],
  experiments: [
    id,
    'name text',
    'description text?',
    'variant_a text',
    'variant_b text',
    'metric text',
    'traffic_split double precision = 0.5',
    "status text = 'DRAFT'",
    'start_date timestamptz?',
    'end_date timestamptz?',
    'results_json jsonb?',
    'winner text?',
    ...timestamps,
  ],
  randomized_experiments: [
    id,
    'decision_id uuid?',
    'predicted_mode text',
    'actual_mode text',
    'predicted_outcome double precision',
    'actual_outcome double precision?',
    createdAt,
  ],
  weight_adjustment_logs: [
    id,
    'date timestamptz',
    'action text',
    'reason text',
    'valid_segments integer',
    'total_segments integer',
    'sample_sizes jsonb',
    'old_weights jsonb',
    'new_weights jsonb',
    'predicted_improvement double precision?',
    createdAt,
  ],
  learning_events: [
    id,
    'date timestamptz',
    'adjustment_type text',
    'adjustment jsonb',
    'predicted_improvement double precision',
    'baseline_performance double precision',
    'actual_improvement double precision?',
    'accuracy double precision?',
    'evaluated_at timestamptz?',
    createdAt,
  ],
  segmented_weights: [
    id,
    'segment_type text',
    'segment_key text',
    'sss_weight double precision',
    'ars_weight double precision',
    'evs_weight double precision',
    'trs_weight double precision',
    'sample_size integer = 0',
    'performance double precision?',
    ...timestamps,
  ],
  kpi_metrics: [
    id,
    'date date',
    'platform text',
    'metric_type text',
    'metric_name text',
    'value double precision',
    createdAt,
  ],
  escalations: [
    id,
    'post_id uuid?',
    'decision_id uuid?',
    'reply_id uuid?',
    'reason text',
    "priority text = 'MEDIUM'",
    "status text = 'OPEN'",
    'assigned_to text?',
    'resolved_by text?',
    'resolution_notes text?',
    createdAt,
    'resolved_at timestamptz?',
  ],
  audit_logs: [
    id,
    'entity_type text',
    'entity_id uuid',
    'action text',
    'actor text',
    "details_json jsonb = '{}'",
    createdAt,
  ],
};

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
});
afterAll(() => database.close());

interface Column {
  name: string;
  type: string;
  nullable: boolean;
  default: string | null;
  comment: string | null;
}

async function columnsOf(table: string): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable,
            pg_get_expr(adbin, adrelid) AS default, col_description(attrelid, attnum) AS comment
     FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
     ORDER BY attnum`,
    [table],
  );
  return rows;
}

/** A column of the catalog in the notation of the data model. */
function inNotation({ name, type, nullable, default: defaultValue }: Column): string {
  const short = type.replace('timestamp with time zone', 'timestamptz').replace('character varying', 'varchar');
  const value = defaultValue === null ? '' : ` = ${defaultValue.replace(/::[a-z ]+(\[\])?$/, '')}`;
  return `${name} ${short}${nullable ? '?' : ''}${value}`;
}

it('the tables of the data model are there, each with a row to test with', () => {
  const declared = entities.map((entity) => getMetadataArgsStorage().filterTables(entity)[0].name);
  expect(declared).toEqual(expect.arrayContaining(Object.keys(tables)));
  expect(Object.keys(minimalRows).sort()).toEqual(Object.keys(tables).sort());
});

it.each(Object.entries(tables))('%s has the columns of the data model', async (table, columns) => {
  expect((await columnsOf(table)).map(inNotation)).toEqual(columns);
});

it.each(Object.keys(tables))('%s and its columns say what they mean, nullable ones what null means', async (table) => {
  const { rows } = await client.query<{ comment: string }>(
    `SELECT obj_description($1::regclass, 'pg_class') AS comment`,
    [table],
  );
  expect(rows[0].comment).toMatch(/\w.*[.)]$/s);
  for (const { name, nullable, comment } of await columnsOf(table)) {
    expect([name, comment]).toEqual([name, expect.stringMatching(nullable ? /\bnull\b.*[.…]$/ : /[.…]$/) as string]);
  }
});

it.each(Object.keys(tables))('%s has its primary key, named for it', async (table) => {
  const { rows } = await client.query<{ name: string; key: string }>(
    `SELECT conname AS name, pg_get_constraintdef(oid) AS key FROM pg_constraint WHERE contype = 'p' AND conrelid = $1::regclass`,
    [table],
  );
  const column = table === 'message_embeddings' ? 'message_id' : 'id';
  expect(rows).toEqual([{ name: `pk_${table}`, key: `PRIMARY KEY (${column})` }]);
});
