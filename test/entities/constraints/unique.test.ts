import type { Client } from 'pg';
import { eachInTransaction } from '../../databases';
import { insert, type Row } from '../rows';
import { constraintsInCatalog, refusalOfRow } from './constraints';

let client: Client;

eachInTransaction((own) => (client = own));

const UNIQUE_VIOLATION = '23505';

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

    expect(await refusalOfRow(client, table, same)).toEqual({ code: UNIQUE_VIOLATION, constraint });
    for (const difference of differences) {
      const row = Object.entries({ ...same, ...difference }).filter(([, value]) => value !== undefined);
      expect(await refusalOfRow(client, table, Object.fromEntries(row))).toBeUndefined();
    }
  });

  it('uq_randomized_experiments_decision_id', async () => {
    const { id } = await insert(client, 'decisions');
    await insert(client, 'randomized_experiments', { decision_id: id });

    expect(await refusalOfRow(client, 'randomized_experiments', { decision_id: id })).toEqual({
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
    expect(await refusalOfRow(client, table, nothing)).toBeUndefined();
  });

  it('each has a case', async () => {
    const cases = [
      ...uniques.map(([constraint]) => constraint),
      'uq_randomized_experiments_decision_id',
      // Its id is unique of itself: it is there to be the target of the messages' foreign key.
      'uq_conversations_id_user_id',
    ];
    expect(cases.sort()).toEqual(await constraintsInCatalog(client, 'u'));
  });
});
