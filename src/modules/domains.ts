import { CompetitorsModule } from './competitors/competitors.module';
import { ConversationsModule } from './conversations/conversations.module';
import { EngagementModule } from './engagement/engagement.module';
import { ExperimentsModule } from './experiments/experiments.module';
import { IdentityModule } from './identity/identity.module';
import { IntentsModule } from './intents/intents.module';
import { OversightModule } from './oversight/oversight.module';
import { SocialModule } from './social/social.module';
import { TasksModule } from './tasks/tasks.module';

/** The module of each domain. */
export const domains = [
  IdentityModule,
  ConversationsModule,
  TasksModule,
  IntentsModule,
  EngagementModule,
  CompetitorsModule,
  ExperimentsModule,
  OversightModule,
  SocialModule,
];
