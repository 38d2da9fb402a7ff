import { Escalation } from '../../../src/entities';
import type { EscalationPriority, EscalationReason } from '../../../src/entities/oversight/enumerations';
import { defineFactory, HOUR, MINUTE, perParent } from '@entity-backend/seeding';
import { TEAM } from '../identity/people';

/** One in eleven decisions. */
const FEW = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];

const PRIORITY: Record<EscalationReason, EscalationPriority> = {
  SAFETY: 'CRITICAL',
  COMPLAINT: 'HIGH',
  POWER_USER: 'HIGH',
  COMPETITOR: 'MEDIUM',
  LOW_CONFIDENCE: 'LOW',
  OTHER: 'LOW',
};

const STATUSES = { RESOLVED: 50, DISMISSED: 15, IN_PROGRESS: 15, OPEN: 20 };
const NOTES = ['Answered in person.', 'Reply corrected.', 'Talked to the author.'];

export const escalationFactory = defineFactory(Escalation, perParent('decision', FEW), {
  post: ({ decision }) => decision!.post,
  reply: ({ decision }) => decision!.replies[0] ?? null,
  reason: ({ decision }, random) => {
    const { safetyFlags, isPowerUser, competitorDetected, compositeScore } = decision!;
    if (safetyFlags.length > 0) return 'SAFETY';
    if (isPowerUser) return 'POWER_USER';
    if (competitorDetected) return 'COMPETITOR';
    return compositeScore < 0.5 ? 'LOW_CONFIDENCE' : random.pick(['COMPLAINT', 'OTHER'] as const);
  },
  priority: ({ reason }) => PRIORITY[reason],
  status: (_, random) => random.weighted(STATUSES),
  assignedTo: ({ status }, random) => (status === 'OPEN' ? null : random.pick(TEAM)),
  resolvedBy: ({ resolvedAt, assignedTo }) => resolvedAt && assignedTo,
  resolutionNotes: ({ status }, random) => (status === 'RESOLVED' ? random.pick(NOTES) : null),
  createdAt: ({ decision }, random) => random.after(decision!.createdAt, HOUR, MINUTE),
  resolvedAt: ({ status, createdAt }, random) =>
    status === 'RESOLVED' || status === 'DISMISSED' ? random.after(createdAt, 20 * HOUR, MINUTE) : null,
});
