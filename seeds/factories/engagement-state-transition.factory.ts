import { EngagementStateTransition } from '../../src/entities';
import type { EngagementState } from '../../src/entities/engagement/enumerations';
import { factory, perParent } from '../engine/factory';
import { HOUR } from '../engine/random';
import { GOODBYE_EXPIRES_AFTER } from './user-engagement-state.factory';

/** Which state may follow which (DATA_MODEL, "engagement"), and what causes it. */
const NEXT: Record<EngagementState, Partial<Record<EngagementState, string>>> = {
  active: { goodbye_sent: 'inactivity_timeout' },
  goodbye_sent: {
    active: 'user_message',
    help_flow: 'user_asked_for_help',
    remind_later: 'user_asked_for_reminder',
    dormant: 'goodbye_expired',
  },
  help_flow: { active: 'help_completed', dormant: 'help_declined' },
  remind_later: { active: 'user_message', goodbye_sent: 'reminder_unanswered', dormant: 'user_declined' },
  dormant: { active: 'user_message' },
};

export const engagementStateTransitionFactory = factory(
  EngagementStateTransition,
  perParent('user', [1, 4, 2, 3, 6, 1, 5, 2, 3, 7]),
  {
    fromState: ({ user, ordinal }) => (ordinal === 0 ? null : user.engagementStateTransitions[ordinal - 1].toState),
    toState: ({ fromState }, random) =>
      fromState === null ? 'active' : random.pick(Object.keys(NEXT[fromState]) as EngagementState[]),
    trigger: ({ fromState, toState }) => (fromState === null ? 'registration' : NEXT[fromState][toState]!),
    metadata: ({ trigger }, random) => (trigger === 'inactivity_timeout' ? { inactiveDays: random.int(14, 21) } : {}),
    createdAt: ({ user, ordinal, toState }, random) => {
      if (ordinal === 0) return user.createdAt;
      const count = user.engagementStateTransitions.length;
      // A goodbye that still waits for an answer has not expired.
      const waits = ordinal === count - 1 && toState === 'goodbye_sent';
      return waits
        ? random.ago(GOODBYE_EXPIRES_AFTER - HOUR, HOUR)
        : random.nth(ordinal, count, user.createdAt, random.now);
    },
  },
);
