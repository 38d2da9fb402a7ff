import { UserEngagementState } from '../../../src/entities';
import { DAY, defineFactory, HOUR, perParent } from '@entity-backend/seeding';

/** How long a goodbye may stay unanswered. */
export const GOODBYE_EXPIRES_AFTER = 48 * HOUR;

/** Follows from the person's transitions. */
export const userEngagementStateFactory = defineFactory(
  UserEngagementState,
  perParent('user', [1]),
  {
    state: ({ user }) => user.engagementStateTransitions.at(-1)!.toState,
    lastActivityAt: ({ user, state }, random) => {
      const transitions = user.engagementStateTransitions;
      const { createdAt, metadata } = transitions.findLast(({ toState }) => toState !== 'dormant') ?? transitions[0];
      if (state === 'active') return random.between(Math.max(createdAt.getTime(), random.now - 7 * DAY), random.now);
      // All other states begin with something that the person does, but for a goodbye.
      return new Date(createdAt.getTime() - Number(metadata.inactiveDays ?? 0) * DAY);
    },
    goodbyeSentAt: ({ user }) => {
      const transitions = user.engagementStateTransitions;
      const active = transitions.findLastIndex(({ toState }) => toState === 'active');
      return transitions.slice(active).findLast(({ toState }) => toState === 'goodbye_sent')?.createdAt ?? null;
    },
    goodbyeExpiresAt: ({ state, goodbyeSentAt }) =>
      state === 'goodbye_sent' && goodbyeSentAt ? new Date(goodbyeSentAt.getTime() + GOODBYE_EXPIRES_AFTER) : null,
    remindAt: ({ state }, random) => (state === 'remind_later' ? random.after(random.now, 7 * DAY) : null),
    createdAt: ({ user }) => user.createdAt,
    updatedAt: ({ user }) => user.engagementStateTransitions.at(-1)!.createdAt,
  },
  {
    GoodbyeSent: {
      state: 'goodbye_sent',
      goodbyeSentAt: (_, random) => random.ago(GOODBYE_EXPIRES_AFTER - HOUR, HOUR),
    },
    Dormant: { state: 'dormant', lastActivityAt: (_, random) => random.ago(60 * DAY, 15 * DAY) },
  },
);
