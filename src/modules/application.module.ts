import { type DynamicModule, Module, ValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import type { EntityDataSource } from '../database/data-source';
import { HttpErrorsFilter } from '../http/errors/http-errors.filter';
import { HealthModule } from '../http/health/health.module';
import { BrokenRulesError } from '../http/validation/broken-rules';
import { CompetitorsModule } from './competitors/competitors.module';
import { ConversationsModule } from './conversations/conversations.module';
import { EngagementModule } from './engagement/engagement.module';
import { ExperimentsModule } from './experiments/experiments.module';
import { IdentityModule } from './identity/identity.module';
import { IntentsModule } from './intents/intents.module';
import { OversightModule } from './oversight/oversight.module';
import { PlatformModule } from './platform.module';
import { SocialModule } from './social/social.module';
import { TasksModule } from './tasks/tasks.module';

/** All domains, and the filter and pipe of every request. */
@Module({})
export class ApplicationModule {
  static on(dataSource: EntityDataSource): DynamicModule {
    return {
      module: ApplicationModule,
      imports: [
        PlatformModule.on(dataSource),
        HealthModule,
        IdentityModule,
        ConversationsModule,
        TasksModule,
        IntentsModule,
        EngagementModule,
        CompetitorsModule,
        ExperimentsModule,
        OversightModule,
        SocialModule,
      ],
      providers: [
        { provide: APP_FILTER, useClass: HttpErrorsFilter },
        {
          provide: APP_PIPE,
          useValue: new ValidationPipe({
            transform: true,
            whitelist: true,
            forbidNonWhitelisted: true,
            exceptionFactory: (errors) => new BrokenRulesError('request', errors),
          }),
        },
      ],
    };
  }
}
