import type { EngagementState } from './enumerations';

/** Which state may follow which (DATA_MODEL, "engagement"). Everybody begins active. */
export const NEXT_STATES: Readonly<Record<EngagementState, readonly EngagementState[]>> = {
  active: ['goodbye_sent'],
  goodbye_sent: ['active', 'help_flow', 'remind_later', 'dormant'],
  help_flow: ['active', 'dormant'],
  remind_later: ['active', 'goodbye_sent', 'dormant'],
  dormant: ['active'],
};
