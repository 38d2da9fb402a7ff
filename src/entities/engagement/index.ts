export { EngagementMessage } from './engagement-message.entity';
export { EngagementStateTransition } from './engagement-state-transition.entity';
export { UserEngagementState } from './user-engagement-state.entity';
