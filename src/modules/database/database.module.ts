import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { EntityDataSource } from '../../database/data-source';
import { UserContext } from '../../database/user-context';
import { appService, appUser } from '../../entities/access';

/** The database for all modules: repositories by `TypeOrmModule.forFeature`, and `UserContext`. */
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
          dataSourceFactory: () => Promise.resolve(dataSource.isInitialized ? dataSource : dataSource.initialize()),
        }),
      ],
      providers: [
        {
          provide: UserContext,
          inject: [DataSource],
          useFactory: (source: DataSource) => new UserContext(source, { user: appUser.name, service: appService.name }),
        },
      ],
      exports: [UserContext],
    };
  }
}
