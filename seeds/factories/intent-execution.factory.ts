import type { Message } from '../../src/entities';
import { IntentExecution } from '../../src/entities';
import { defineFactory, perParent, type Row } from '../engine/factory';
import { MINUTE } from '../engine/random';

const PREVIEWS = [
  'Good morning! Three things for today.',
  'Here is what has changed since last time.',
  'A short update, as you asked.',
];

/** The time in which the intent fires for the nth time: its life, divided among its executions. */
function window({ intent, ordinal }: Row<IntentExecution>, now: number): { from: number; to: number } {
  const created = intent.createdAt.getTime();
  const length = (now - created) / intent.executions.length;
  return { from: created + ordinal * length, to: created + (ordinal + 1) * length };
}

/** What the assistant said to the person in that time; each intent of theirs has messages of its own. */
function messagesIn(execution: Row<IntentExecution>, now: number): Row<Message>[] {
  const { from, to } = window(execution, now);
  const { user, ordinal } = execution.intent;
  return user.conversations
    .flatMap((conversation) => conversation.messages)
    .filter((message) => message.role === 'assistant' && message.index % user.scheduledIntents.length === ordinal)
    .filter(({ createdAt }) => createdAt.getTime() > from + MINUTE && createdAt.getTime() < to);
}

export const intentExecutionFactory = defineFactory(IntentExecution, perParent('intent', [5, 3, 0, 8, 2, 1, 4, 6]), {
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
  status: ({ intent }, random) =>
    random.weighted({ success: 80, failed: 7, gate_blocked: 7, condition_not_met: intent.triggerCondition ? 6 : 0 }),
  gateResult: ({ status }, random) => {
    if (status === 'gate_blocked')
      return { passed: false, gate: random.pick(['quiet_hours', 'daily_limit', 'opt_out']) };
    return status === 'condition_not_met' ? null : { passed: true };
  },
  message: (execution, random) => {
    const messages = execution.status === 'success' ? messagesIn(execution, random.now) : [];
    return messages.length > 0 ? random.pick(messages) : null;
  },
  // Outlives the message, so there is one where the message has been deleted.
  messagePreview: ({ status, message }, random) =>
    status === 'success' ? (message?.content.slice(0, 80) ?? random.pick(PREVIEWS)) : null,
  evaluationMs: (_, random) => random.int(2, 60),
  generationMs: ({ status }, random) => (status === 'success' ? random.int(400, 4000) : null),
  deliveryMs: ({ status }, random) => (status === 'success' ? random.int(30, 900) : null),
  errorMessage: ({ status }, random) =>
    status === 'failed' ? random.pick(['The model did not answer within 30 s.', 'Delivery failed: 503.']) : null,
});
