import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { appService, appUser } from '../entities/access';
import { Configuration } from './configuration';
import type { EntityDataSource } from './data-source';
import { UserContext } from './user-context';

/** The database for all modules: repositories by `TypeOrmModule.forFeature`, `UserContext`, and the configuration. */
@Global()
@Module({})
export class DatabaseModule {
  /** @param dataSource connected when the application starts, if it is not yet; closed when the application stops */
  static on(dataSource: EntityDataSource): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => dataSource.options,
          dataSourceFactory: async () => (dataSource.isInitialized ? dataSource : dataSource.initialize()),
        }),
      ],
      providers: [
        { provide: Configuration, useValue: dataSource.configuration },
        {
          provide: UserContext,
          useValue: new UserContext(dataSource, { user: appUser.name, service: appService.name }),
        },
      ],
      exports: [Configuration, UserContext],
    };
  }
}
