import { type DynamicModule, Module, Optional, ValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import type { EntityDataSource } from '../database/data-source';
import { HttpErrorsFilter } from '../http/errors/http-errors.filter';
import { HealthModule } from '../http/health/health.module';
import { KnownUsers } from '../http/identity/known-users';
import { BrokenRulesError } from '../http/validation/broken-rules';
import { domains } from './domains';
import { PlatformModule } from './platform.module';

/** All domains, and the filter and pipe of every request. */
@Module({})
export class ApplicationModule {
  /** @param users undefined: no domain keeps users */
  constructor(@Optional() readonly users?: KnownUsers) {}

  static on(dataSource: EntityDataSource): DynamicModule {
    return {
      module: ApplicationModule,
      imports: [PlatformModule.on(dataSource), HealthModule, ...domains],
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
