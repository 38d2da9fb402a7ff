import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { eachInTransaction } from '../databases';
import { insert, minimalRows, refusalOf, type Row } from './rows';

const NOT_NULL_VIOLATION = '23502';
const FOREIGN_KEY_VIOLATION = '23503';
const UNIQUE_VIOLATION = '23505';
const CHECK_VIOLATION = '23514';
const TOO_LONG = '22001';

let client: Client;

eachInTransaction((own) => (client = own));

const QUARTERS = { ars_weight: 0.25, evs_weight: 0.25, trs_weight: 0.25 };

function refusalOfRow(table: string, columns: Row) {
  return refusalOf(client, () => insert(client, table, columns));
}

/** The names of the constraints of a type that the entities' tables have in the catalog, unique indexes among the unique ones. */
async function constraintsInCatalog(type: 'u' | 'c' | 'f'): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT conname AS name FROM pg_constraint WHERE contype = $1::"char" AND conrelid::regclass::text = ANY ($2)
     UNION
     SELECT indexrelid::regclass::text FROM pg_index
     WHERE $1 = 'u' AND indisunique AND NOT indisprimary AND indrelid::regclass::text = ANY ($2)`,
    [type, Object.keys(minimalRows)],
  );
  return rows.map(({ name }) => name).sort();
}

describe('unique constraints', () => {
  /**
   * Columns by which a second row differs from the first, enough to be accepted. `undefined` stands for a value of the
   * row's own: a fresh name, a new parent.
   */
  type Difference = Row;

  /** constraint, table, columns, the first row's values where they matter, differences */
  const uniques: [string, string, string[], Row, Difference[]][] = [
    ['idx_users_email', 'users', ['email'], {}, [{ email: undefined }]],
    [
      'uq_users_sso_provider_sso_id',
      'users',
      ['sso_provider', 'sso_id'],
      { sso_provider: 'google', sso_id: '1' },
      [{ sso_provider: 'okta' }, { sso_id: '2' }],
    ],
    ['uq_user_profiles_user_id', 'user_profiles', ['user_id'], {}, [{ user_id: undefined }]],
    ['idx_conversations_share_token', 'conversations', ['share_token'], { share_token: 'a1' }, [{ share_token: 'b2' }]],
    ['uq_user_engagement_states_user_id', 'user_engagement_states', ['user_id'], {}, [{ user_id: undefined }]],
    [
      'uq_engagement_message_queue_idempotency_key',
      'engagement_message_queue',
      ['idempotency_key'],
      {},
      [{ idempotency_key: undefined }],
    ],
    [
      'uq_authors_platform_platform_id',
      'authors',
      ['platform', 'platform_id'],
      {},
      [{ platform: 'REDDIT' }, { platform_id: undefined }],
    ],
    [
      'uq_posts_platform_platform_post_id',
      'posts',
      ['platform', 'platform_post_id'],
      { platform: 'TWITTER' },
      [{ platform: 'REDDIT' }, { platform_post_id: undefined }],
    ],
    ['uq_community_champions_author_id', 'community_champions', ['author_id'], {}, [{ author_id: undefined }]],
    ['uq_competitors_name', 'competitors', ['name'], {}, [{ name: undefined }]],
    [
      'uq_competitive_mentions_post_id_competitor_id',
      'competitive_mentions',
      ['post_id', 'competitor_id'],
      {},
      [{ post_id: undefined }, { competitor_id: undefined }],
    ],
    ['uq_experiments_name', 'experiments', ['name'], {}, [{ name: undefined }]],
    [
      'uq_segmented_weights_segment_type_segment_key',
      'segmented_weights',
      ['segment_type', 'segment_key'],
      { segment_type: 'time_of_day' },
      [{ segment_type: 'platform' }, { segment_key: undefined }],
    ],
    [
      'uq_kpi_metrics_date_platform_metric_type_metric_name',
      'kpi_metrics',
      ['date', 'platform', 'metric_type', 'metric_name'],
      { date: '2025-11-21', platform: 'TWITTER', metric_type: 'REACH' },
      [{ date: '2025-11-22' }, { platform: 'REDDIT' }, { metric_type: 'SAFETY' }, { metric_name: 'another' }],
    ],
  ];

  it.each(uniques)('%s', async (constraint, table, columns, values, differences) => {
    const first = { ...(await insert(client, table, values)), ...values };
    const same = Object.fromEntries(columns.map((column) => [column, first[column]]));

    expect(await refusalOfRow(table, same)).toEqual({ code: UNIQUE_VIOLATION, constraint });
    for (const difference of differences) {
      const row = Object.entries({ ...same, ...difference }).filter(([, value]) => value !== undefined);
      expect(await refusalOfRow(table, Object.fromEntries(row))).toBeUndefined();
    }
  });

  it('uq_randomized_experiments_decision_id', async () => {
    const { id } = await insert(client, 'decisions');
    await insert(client, 'randomized_experiments', { decision_id: id });

    expect(await refusalOfRow('randomized_experiments', { decision_id: id })).toEqual({
      code: UNIQUE_VIOLATION,
      constraint: 'uq_randomized_experiments_decision_id',
    });
  });

  it.each([
    ['users', ['sso_provider', 'sso_id']],
    ['conversations', ['share_token']],
    ['randomized_experiments', ['decision_id']],
  ])('two rows of %s may have no %s', async (table, columns) => {
    const nothing = Object.fromEntries(columns.map((column) => [column, null]));
    await insert(client, table, nothing);
    expect(await refusalOfRow(table, nothing)).toBeUndefined();
  });

  it('each has a case', async () => {
    const cases = [
      ...uniques.map(([constraint]) => constraint),
      'uq_randomized_experiments_decision_id',
      // Its id is unique of itself: it is there to be the target of the messages' foreign key.
      'uq_conversations_id_user_id',
    ];
    expect(cases.sort()).toEqual(await constraintsInCatalog('u'));
  });
});

describe('checks', () => {
  const platforms = 'TWITTER REDDIT THREADS';
  const modes = 'HELPFUL ENGAGEMENT HYBRID DISENGAGED';
  const archetypes =
    'CHECKLIST MYTHBUST COACH STORYLET HUMOR_LIGHT CREDIBILITY_ANCHOR CONFIDENT_RECOMMENDER PROBLEM_SOLUTION_DIRECT';
  const triggerTypes = 'cron interval once price silence event calendar news';
  const executionStatuses = 'success failed gate_blocked condition_not_met';
  const engagementStates = 'active goodbye_sent help_flow remind_later dormant';

  /** table, column, its values, what else a row of some value needs */
  const enumerations: [string, string, string, ((value: string) => Row)?][] = [
    ['users', 'role', 'educator coach admin'],
    ['user_profiles', 'preferred_destination', 'individual group'],
    ['conversations', 'status', 'active archived'],
    ['messages', 'role', 'user agent assistant system'],
    ['scheduled_intents', 'trigger_type', triggerTypes, () => ({ trigger_condition: {} })],
    ['scheduled_intents', 'action_type', 'notify check_in briefing analysis reminder'],
    ['scheduled_intents', 'action_priority', 'low normal high critical'],
    ['scheduled_intents', 'last_execution_status', executionStatuses],
    ['intent_executions', 'trigger_type', triggerTypes],
    ['intent_executions', 'status', executionStatuses],
    ['user_engagement_states', 'state', engagementStates],
    ['engagement_state_transitions', 'from_state', engagementStates],
    ['engagement_state_transitions', 'to_state', engagementStates],
    [
      'engagement_message_queue',
      'message_type',
      'goodbye help_flow remind_later reminder weekly_review tier_unlock magic_moment',
    ],
    ['engagement_message_queue', 'destination', 'individual group'],
    [
      'engagement_message_queue',
      'status',
      'pending sent failed cancelled',
      (status) => ({ sent_at: status === 'sent' ? new Date() : null }),
    ],
    ['authors', 'platform', platforms],
    ['authors', 'power_tier', 'MICRO MACRO MEGA'],
    ['posts', 'platform', platforms],
    ['decisions', 'mode', modes],
    ['decisions', 'archetype', archetypes],
    ['decisions', 'predicted_mode', modes],
    ['replies', 'archetype', archetypes],
    ['replies', 'platform', platforms],
    ['replies', 'approval_status', 'PENDING APPROVED REJECTED AUTO_APPROVED'],
    ['replies', 'reply_type', 'COMMENT QUOTE DIRECT_MESSAGE'],
    ['community_champions', 'tier', 'BRONZE SILVER GOLD'],
    ['community_champions', 'dm_response', 'NONE POSITIVE NEUTRAL NEGATIVE'],
    ['community_champions', 'advocate_status', 'CANDIDATE INVITED ACTIVE INACTIVE'],
    ['competitors', 'category', 'SUPPLEMENT MEDICATION DEVICE SERVICE OTHER'],
    ['competitors', 'price_point', 'BUDGET MID PREMIUM'],
    ['competitive_mentions', 'sentiment', 'POSITIVE NEUTRAL NEGATIVE MIXED'],
    ['competitive_mentions', 'satisfaction', 'SATISFIED NEUTRAL DISSATISFIED UNKNOWN'],
    ['experiments', 'status', 'DRAFT RUNNING PAUSED COMPLETED'],
    ['randomized_experiments', 'predicted_mode', modes],
    ['randomized_experiments', 'actual_mode', modes],
    ['kpi_metrics', 'platform', platforms],
    ['kpi_metrics', 'metric_type', 'COMMITMENT REACH ENGAGEMENT CONVERSION SAFETY'],
    ['escalations', 'reason', 'SAFETY COMPLAINT POWER_USER COMPETITOR LOW_CONFIDENCE OTHER'],
    ['escalations', 'priority', 'LOW MEDIUM HIGH CRITICAL'],
    [
      'escalations',
      'status',
      'OPEN IN_PROGRESS RESOLVED DISMISSED',
      (status) => ({ resolved_at: status === 'RESOLVED' || status === 'DISMISSED' ? new Date() : null }),
    ],
  ];

  it.each(enumerations)('chk_%s_%s: %s', async (table, column, list, rest = () => ({})) => {
    const values = list.split(' ');
    const swapped = values[0] === values[0].toLowerCase() ? values[0].toUpperCase() : values[0].toLowerCase();

    for (const value of values) {
      expect(await refusalOfRow(table, { [column]: value, ...rest(value) })).toBeUndefined();
    }
    for (const value of ['nonsense', '', swapped, `${values[0]} `]) {
      expect(await refusalOfRow(table, { [column]: value, ...rest(value) })).toEqual({
        code: CHECK_VIOLATION,
        constraint: `chk_${table}_${column}`,
      });
    }
  });

  /** The other weights, so that all of them add up to 1. */
  const otherWeights = (weight: number): Row => {
    const other = weight > 1 ? 0 : (1 - weight) / 3;
    return { sss_weight: other, ars_weight: other, evs_weight: other, trs_weight: other };
  };

  /** table, column, what else a row of some score needs */
  const scores: [string, string, ((score: number) => Row)?][] = [
    ['authors', 'relationship_score'],
    ['decisions', 'sss_score'],
    ['decisions', 'ars_score'],
    ['decisions', 'evs_score'],
    ['decisions', 'trs_score'],
    ['decisions', 'composite_score'],
    ['competitive_mentions', 'opportunity_score'],
    ['experiments', 'traffic_split'],
    ['learning_events', 'accuracy'],
    ['segmented_weights', 'sss_weight', otherWeights],
    ['segmented_weights', 'ars_weight', otherWeights],
    ['segmented_weights', 'evs_weight', otherWeights],
    ['segmented_weights', 'trs_weight', otherWeights],
  ];

  it.each(scores)('chk_%s_%s: 0 to 1', async (table, column, rest = () => ({})) => {
    for (const score of [0, 0.5, 1]) {
      expect(await refusalOfRow(table, { ...rest(score), [column]: score })).toBeUndefined();
    }
    for (const score of [-0.000001, 1.000001]) {
      expect(await refusalOfRow(table, { ...rest(score), [column]: score })).toEqual({
        code: CHECK_VIOLATION,
        constraint: `chk_${table}_${column}`,
      });
    }
  });

  const later = { created_at: '2025-11-21T09:00:00Z', expires_at: '2025-11-21T09:00:01Z' };
  const signed = (text: string): string => `${text}—Antone (Vita)`;
  const bcrypt = '$12$abcdefghijklmnopqrstuv';

  /** constraint, table, rows it accepts, rows it refuses */
  const others: [string, string, Row[], Row[]][] = [
    [
      'chk_users_email',
      'users',
      [{ email: 'ada.lovelace+1@example.org' }],
      [{ email: 'Ada@example.org' }, { email: ' ada@example.org' }, { email: 'ada@example.org ' }],
    ],
    [
      'chk_users_password_hash',
      'users',
      [{ password_hash: `$2a${bcrypt}` }, { password_hash: `$2b${bcrypt}` }, { password_hash: `$2y${bcrypt}` }],
      [
        { password_hash: 'hunter2' },
        { password_hash: '' },
        { password_hash: `$2x${bcrypt}` },
        { password_hash: ' $2b$' },
      ],
    ],
    [
      'chk_users_sso',
      'users',
      [{ sso_provider: 'google', sso_id: '1' }, {}],
      [{ sso_provider: 'google' }, { sso_id: '1' }],
    ],
    [
      'chk_users_credential',
      'users',
      [
        { password_hash: null, sso_provider: 'google', sso_id: '1' },
        { sso_provider: 'google', sso_id: '2' },
      ],
      [{ password_hash: null }],
    ],
    [
      'chk_sessions_expires_at',
      'sessions',
      [later],
      [
        { ...later, expires_at: later.created_at },
        { ...later, expires_at: '2025-11-21T08:59:59Z' },
      ],
    ],
    [
      'chk_user_profiles_onboarding_tier',
      'user_profiles',
      [{ onboarding_tier: 0 }, { onboarding_tier: 3 }],
      [{ onboarding_tier: -1 }, { onboarding_tier: 4 }],
    ],
    [
      'chk_conversations_share',
      'conversations',
      [{ share_enabled: true, share_token: 'a1' }, { share_enabled: false, share_token: 'b2' }, {}],
      [{ share_enabled: true }],
    ],
    [
      'chk_messages_feedback_score',
      'messages',
      [{ feedback_score: -1 }, { feedback_score: 0 }, { feedback_score: 1 }, { feedback_score: null }],
      [{ feedback_score: -2 }, { feedback_score: 2 }],
    ],
    ['chk_messages_input_tokens', 'messages', [{ input_tokens: 0 }, { input_tokens: null }], [{ input_tokens: -1 }]],
    [
      'chk_messages_output_tokens',
      'messages',
      [{ output_tokens: 0 }, { output_tokens: null }],
      [{ output_tokens: -1 }],
    ],
    [
      'chk_messages_cost_usd',
      'messages',
      [{ cost_usd: '0' }, { cost_usd: '999999.999999' }, { cost_usd: null }],
      [{ cost_usd: '-0.000001' }],
    ],
    [
      'chk_tasks_title',
      'tasks',
      [{ title: 'x' }, { title: ' x ' }],
      [{ title: '' }, { title: '  ' }, { title: '\t\n' }],
    ],
    ['chk_scheduled_intents_execution_count', 'scheduled_intents', [{ execution_count: 0 }], [{ execution_count: -1 }]],
    [
      'chk_scheduled_intents_max_executions',
      'scheduled_intents',
      [{ max_executions: 1 }, { max_executions: null }],
      [{ max_executions: 0 }, { max_executions: -1 }],
    ],
    [
      'chk_scheduled_intents_trigger',
      'scheduled_intents',
      [
        ...['cron', 'interval', 'once'].map((trigger_type) => ({ trigger_type, trigger_schedule: {} })),
        ...['price', 'silence', 'event', 'calendar', 'news'].map((trigger_type) => ({
          trigger_type,
          trigger_schedule: null,
          trigger_condition: {},
        })),
      ],
      [
        ...['cron', 'interval', 'once'].map((trigger_type) => ({
          trigger_type,
          trigger_schedule: null,
          trigger_condition: {},
        })),
        ...['price', 'silence', 'event', 'calendar', 'news'].map((trigger_type) => ({ trigger_type })),
      ],
    ],
    ['chk_intent_executions_evaluation_ms', 'intent_executions', [{ evaluation_ms: 0 }], [{ evaluation_ms: -1 }]],
    ['chk_intent_executions_generation_ms', 'intent_executions', [{ generation_ms: 0 }], [{ generation_ms: -1 }]],
    ['chk_intent_executions_delivery_ms', 'intent_executions', [{ delivery_ms: 0 }], [{ delivery_ms: -1 }]],
    [
      'chk_engagement_message_queue_retry_count',
      'engagement_message_queue',
      [{ retry_count: 0 }],
      [{ retry_count: -1 }],
    ],
    [
      'chk_engagement_message_queue_sent',
      'engagement_message_queue',
      [{ status: 'sent', sent_at: new Date() }, { status: 'failed' }, { status: 'pending' }, { status: 'cancelled' }],
      [{ status: 'sent' }, ...['pending', 'failed', 'cancelled'].map((status) => ({ status, sent_at: new Date() }))],
    ],
    ['chk_authors_follower_count', 'authors', [{ follower_count: 0 }], [{ follower_count: -1 }]],
    [
      'chk_authors_handle',
      'authors',
      [{ handle: 'a' }, { handle: 'Antone_9' }, { handle: 'a'.repeat(50) }],
      [{ handle: '' }, { handle: 'a b' }, { handle: 'a-b' }, { handle: 'é' }, { handle: 'a\n' }, { handle: '@a' }],
    ],
    [
      'chk_posts_platform_post_id',
      'posts',
      [{ platform_post_id: 'a' }, { platform_post_id: 'T3_9-z' }, { platform_post_id: '1'.repeat(100) }],
      [{ platform_post_id: '' }, { platform_post_id: 'a b' }, { platform_post_id: 'a/b' }, { platform_post_id: 'a\n' }],
    ],
    [
      'chk_posts_content',
      'posts',
      [{ content: 'x' }, { content: 'x'.repeat(5000) }, { content: '😀'.repeat(5000) }],
      [{ content: '' }, { content: 'x'.repeat(5001) }],
    ],
    [
      'chk_posts_keyword_matches',
      'posts',
      [{ keyword_matches: ['sleep'] }, { keyword_matches: Array<string>(50).fill('sleep') }],
      [{ keyword_matches: [] }, { keyword_matches: Array<string>(51).fill('sleep') }],
    ],
    ['chk_posts_error_count', 'posts', [{ error_count: 0 }], [{ error_count: -1 }]],
    [
      'chk_replies_content',
      'replies',
      [{ content: signed('') }, { content: signed('x'.repeat(986)) }],
      [{ content: 'x'.repeat(9) }, { content: signed('x'.repeat(987)) }],
    ],
    [
      'chk_replies_content_signature',
      'replies',
      [{ content: `${signed('Hello. ')} And bye.` }],
      [{ content: 'Drink more water.' }, { content: 'Hello -Antone (Vita)' }, { content: 'Hello —antone (vita)' }],
    ],
    [
      'chk_replies_content_claims',
      'replies',
      [{ content: signed('Clinically tested, a trick for you. ') }],
      ['It will cure you', 'PREVENTS it', 'Treatment', 'Clinically Proven', 'a secure way', 'two\nlines cure'].map(
        (claim) => ({ content: signed(`${claim} `) }),
      ),
    ],
    [
      'chk_replies_utm_code',
      'replies',
      [{ utm_code: 'a' }, { utm_code: 'tw_2025-11' }],
      [{ utm_code: '' }, { utm_code: 'TW' }, { utm_code: 'a b' }, { utm_code: 'ä' }, { utm_code: 'a\n' }],
    ],
    ['chk_replies_help_count', 'replies', [{ help_count: 0 }], [{ help_count: -1 }]],
    [
      'chk_replies_posted',
      'replies',
      [
        { approval_status: 'APPROVED', posted_at: new Date() },
        { approval_status: 'AUTO_APPROVED', posted_at: new Date() },
        { approval_status: 'APPROVED' },
        { approval_status: 'REJECTED' },
      ],
      [
        { approval_status: 'PENDING', posted_at: new Date() },
        { approval_status: 'REJECTED', posted_at: new Date() },
      ],
    ],
    [
      'chk_community_champions_engagement_count',
      'community_champions',
      [{ engagement_count: 0 }],
      [{ engagement_count: -1 }],
    ],
    [
      'chk_experiments_dates',
      'experiments',
      [
        {},
        { start_date: '2025-01-01' },
        { end_date: '2025-01-01' },
        { start_date: '2025-01-01', end_date: '2025-01-02' },
      ],
      [
        { start_date: '2025-01-01', end_date: '2025-01-01' },
        { start_date: '2025-01-02', end_date: '2025-01-01' },
      ],
    ],
    [
      'chk_weight_adjustment_logs_valid_segments',
      'weight_adjustment_logs',
      [{ valid_segments: 0 }],
      [{ valid_segments: -1 }],
    ],
    [
      'chk_weight_adjustment_logs_total_segments',
      'weight_adjustment_logs',
      [{ valid_segments: 0, total_segments: 0 }],
      [{ valid_segments: -1, total_segments: -1 }],
    ],
    [
      'chk_weight_adjustment_logs_segments',
      'weight_adjustment_logs',
      [{ valid_segments: 2, total_segments: 2 }],
      [{ valid_segments: 3, total_segments: 2 }],
    ],
    ['chk_segmented_weights_sample_size', 'segmented_weights', [{ sample_size: 0 }], [{ sample_size: -1 }]],
    [
      'chk_segmented_weights_sum',
      'segmented_weights',
      [
        { ...QUARTERS, sss_weight: 0.2509 },
        { ...QUARTERS, sss_weight: 0.2491 },
      ],
      [
        { ...QUARTERS, sss_weight: 0.252 },
        { ...QUARTERS, sss_weight: 0.248 },
      ],
    ],
    [
      'chk_escalations_resolved',
      'escalations',
      [
        { status: 'OPEN' },
        { status: 'IN_PROGRESS' },
        { status: 'RESOLVED', resolved_at: new Date() },
        { status: 'DISMISSED', resolved_at: new Date() },
      ],
      [
        { status: 'OPEN', resolved_at: new Date() },
        { status: 'IN_PROGRESS', resolved_at: new Date() },
        { status: 'RESOLVED' },
        { status: 'DISMISSED' },
      ],
    ],
  ];

  it.each(others)('%s', async (constraint, table, accepts, refuses) => {
    for (const row of accepts) expect([row, await refusalOfRow(table, row)]).toEqual([row, undefined]);
    for (const row of refuses) {
      expect([row, await refusalOfRow(table, row)]).toEqual([row, { code: CHECK_VIOLATION, constraint }]);
    }
  });

  it('each has a case', async () => {
    const cases = [
      ...enumerations.map(([table, column]) => `chk_${table}_${column}`),
      ...scores.map(([table, column]) => `chk_${table}_${column}`),
      ...others.map(([constraint]) => constraint),
    ];
    expect(cases.sort()).toEqual(await constraintsInCatalog('c'));
  });
});

describe('foreign keys', () => {
  /** table, column, the table it refers to, what becomes of the row when that which it refers to is deleted */
  const foreignKeys: [string, string, string, 'CASCADE' | 'SET NULL'][] = [
    ['sessions', 'user_id', 'users', 'CASCADE'],
    ['user_profiles', 'user_id', 'users', 'CASCADE'],
    ['conversations', 'user_id', 'users', 'CASCADE'],
    ['message_embeddings', 'message_id', 'messages', 'CASCADE'],
    ['tasks', 'user_id', 'users', 'CASCADE'],
    ['scheduled_intents', 'user_id', 'users', 'CASCADE'],
    ['scheduled_intents', 'last_message_id', 'messages', 'SET NULL'],
    ['intent_executions', 'intent_id', 'scheduled_intents', 'CASCADE'],
    ['intent_executions', 'user_id', 'users', 'CASCADE'],
    ['intent_executions', 'message_id', 'messages', 'SET NULL'],
    ['user_engagement_states', 'user_id', 'users', 'CASCADE'],
    ['engagement_state_transitions', 'user_id', 'users', 'CASCADE'],
    ['engagement_message_queue', 'user_id', 'users', 'CASCADE'],
    ['posts', 'author_id', 'authors', 'CASCADE'],
    ['decisions', 'post_id', 'posts', 'CASCADE'],
    ['decisions', 'experiment_id', 'experiments', 'SET NULL'],
    ['replies', 'decision_id', 'decisions', 'SET NULL'],
    ['community_champions', 'author_id', 'authors', 'CASCADE'],
    ['competitive_mentions', 'post_id', 'posts', 'CASCADE'],
    ['competitive_mentions', 'competitor_id', 'competitors', 'CASCADE'],
    ['randomized_experiments', 'decision_id', 'decisions', 'SET NULL'],
    ['escalations', 'post_id', 'posts', 'SET NULL'],
    ['escalations', 'decision_id', 'decisions', 'SET NULL'],
    ['escalations', 'reply_id', 'replies', 'SET NULL'],
  ];

  /** Deletes a row; a message leaves with its conversation alone. */
  async function remove(table: string, id: unknown): Promise<void> {
    const sql =
      table === 'messages'
        ? 'DELETE FROM conversations WHERE id = (SELECT conversation_id FROM messages WHERE id = $1)'
        : `DELETE FROM ${table} WHERE id = $1`;
    const { rowCount } = await client.query(sql, [id]);
    expect(rowCount).toBe(1);
  }

  it.each(foreignKeys)('fk_%s_%s → %s, ON DELETE %s', async (table, column, target, onDelete) => {
    expect(await refusalOfRow(table, { [column]: randomUUID() })).toEqual({
      code: FOREIGN_KEY_VIOLATION,
      constraint: `fk_${table}_${column}`,
    });

    const { id } = await insert(client, target);
    const stays = await insert(client, table);
    await insert(client, table, { [column]: id });
    await remove(target, id);

    const { rows } = await client.query<Row>(`SELECT ${column} AS key FROM ${table}`);
    expect(rows).toHaveLength(onDelete === 'CASCADE' ? 1 : 2);
    expect(rows).toContainEqual({ key: stays[column] });
    if (onDelete === 'SET NULL') expect(rows).toEqual([{ key: null }, { key: null }]);
  });

  it('fk_messages_conversation_id_user_id: a message belongs to the owner of its conversation', async () => {
    const conversation = await insert(client, 'conversations');
    const stranger = await insert(client, 'users');
    const refusal = { code: FOREIGN_KEY_VIOLATION, constraint: 'fk_messages_conversation_id_user_id' };

    expect(await refusalOfRow('messages', { conversation_id: conversation.id, user_id: stranger.id })).toEqual(refusal);
    expect(await refusalOfRow('messages', { conversation_id: randomUUID(), user_id: stranger.id })).toEqual(refusal);

    await insert(client, 'messages', { conversation_id: conversation.id });
    await client.query('DELETE FROM conversations WHERE id = $1', [conversation.id]);
    expect((await client.query('SELECT FROM messages')).rowCount).toBe(0);
  });

  it('fk_messages_user_id: messages leave with the person', async () => {
    const conversation = await insert(client, 'conversations');
    // The conversation's owner is somebody, so the composite key may refuse a user who is nobody before this one does.
    expect(await refusalOfRow('messages', { conversation_id: conversation.id, user_id: randomUUID() })).toEqual({
      code: FOREIGN_KEY_VIOLATION,
      constraint: expect.stringMatching(/^fk_messages_(conversation_id_)?user_id$/) as string,
    });

    await insert(client, 'messages', { conversation_id: conversation.id });
    await client.query('DELETE FROM users WHERE id = $1', [conversation.user_id]);
    expect((await client.query('SELECT FROM messages')).rowCount).toBe(0);
  });

  it('each has a case', async () => {
    const cases = foreignKeys.map(([table, column]) => `fk_${table}_${column}`);
    cases.push('fk_messages_conversation_id_user_id', 'fk_messages_user_id');
    expect(cases.sort()).toEqual(await constraintsInCatalog('f'));
  });

  it('each is the beginning of an index, so that deleting what it refers to is quick', async () => {
    const { rows } = await client.query(
      `SELECT conname FROM pg_constraint
       WHERE contype = 'f' AND conrelid::regclass::text = ANY ($1) AND NOT EXISTS (
         SELECT FROM pg_index WHERE indrelid = conrelid AND indpred IS NULL AND indkey[0] = conkey[1]
       )`,
      [Object.keys(minimalRows)],
    );
    expect(rows).toEqual([]);
  });
});

it.each([
  ['users', 'email', 255],
  ['users', 'name', 255],
  ['users', 'password_hash', 255],
  ['conversations', 'title', 255],
  ['tasks', 'title', 255],
  ['scheduled_intents', 'intent_name', 255],
  ['authors', 'platform_id', 100],
  ['authors', 'handle', 50],
  ['posts', 'platform_post_id', 100],
  ['replies', 'platform_post_id', 100],
])('%s.%s holds %i characters', async (table, column, length) => {
  const ofLength = (n: number): Row => ({ [column]: (column === 'password_hash' ? '$2b$' : '').padEnd(n, 'x') });
  expect(await refusalOfRow(table, ofLength(length))).toBeUndefined();
  expect(await refusalOfRow(table, ofLength(length + 1))).toEqual({ code: TOO_LONG, constraint: undefined });
});

it.each(Object.keys(minimalRows))('%s refuses a row without any column of its minimal row', async (table) => {
  for (const column of Object.keys(minimalRows[table]())) {
    // A password is needed only where there is no single sign-on, a schedule only by some triggers.
    if (column === 'password_hash' || column === 'trigger_schedule') continue;
    expect([column, await refusalOfRow(table, { [column]: null })]).toMatchObject([
      column,
      { code: NOT_NULL_VIOLATION },
    ]);
  }
});
