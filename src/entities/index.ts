import { AuditLog } from './audit/audit-log.entity';
import { CompetitiveMention } from './competitors/competitive-mention.entity';
import { Competitor } from './competitors/competitor.entity';
import { Conversation } from './conversations/conversation.entity';
import { MessageEmbedding } from './conversations/message-embedding.entity';
import { Message } from './conversations/message.entity';
import { EngagementMessage } from './engagement/engagement-message.entity';
import { EngagementStateTransition } from './engagement/engagement-state-transition.entity';
import { UserEngagementState } from './engagement/user-engagement-state.entity';
import { Experiment } from './experiments/experiment.entity';
import { LearningEvent } from './experiments/learning-event.entity';
import { RandomizedExperiment } from './experiments/randomized-experiment.entity';
import { SegmentedWeight } from './experiments/segmented-weight.entity';
import { WeightAdjustmentLog } from './experiments/weight-adjustment-log.entity';
import { Session } from './identity/session.entity';
import { UserProfile } from './identity/user-profile.entity';
import { User } from './identity/user.entity';
import { IntentExecution } from './intents/intent-execution.entity';
import { ScheduledIntent } from './intents/scheduled-intent.entity';
import { Escalation } from './oversight/escalation.entity';
import { KpiMetric } from './oversight/kpi-metric.entity';
import { Author } from './social/author.entity';
import { CommunityChampion } from './social/community-champion.entity';
import { Decision } from './social/decision.entity';
import { Post } from './social/post.entity';
import { Reply } from './social/reply.entity';
import { Task } from './tasks/task.entity';

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
