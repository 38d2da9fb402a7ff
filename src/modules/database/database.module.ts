import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type EntitySubscriberInterface } from 'typeorm';
import type { EntityDataSource } from '../../database/data-source';
import { Configuration } from '../../database/configuration';
import { UserContext } from '../../database/user-context';
import { appService, appUser } from '../../entities/access';
import { EntityRules } from '../validation/entity-rules.subscriber';

/** The database for all modules: repositories by `TypeOrmModule.forFeature`, `UserContext`, and the configuration. */
@Global()
@Module({})
export class DatabaseModule {
  /** @param dataSource connected when the application starts, unless it is already, and closed when the application ends */
  static on(dataSource: EntityDataSource): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => dataSource.options,
          dataSourceFactory: async () => {
            if (!dataSource.isInitialized) await dataSource.initialize();
            subscribe(dataSource, [new EntityRules()]);
            return dataSource;
          },
        }),
      ],
      providers: [
        { provide: Configuration, useValue: dataSource.configuration },
        {
          provide: UserContext,
          inject: [DataSource],
          useFactory: (source: DataSource) => new UserContext(source, { user: appUser.name, service: appService.name }),
        },
      ],
      exports: [Configuration, UserContext],
    };
  }
}

/** Subscribers are the modules': the DataSource of the entities knows none. One of each class, however many modules share it. */
function subscribe(dataSource: DataSource, subscribers: EntitySubscriberInterface[]): void {
  const classes = new Set<unknown>(dataSource.subscribers.map(({ constructor }) => constructor));
  dataSource.subscribers.push(...subscribers.filter(({ constructor }) => !classes.has(constructor)));
}
