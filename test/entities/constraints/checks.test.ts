import type { Client } from 'pg';
import { eachInTransaction } from '../../databases';
import { type Row } from '../rows';
import { constraintsInCatalog, refusalOfRow } from './constraints';
import { others } from './check-cases';

let client: Client;

eachInTransaction((own) => (client = own));

const CHECK_VIOLATION = '23514';

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
      expect(await refusalOfRow(client, table, { [column]: value, ...rest(value) })).toBeUndefined();
    }
    for (const value of ['nonsense', '', swapped, `${values[0]} `]) {
      expect(await refusalOfRow(client, table, { [column]: value, ...rest(value) })).toEqual({
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
      expect(await refusalOfRow(client, table, { ...rest(score), [column]: score })).toBeUndefined();
    }
    for (const score of [-0.000001, 1.000001]) {
      expect(await refusalOfRow(client, table, { ...rest(score), [column]: score })).toEqual({
        code: CHECK_VIOLATION,
        constraint: `chk_${table}_${column}`,
      });
    }
  });

  it.each(others)('%s', async (constraint, table, accepts, refuses) => {
    for (const row of accepts) expect([row, await refusalOfRow(client, table, row)]).toEqual([row, undefined]);
    for (const row of refuses) {
      expect([row, await refusalOfRow(client, table, row)]).toEqual([row, { code: CHECK_VIOLATION, constraint }]);
    }
  });

  it('each has a case', async () => {
    const cases = [
      ...enumerations.map(([table, column]) => `chk_${table}_${column}`),
      ...scores.map(([table, column]) => `chk_${table}_${column}`),
      ...others.map(([constraint]) => constraint),
    ];
    expect(cases.sort()).toEqual(await constraintsInCatalog(client, 'c'));
  });
});
