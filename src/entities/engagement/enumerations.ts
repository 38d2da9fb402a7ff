/** Where a person stands with the assistant. DATA_MODEL, "engagement", says which state may follow which. */
export const ENGAGEMENT_STATES = ['active', 'goodbye_sent', 'help_flow', 'remind_later', 'dormant'] as const;
export type EngagementState = (typeof ENGAGEMENT_STATES)[number];

export const ENGAGEMENT_MESSAGE_TYPES = [
  'goodbye',
  'help_flow',
  'remind_later',
  'reminder',
  'weekly_review',
  'tier_unlock',
  'magic_moment',
] as const;
export type EngagementMessageType = (typeof ENGAGEMENT_MESSAGE_TYPES)[number];

export const ENGAGEMENT_MESSAGE_STATUSES = ['pending', 'sent', 'failed', 'cancelled'] as const;
export type EngagementMessageStatus = (typeof ENGAGEMENT_MESSAGE_STATUSES)[number];

/** Where a message goes: to the person alone, or to their group. */
export const DESTINATIONS = ['individual', 'group'] as const;
export type Destination = (typeof DESTINATIONS)[number];
