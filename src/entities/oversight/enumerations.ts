/** What a metric speaks of. */
export const METRIC_TYPES = ['COMMITMENT', 'REACH', 'ENGAGEMENT', 'CONVERSION', 'SAFETY'] as const;
export type MetricType = (typeof METRIC_TYPES)[number];

/** Why a person has to look at something. */
export const ESCALATION_REASONS = [
  'SAFETY',
  'COMPLAINT',
  'POWER_USER',
  'COMPETITOR',
  'LOW_CONFIDENCE',
  'OTHER',
] as const;
export type EscalationReason = (typeof ESCALATION_REASONS)[number];

export const ESCALATION_PRIORITIES = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type EscalationPriority = (typeof ESCALATION_PRIORITIES)[number];

/** The last two are the end of it. */
export const ESCALATION_STATUSES = ['OPEN', 'IN_PROGRESS', 'RESOLVED', 'DISMISSED'] as const;
export type EscalationStatus = (typeof ESCALATION_STATUSES)[number];
