import type { Message } from '../../../src/entities';
import { IntentExecution } from '../../../src/entities';
import { defineFactory, MINUTE, perParent, type Row } from '@entity-backend/seeding';

const PREVIEWS = [
  'Good morning! Three things for today.',
  'Here is what has changed since last time.',
  'A short update, as you asked.',
];
const GATES = ['quiet_hours', 'daily_limit', 'opt_out'];
const ERRORS = ['The model did not answer within 30 s.', 'Delivery failed: 503.'];
const ENDINGS = { success: 80, failed: 7, gate_blocked: 7, condition_not_met: 6 };
const ENDINGS_BY_SCHEDULE = { ...ENDINGS, condition_not_met: 0 };

/** The time in which the intent fires for the nth time: its life, divided among its executions. */
function window({ intent, ordinal }: Row<IntentExecution>, now: number): { from: number; to: number } {
  const created = intent.createdAt.getTime();
  const length = (now - created) / intent.executions.length;
  return { from: created + ordinal * length, to: created + (ordinal + 1) * length };
}

/** What the assistant said to the person in that time; each intent of theirs has conversations of its own. */
function messageIn(execution: Row<IntentExecution>, now: number): Row<Message> | null {
  const { user, ordinal } = execution.intent;
  const { conversations } = user;
  const { from, to } = window(execution, now);
  for (let one = ordinal; one < conversations.length; one += user.scheduledIntents.length) {
    const begun = conversations[one].createdAt.getTime();
    if (begun < from || begun >= to) continue;
    // The first one of the assistant.
    const message = conversations[one].messages.at(1);
    if (!message) continue;
    const saidAt = message.createdAt.getTime();
    if (saidAt > from + MINUTE && saidAt < to) return message;
  }
  return null;
}

export const intentExecutionFactory = defineFactory(IntentExecution, perParent('intent', [9, 3, 0, 12, 1, 6, 4, 20]), {
  user: (execution) => execution.intent.user,
  // Just before the message that came of it.
  executedAt: (execution, random) => {
    const { message, generationMs, deliveryMs } = execution;
    if (message) return new Date(message.createdAt.getTime() - generationMs! - deliveryMs!);
    const { from, to } = window(execution, random.now);
    return random.between(from, to);
  },
  triggerType: (execution) => execution.intent.triggerType,
  triggerData: ({ intent, status }) =>
    intent.triggerCondition && { ...intent.triggerCondition, matched: status !== 'condition_not_met' },
  status: ({ intent }, random) => random.weighted(intent.triggerCondition ? ENDINGS : ENDINGS_BY_SCHEDULE),
  gateResult: ({ status }, random) => {
    if (status === 'gate_blocked') return { passed: false, gate: random.pick(GATES) };
    return status === 'condition_not_met' ? null : { passed: true };
  },
  message: (execution, random) => (execution.status === 'success' ? messageIn(execution, random.now) : null),
  // Outlives the message, so there is one where the message has been deleted.
  messagePreview: ({ status, message }, random) =>
    status === 'success' ? (message?.content.slice(0, 80) ?? random.pick(PREVIEWS)) : null,
  evaluationMs: (_, random) => random.int(2, 60),
  generationMs: ({ status }, random) => (status === 'success' ? random.int(400, 4000) : null),
  deliveryMs: ({ status }, random) => (status === 'success' ? random.int(30, 900) : null),
  errorMessage: ({ status }, random) => (status === 'failed' ? random.pick(ERRORS) : null),
});
