import type { Client } from 'pg';
import { migratedDatabase, type TestDatabase } from '../databases';
import { minimalRows } from './rows';

/** table, index, its definition behind ON table. The indexes of keys and unique constraints are not among them. */
const indexes: [string, string, string][] = [
  ['users', 'idx_users_email', 'UNIQUE btree (email)'],
  ['users', 'idx_users_organization_id', 'btree (organization_id)'],
  ['sessions', 'idx_sessions_id', 'btree (id) INCLUDE (user_id, expires_at)'],
  ['sessions', 'idx_sessions_expires_at', 'btree (expires_at)'],
  ['sessions', 'idx_sessions_user_id', 'btree (user_id)'],
  ['conversations', 'idx_conversations_user', 'btree (user_id)'],
  ['conversations', 'idx_conversations_user_id_updated_at', 'btree (user_id, updated_at DESC)'],
  ['conversations', 'idx_conversations_share_token', 'UNIQUE btree (share_token)'],
  ['messages', 'idx_messages_conversation_id', 'btree (conversation_id)'],
  ['messages', 'idx_messages_user_id', 'btree (user_id)'],
  ['messages', 'idx_messages_conversation', 'btree (conversation_id, created_at)'],
  ['message_embeddings', 'idx_message_embeddings_embedding', 'hnsw (embedding vector_cosine_ops)'],
  ['tasks', 'idx_tasks_user_id', 'btree (user_id)'],
  ['tasks', 'idx_tasks_user_id_created_at', 'btree (user_id, created_at DESC)'],
  ['scheduled_intents', 'idx_intents_user_enabled', 'btree (user_id, enabled) WHERE (enabled = true)'],
  [
    'scheduled_intents',
    'idx_intents_pending',
    'btree (next_check) WHERE ((enabled = true) AND (next_check IS NOT NULL))',
  ],
  ['scheduled_intents', 'idx_intents_type', 'btree (user_id, trigger_type)'],
  ['scheduled_intents', 'idx_intents_user_id', 'btree (user_id)'],
  ['scheduled_intents', 'idx_intents_created', 'btree (created_at)'],
  ['scheduled_intents', 'idx_scheduled_intents_last_message_id', 'btree (last_message_id)'],
  ['intent_executions', 'idx_executions_intent', 'btree (intent_id, executed_at DESC)'],
  ['intent_executions', 'idx_executions_user', 'btree (user_id, executed_at DESC)'],
  ['intent_executions', 'idx_executions_status', 'btree (status)'],
  ['intent_executions', 'idx_intent_executions_message_id', 'btree (message_id)'],
  ['user_engagement_states', 'idx_user_engagement_states_state', 'btree (state)'],
  [
    'user_engagement_states',
    'idx_user_engagement_states_inactive',
    "btree (last_activity_at) WHERE (state = 'active'::text)",
  ],
  ['user_engagement_states', 'idx_user_engagement_states_last_activity_at', 'btree (last_activity_at)'],
  [
    'user_engagement_states',
    'idx_user_engagement_states_goodbye_expires_at',
    'btree (goodbye_expires_at) WHERE (goodbye_expires_at IS NOT NULL)',
  ],
  ['user_engagement_states', 'idx_user_engagement_states_remind_at', 'btree (remind_at) WHERE (remind_at IS NOT NULL)'],
  ['engagement_state_transitions', 'idx_engagement_state_transitions_user_id', 'btree (user_id)'],
  ['engagement_state_transitions', 'idx_engagement_state_transitions_created_at', 'btree (created_at)'],
  [
    'engagement_message_queue',
    'idx_engagement_message_queue_status',
    `btree (status) WHERE (status = 'pending'::text)`,
  ],
  [
    'engagement_message_queue',
    'idx_engagement_message_queue_scheduled_for',
    `btree (scheduled_for) WHERE (status = 'pending'::text)`,
  ],
  ['engagement_message_queue', 'idx_engagement_message_queue_user_id', 'btree (user_id)'],
  ['authors', 'idx_authors_platform_handle', 'btree (platform, handle)'],
  ['authors', 'idx_authors_is_power_user', 'btree (is_power_user)'],
  ['posts', 'idx_posts_processed_at', 'btree (processed_at)'],
  ['posts', 'idx_posts_platform_detected_at', 'btree (platform, detected_at)'],
  ['posts', 'idx_posts_author_id', 'btree (author_id)'],
  ['decisions', 'idx_decisions_created_at', 'btree (created_at)'],
  ['decisions', 'idx_decisions_experiment_variant', 'btree (experiment_variant)'],
  ['decisions', 'idx_decisions_is_randomized_experiment', 'btree (is_randomized_experiment)'],
  ['decisions', 'idx_decisions_mode', 'btree (mode)'],
  ['decisions', 'idx_decisions_composite_score', 'btree (composite_score)'],
  ['decisions', 'idx_decisions_post_id', 'btree (post_id)'],
  ['decisions', 'idx_decisions_experiment_id', 'btree (experiment_id)'],
  ['replies', 'idx_replies_posted_at', 'btree (posted_at)'],
  ['replies', 'idx_replies_approval_status', 'btree (approval_status)'],
  [
    'replies',
    'idx_replies_waiting',
    `btree (created_at, id) WHERE ((approval_status = 'PENDING'::text) AND (deleted_at IS NULL))`,
  ],
  ['replies', 'idx_replies_platform_posted_at', 'btree (platform, posted_at)'],
  ['replies', 'idx_replies_decision_id', 'btree (decision_id)'],
  ['competitive_mentions', 'idx_competitive_mentions_competitor_id', 'btree (competitor_id)'],
  ['weight_adjustment_logs', 'idx_weight_adjustment_logs_date', 'btree (date)'],
  ['learning_events', 'idx_learning_events_date', 'btree (date)'],
  ['escalations', 'idx_escalations_status_priority', 'btree (status, priority)'],
  ['escalations', 'idx_escalations_created_at', 'btree (created_at)'],
  ['escalations', 'idx_escalations_post_id', 'btree (post_id)'],
  ['escalations', 'idx_escalations_decision_id', 'btree (decision_id)'],
  ['escalations', 'idx_escalations_reply_id', 'btree (reply_id)'],
  ['audit_logs', 'idx_audit_logs_entity_type_entity_id_created_at', 'btree (entity_type, entity_id, created_at DESC)'],
  ['audit_logs', 'idx_audit_logs_created_at', 'btree (created_at)'],
];

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
});
afterAll(() => database.close());

it.each(Object.keys(minimalRows))('%s has the indexes of the data model, and no others', async (table) => {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT relname AS name,
            CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END || split_part(pg_get_indexdef(indexrelid), ' USING ', 2) AS definition
     FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
     WHERE indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
     ORDER BY relname`,
    [table],
  );
  const expected = indexes.filter(([of]) => of === table).map(([, name, definition]) => ({ name, definition }));
  expect(rows).toEqual(expected.sort((a, b) => (a.name < b.name ? -1 : 1)));
});
