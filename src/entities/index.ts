import { User } from './identity/user.entity';
import { Session } from './identity/session.entity';
import { UserProfile } from './identity/user-profile.entity';
import { Conversation } from './conversations/conversation.entity';
import { Message } from './conversations/message.entity';
import { MessageEmbedding } from './conversations/message-embedding.entity';
import { Task } from './tasks/task.entity';
import { ScheduledIntent } from './intents/scheduled-intent.entity';
import { IntentExecution } from './intents/intent-execution.entity';
import { UserEngagementState } from './engagement/user-engagement-state.entity';
import { EngagementStateTransition } from './engagement/engagement-state-transition.entity';
import { EngagementMessage } from './engagement/engagement-message.entity';
import { Author } from './social/author.entity';
import { Post } from './social/post.entity';
import { Decision } from './social/decision.entity';
import { Reply } from './social/reply.entity';
import { CommunityChampion } from './social/community-champion.entity';
import { Competitor } from './competitors/competitor.entity';
import { CompetitiveMention } from './competitors/competitive-mention.entity';
import { Experiment } from './experiments/experiment.entity';
import { RandomizedExperiment } from './experiments/randomized-experiment.entity';
import { WeightAdjustmentLog } from './experiments/weight-adjustment-log.entity';
import { LearningEvent } from './experiments/learning-event.entity';
import { SegmentedWeight } from './experiments/segmented-weight.entity';
import { KpiMetric } from './oversight/kpi-metric.entity';
import { Escalation } from './oversight/escalation.entity';
import { AuditLog } from './oversight/audit-log.entity';

export {
  User,
  Session,
  UserProfile,
  Conversation,
  Message,
  MessageEmbedding,
  Task,
  ScheduledIntent,
  IntentExecution,
  UserEngagementState,
  EngagementStateTransition,
  EngagementMessage,
  Author,
  Post,
  Decision,
  Reply,
  CommunityChampion,
  Competitor,
  CompetitiveMention,
  Experiment,
  RandomizedExperiment,
  WeightAdjustmentLog,
  LearningEvent,
  SegmentedWeight,
  KpiMetric,
  Escalation,
  AuditLog,
};

/** Every table of the database, in the order of DATA_MODEL. */
export const entities = [
  User,
  Session,
  UserProfile,
  Conversation,
  Message,
  MessageEmbedding,
  Task,
  ScheduledIntent,
  IntentExecution,
  UserEngagementState,
  EngagementStateTransition,
  EngagementMessage,
  Author,
  Post,
  Decision,
  Reply,
  CommunityChampion,
  Competitor,
  CompetitiveMention,
  Experiment,
  RandomizedExperiment,
  WeightAdjustmentLog,
  LearningEvent,
  SegmentedWeight,
  KpiMetric,
  Escalation,
  AuditLog,
];
