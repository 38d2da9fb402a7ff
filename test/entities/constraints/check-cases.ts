import { type Row } from '../rows';

const QUARTERS = { ars_weight: 0.25, evs_weight: 0.25, trs_weight: 0.25 };

const later = { created_at: '2025-11-21T09:00:00Z', expires_at: '2025-11-21T09:00:01Z' };
const signed = (text: string): string => `${text}—Antone (Vita)`;
const bcrypt = '$12$abcdefghijklmnopqrstuv';

/** constraint, table, rows it accepts, rows it refuses */
export const others: [string, string, Row[], Row[]][] = [
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
  ['chk_messages_output_tokens', 'messages', [{ output_tokens: 0 }, { output_tokens: null }], [{ output_tokens: -1 }]],
  [
    'chk_messages_cost_usd',
    'messages',
    [{ cost_usd: '0' }, { cost_usd: '999999.999999' }, { cost_usd: null }],
    [{ cost_usd: '-0.000001' }],
  ],
  ['chk_tasks_title', 'tasks', [{ title: 'x' }, { title: ' x ' }], [{ title: '' }, { title: '  ' }, { title: '\t\n' }]],
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
  ['chk_engagement_message_queue_retry_count', 'engagement_message_queue', [{ retry_count: 0 }], [{ retry_count: -1 }]],
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
