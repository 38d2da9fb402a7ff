import { validate } from 'class-validator';
import type { Client } from 'pg';
import { Author, Decision, Post, Reply } from '../../../src/entities';
import { insert, refusalOf } from '../rows';
import { columnsOf, countOf, eachAgainstCatalog, expectValues, keysOf } from './catalog';

let client: Client;

eachAgainstCatalog((own) => (client = own));

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
