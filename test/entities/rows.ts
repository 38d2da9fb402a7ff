import { type Client, DatabaseError } from 'pg';

/** A row, or the columns of one, by the names of its columns. */
export type Row = Record<string, unknown>;

/** Makes the value of a column from those before it. */
type MakeValue = (client: Client, row: Row) => Promise<unknown>;

let count = 0;

/** A name that no row has yet. */
export function fresh(name: string): string {
  return `${name}_${++count}`;
}

/** The id of a new row of `table`. */
function parent(table: string): MakeValue {
  return async (client) => (await insert(client, table)).id;
}

/** What a row of each table can't do without; a function makes the row that a foreign key points to. */
export const minimalRows: Record<string, () => Record<string, unknown>> = {
  users: () => ({ email: `${fresh('person')}@example.org`, password_hash: '$2b$12$abcdefghijklmnopqrstuv' }),
  sessions: () => ({ user_id: parent('users'), expires_at: new Date(Date.now() + 3_600_000) }),
  user_profiles: () => ({ user_id: parent('users') }),
  conversations: () => ({ user_id: parent('users') }),
  messages: () => ({
    conversation_id: parent('conversations'),
    user_id: ownerOfConversation,
    role: 'user',
    content: 'Hello',
  }),
  message_embeddings: () => ({
    message_id: parent('messages'),
    model: 'model',
    embedding: JSON.stringify(Array(1536).fill(0.1)),
  }),
  tasks: () => ({ user_id: parent('users'), title: 'Water the plants' }),
  scheduled_intents: () => ({
    user_id: parent('users'),
    intent_name: 'Morning briefing',
    trigger_type: 'cron',
    trigger_schedule: { cron: '0 7 * * 1-5' },
    action_type: 'briefing',
  }),
  intent_executions: () => ({
    intent_id: parent('scheduled_intents'),
    user_id: parent('users'),
    trigger_type: 'cron',
    status: 'success',
  }),
  user_engagement_states: () => ({ user_id: parent('users') }),
  engagement_state_transitions: () => ({ user_id: parent('users'), to_state: 'active', trigger: 'signed_up' }),
  engagement_message_queue: () => ({
    user_id: parent('users'),
    message_type: 'goodbye',
    message_key: 'goodbye.first',
    scheduled_for: new Date('2025-11-21T09:00:00Z'),
    idempotency_key: fresh('key'),
  }),
  authors: () => ({ platform: 'TWITTER', platform_id: fresh('id'), handle: 'antone' }),
  posts: () => ({
    platform: 'TWITTER',
    platform_post_id: fresh('post'),
    author_id: parent('authors'),
    content: 'What helps?',
    keyword_matches: ['help'],
  }),
  decisions: () => ({
    post_id: parent('posts'),
    sss_score: 0.1,
    ars_score: 0.2,
    evs_score: 0.3,
    trs_score: 0.4,
    composite_score: 0.5,
    mode: 'HELPFUL',
  }),
  replies: () => ({
    content: 'Drink water. —Antone (Vita)',
    platform: 'TWITTER',
    platform_post_id: fresh('post'),
    utm_code: 'tw-1',
  }),
  community_champions: () => ({ author_id: parent('authors'), tier: 'BRONZE' }),
  competitors: () => ({ name: fresh('Brand'), category: 'DEVICE', price_point: 'MID' }),
  competitive_mentions: () => ({
    post_id: parent('posts'),
    competitor_id: parent('competitors'),
    sentiment: 'MIXED',
    opportunity_score: 0.5,
  }),
  experiments: () => ({ name: fresh('experiment'), variant_a: 'short', variant_b: 'long', metric: 'reply_rate' }),
  randomized_experiments: () => ({ predicted_mode: 'HELPFUL', actual_mode: 'HYBRID', predicted_outcome: 0.5 }),
  weight_adjustment_logs: () => ({
    date: new Date('2025-11-21T09:00:00Z'),
    action: 'adjusted',
    reason: 'enough samples',
    valid_segments: 1,
    total_segments: 2,
    sample_sizes: { morning: 10 },
    old_weights: { sss: 0.25 },
    new_weights: { sss: 0.3 },
  }),
  learning_events: () => ({
    date: new Date('2025-11-21T09:00:00Z'),
    adjustment_type: 'weights',
    adjustment: { sss: 0.05 },
    predicted_improvement: 0.1,
    baseline_performance: 0.6,
  }),
  segmented_weights: () => ({
    segment_type: 'time_of_day',
    segment_key: fresh('hour'),
    sss_weight: 0.25,
    ars_weight: 0.25,
    evs_weight: 0.25,
    trs_weight: 0.25,
  }),
  kpi_metrics: () => ({
    date: '2025-11-21',
    platform: 'TWITTER',
    metric_type: 'REACH',
    metric_name: fresh('metric'),
    value: 1.5,
  }),
  escalations: () => ({ reason: 'SAFETY' }),
  audit_logs: () => ({
    entity_type: 'reply',
    entity_id: '00000000-0000-4000-8000-000000000001',
    action: 'approved',
    actor: 'antone',
  }),
};

const ownerOfConversation: MakeValue = async (client, row) => {
  const { rows } = await client.query<Row>('SELECT user_id FROM conversations WHERE id = $1', [row.conversation_id]);
  return rows[0]?.user_id;
};

/** Inserts a valid row of `table`, with `columns` in the place of its own, and the rows that it needs; returns what was stored. */
export async function insert(client: Client, table: string, columns: Row = {}): Promise<Row> {
  const row: Row = {};
  for (const [column, value] of Object.entries({ ...minimalRows[table](), ...columns })) {
    row[column] = typeof value === 'function' ? await (value as MakeValue)(client, row) : value;
  }
  const names = Object.keys(row).map((column) => client.escapeIdentifier(column));
  const places = names.map((_, index) => `$${index + 1}`);
  const { rows } = await client.query<Row>(
    `INSERT INTO ${client.escapeIdentifier(table)} (${names.join(', ')}) VALUES (${places.join(', ')}) RETURNING *`,
    Object.values(row),
  );
  return rows[0];
}

/** SQLSTATE and constraint by which the database refuses `work`; undefined where it accepts it. The transaction goes on. */
export async function refusalOf(
  client: Client,
  work: () => Promise<unknown>,
): Promise<{ code?: string; constraint?: string } | undefined> {
  await client.query('SAVEPOINT before');
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT before');
    return { code: error.code, constraint: error.constraint };
  }
}
