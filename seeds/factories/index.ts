import type { Factory } from '@entity-backend/seeding';
import { auditLogFactory } from './audit-log.factory';
import { authorFactory } from './author.factory';
import { communityChampionFactory } from './community-champion.factory';
import { competitiveMentionFactory } from './competitive-mention.factory';
import { competitorFactory } from './competitor.factory';
import { conversationFactory } from './conversation.factory';
import { decisionFactory } from './decision.factory';
import { engagementMessageFactory } from './engagement-message.factory';
import { engagementStateTransitionFactory } from './engagement-state-transition.factory';
import { escalationFactory } from './escalation.factory';
import { experimentFactory } from './experiment.factory';
import { intentExecutionFactory } from './intent-execution.factory';
import { kpiMetricFactory } from './kpi-metric.factory';
import { learningEventFactory } from './learning-event.factory';
import { messageEmbeddingFactory } from './message-embedding.factory';
import { messageFactory } from './message.factory';
import { postFactory } from './post.factory';
import { randomizedExperimentFactory } from './randomized-experiment.factory';
import { replyFactory } from './reply.factory';
import { scheduledIntentFactory } from './scheduled-intent.factory';
import { segmentedWeightFactory } from './segmented-weight.factory';
import { sessionFactory } from './session.factory';
import { taskFactory } from './task.factory';
import { userEngagementStateFactory } from './user-engagement-state.factory';
import { userProfileFactory } from './user-profile.factory';
import { userFactory } from './user.factory';
import { weightAdjustmentLogFactory } from './weight-adjustment-log.factory';

/** The factories with their types: which entity each is of, and which states it declares. */
export const declared = [
  auditLogFactory,
  authorFactory,
  communityChampionFactory,
  competitiveMentionFactory,
  competitorFactory,
  conversationFactory,
  decisionFactory,
  engagementMessageFactory,
  engagementStateTransitionFactory,
  escalationFactory,
  experimentFactory,
  intentExecutionFactory,
  kpiMetricFactory,
  learningEventFactory,
  messageEmbeddingFactory,
  messageFactory,
  postFactory,
  randomizedExperimentFactory,
  replyFactory,
  scheduledIntentFactory,
  segmentedWeightFactory,
  sessionFactory,
  taskFactory,
  userEngagementStateFactory,
  userProfileFactory,
  userFactory,
  weightAdjustmentLogFactory,
] as const;

/** How each table is filled. Their order means nothing: foreign keys decide which comes first. */
export const factories: readonly Factory[] = declared;
