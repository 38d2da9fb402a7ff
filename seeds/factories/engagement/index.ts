import { engagementMessageFactory } from './engagement-message.factory';
import { engagementStateTransitionFactory } from './engagement-state-transition.factory';
import { userEngagementStateFactory } from './user-engagement-state.factory';

export const engagement = [
  engagementMessageFactory,
  engagementStateTransitionFactory,
  userEngagementStateFactory,
] as const;
