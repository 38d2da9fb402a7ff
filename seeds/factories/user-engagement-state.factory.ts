import { UserEngagementState } from '../../src/entities';
import { factory, perParent } from '../engine/factory';
import { DAY, HOUR } from '../engine/random';

/** How long a goodbye may stay unanswered. */
export const GOODBYE_EXPIRES_AFTER = 48 * HOUR;

/** Follows from the person's transitions. */
export const userEngagementStateFactory = factory(UserEngagementState, perParent('user', [1]), {
  state: ({ user }) => user.engagementStateTransitions.at(-1)!.toState,
  lastActivityAt: ({ user, state }, random) => {
    const { createdAt } = user.engagementStateTransitions.findLast(({ toState }) =>
      ['active', 'help_flow', 'remind_later'].includes(toState),
    )!;
    return state === 'active' ? random.between(createdAt, random.now) : createdAt;
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
});
