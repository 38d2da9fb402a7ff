import { EngagementStateTransition } from '../../../src/entities';
import type { EngagementState } from '../../../src/entities/engagement/enumerations';
import { NEXT_STATES } from '../../../src/entities/engagement/transitions';
import { defineFactory, HOUR, perParent } from '@entity-backend/seeding';
import { GOODBYE_EXPIRES_AFTER } from './user-engagement-state.factory';

/** What causes a transition, by the states that it leads from and to. */
const TRIGGERS: Record<EngagementState, Partial<Record<EngagementState, string>>> = {
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

export const engagementStateTransitionFactory = defineFactory(
  EngagementStateTransition,
  perParent('user', [1, 3, 2, 3, 5, 1, 3, 4, 3, 7, 2, 1]),
  {
    fromState: ({ user, ordinal }) => (ordinal === 0 ? null : user.engagementStateTransitions[ordinal - 1].toState),
    toState: ({ fromState }, random) => (fromState === null ? 'active' : random.pick(NEXT_STATES[fromState])),
    trigger: ({ fromState, toState }) => (fromState === null ? 'registration' : TRIGGERS[fromState][toState]!),
    metadata: ({ toState }, random) => (toState === 'goodbye_sent' ? { inactiveDays: random.int(7, 10) } : {}),
    createdAt: ({ user, ordinal, fromState, toState }, random) => {
      if (ordinal === 0) return user.createdAt;
      if (fromState === 'goodbye_sent') {
        const sentAt = user.engagementStateTransitions[ordinal - 1].createdAt;
        const expiresAt = new Date(sentAt.getTime() + GOODBYE_EXPIRES_AFTER);
        return toState === 'dormant' ? expiresAt : random.between(sentAt, expiresAt);
      }
      const count = user.engagementStateTransitions.length;
      // A goodbye that still waits for an answer has not expired.
      if (ordinal === count - 1 && toState === 'goodbye_sent') return random.ago(GOODBYE_EXPIRES_AFTER - HOUR, HOUR);
      // In the middle of its part of the time: far enough from the one before for somebody to be inactive in between.
      const part = (random.now - user.createdAt.getTime()) / count;
      return random.after(user.createdAt, (ordinal + 2 / 3) * part, (ordinal + 1 / 3) * part);
    },
  },
);
