export const PLATFORMS = ['TWITTER', 'REDDIT', 'THREADS'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** How to take part in a conversation. */
export const OPERATIONAL_MODES = ['HELPFUL', 'ENGAGEMENT', 'HYBRID', 'DISENGAGED'] as const;
export type OperationalMode = (typeof OPERATIONAL_MODES)[number];

/** The manner of a reply. */
export const ARCHETYPES = [
  'CHECKLIST',
  'MYTHBUST',
  'COACH',
  'STORYLET',
  'HUMOR_LIGHT',
  'CREDIBILITY_ANCHOR',
  'CONFIDENT_RECOMMENDER',
  'PROBLEM_SOLUTION_DIRECT',
] as const;
export type Archetype = (typeof ARCHETYPES)[number];

/** The reach of a power user. */
export const POWER_TIERS = ['MICRO', 'MACRO', 'MEGA'] as const;
export type PowerTier = (typeof POWER_TIERS)[number];

export const APPROVAL_STATUSES = ['PENDING', 'APPROVED', 'REJECTED', 'AUTO_APPROVED'] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

export const REPLY_TYPES = ['COMMENT', 'QUOTE', 'DIRECT_MESSAGE'] as const;
export type ReplyType = (typeof REPLY_TYPES)[number];

export const CHAMPION_TIERS = ['BRONZE', 'SILVER', 'GOLD'] as const;
export type ChampionTier = (typeof CHAMPION_TIERS)[number];

export const DM_RESPONSES = ['NONE', 'POSITIVE', 'NEUTRAL', 'NEGATIVE'] as const;
export type DmResponse = (typeof DM_RESPONSES)[number];

export const ADVOCATE_STATUSES = ['CANDIDATE', 'INVITED', 'ACTIVE', 'INACTIVE'] as const;
export type AdvocateStatus = (typeof ADVOCATE_STATUSES)[number];
