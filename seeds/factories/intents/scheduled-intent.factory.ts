import { ScheduledIntent } from '../../../src/entities';
import { type ActionType, TRIGGER_TYPES, type TriggerType } from '../../../src/entities/intents/enumerations';
import { DAY, defineFactory, HOUR, perParent, type Random, type Row } from '@entity-backend/seeding';
import { workOf } from '../identity/rhythms';

interface Example {
  name: string;
  description: string;
  action: ActionType;
  /** Its schedule or its condition, whichever its trigger has. */
  when: (random: Random, intent: Row<ScheduledIntent>) => Record<string, unknown>;
}

const EXAMPLES: Record<TriggerType, Example> = {
  cron: {
    name: 'Morning briefing',
    description: 'What is on today, before the first lesson.',
    action: 'briefing',
    when: (random, { user }) => ({
      cron: `${random.pick([0, 15, 30])} ${random.int(6, 8)} * * 1-5`,
      timezone: user.profile!.timezone,
    }),
  },
  interval: {
    name: 'How are the groups doing?',
    description: 'A look at the intervention groups every few days.',
    action: 'check_in',
    when: (random) => ({ everyHours: random.pick([24, 48, 72, 168]) }),
  },
  once: {
    name: 'Remind me of the report',
    description: 'The term report is due.',
    action: 'reminder',
    when: (random, intent) => ({ at: random.after(intent.createdAt, 30 * DAY, DAY).toISOString() }),
  },
  price: {
    name: 'Class set below budget',
    description: 'Tell me when the class set of the novel is affordable.',
    action: 'notify',
    when: (random) => ({ item: 'class set, 28 copies', below: random.int(120, 260), currency: 'USD' }),
  },
  silence: {
    name: 'Nudge me when I go quiet',
    description: 'After a while without a message.',
    action: 'check_in',
    when: (random) => ({ afterDays: random.int(5, 14) }),
  },
  event: {
    name: 'New assessment results',
    description: 'As soon as the results of a common assessment are in.',
    action: 'analysis',
    when: (random) => ({ event: 'assessment_results_imported', grade: random.int(1, 8) }),
  },
  calendar: {
    name: 'Prepare me for the team meeting',
    description: 'The open points, shortly before it begins.',
    action: 'briefing',
    when: (random) => ({ calendar: 'school', title: 'Team meeting', minutesBefore: random.pick([15, 30, 60]) }),
  },
  news: {
    name: 'Changes of the state standards',
    description: 'When something about the standards is published.',
    action: 'notify',
    when: (random) => ({ topic: 'state standards', subject: random.pick(['mathematics', 'reading', 'science']) }),
  },
};

const REPEATED = TRIGGER_TYPES.filter((type) => type !== 'once');
const PRIORITIES = { normal: 7, low: 2, high: 2, critical: 1 };
const AUTHORS = { user: 8, assistant: 2 };

const hasSchedule = ({ triggerType }: Row<ScheduledIntent>): boolean =>
  triggerType === 'cron' || triggerType === 'interval' || triggerType === 'once';

export const scheduledIntentFactory = defineFactory(
  ScheduledIntent,
  perParent('user', [2, 1, 3, 0, 2, 1, 2, 1, 0, 2, 0, 5, 1, 1]),
  {
    intentName: (intent) => EXAMPLES[intent.triggerType].name,
    description: (intent, random) => (random.chance(0.7) ? EXAMPLES[intent.triggerType].description : null),
    // What fires once has fired once at most.
    triggerType: (intent, random) => random.pick(intent.executions.length > 1 ? REPEATED : TRIGGER_TYPES),
    triggerSchedule: (intent, random) =>
      hasSchedule(intent) ? EXAMPLES[intent.triggerType].when(random, intent) : null,
    triggerCondition: (intent, random) =>
      hasSchedule(intent) ? null : EXAMPLES[intent.triggerType].when(random, intent),
    actionType: (intent) => EXAMPLES[intent.triggerType].action,
    actionContext: (_, random) => (random.chance(0.3) ? 'Keep it to three sentences.' : null),
    actionPriority: (_, random) => random.weighted(PRIORITIES),
    nextCheck: (intent, random) => (intent.enabled ? random.after(random.now, 2 * DAY) : null),
    lastChecked: (intent, random) =>
      intent.lastExecuted &&
      random.between(intent.lastExecuted, Math.min(intent.lastExecuted.getTime() + HOUR, random.now)),
    lastExecuted: (intent) => intent.executions.at(-1)?.executedAt ?? null,
    executionCount: (intent) => intent.executions.length,
    lastExecutionStatus: (intent) => intent.executions.at(-1)?.status ?? null,
    lastExecutionError: (intent) => intent.executions.at(-1)?.errorMessage ?? null,
    lastMessage: (intent) => intent.executions.at(-1)?.message ?? null,
    enabled: ({ maxExecutions, executionCount }, random) =>
      (maxExecutions === null || executionCount < maxExecutions) && random.chance(0.9),
    expiresAt: (_, random) => (random.chance(0.15) ? random.after(random.now, 180 * DAY, 7 * DAY) : null),
    maxExecutions: ({ triggerType, executionCount }, random) => {
      if (triggerType === 'once') return 1;
      return random.chance(0.2) ? Math.max(1, executionCount) + random.int(0, 4) : null;
    },
    createdAt: ({ user }, random) => random.rhythmic(user.createdAt, random.now - 20 * DAY, workOf(user)),
    updatedAt: (intent) => intent.lastChecked ?? intent.createdAt,
    createdBy: (_, random) => random.weighted(AUTHORS),
    metadata: (intent) => ({ source: intent.createdBy === 'user' ? 'settings' : 'conversation' }),
  },
  {
    Due: { enabled: true, nextCheck: (_, random) => random.ago(HOUR), expiresAt: null, maxExecutions: null },
    Expired: {
      enabled: true,
      nextCheck: (_, random) => random.ago(HOUR),
      expiresAt: (_, random) => random.ago(7 * DAY, DAY),
    },
  },
);
