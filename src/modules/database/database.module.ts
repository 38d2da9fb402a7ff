import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource, EntitySubscriberInterface } from 'typeorm';
import type { EntityDataSource } from '../../database/data-source';
import { Configuration } from '../../database/configuration';
import { UserContext } from '../../database/user-context';
import { appService, appUser } from '../../entities/access';
import { AuditTrail } from '../audit/audit-trail.subscriber';
import { EntityRules } from '../validation/entity-rules.subscriber';

/** The database for all modules: repositories by `TypeOrmModule.forFeature`, `UserContext`, and the configuration. */
@Global()
@Module({})
export class DatabaseModule {
  /** @param dataSource connected when the application starts, unless it is already, and closed when the application ends */
  static on(dataSource: EntityDataSource): DynamicModule {
    const context = new UserContext(dataSource, { user: appUser.name, service: appService.name });
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => dataSource.options,
          dataSourceFactory: async () => {
            if (!dataSource.isInitialized) await dataSource.initialize();
            subscribe(dataSource, [new EntityRules(), new AuditTrail(context)]);
            return dataSource;
          },
        }),
      ],
      providers: [
        { provide: Configuration, useValue: dataSource.configuration },
        { provide: UserContext, useValue: context },
      ],
      exports: [Configuration, UserContext],
    };
  }
}

/** Subscribers are the modules': the DataSource of the entities knows none. Each takes the place of an earlier one of its class. */
function subscribe(dataSource: DataSource, subscribers: EntitySubscriberInterface[]): void {
  const classes = new Set<unknown>(subscribers.map(({ constructor }) => constructor));
  const others = dataSource.subscribers.filter(({ constructor }) => !classes.has(constructor));
  dataSource.subscribers.splice(0, Infinity, ...others, ...subscribers);
}
