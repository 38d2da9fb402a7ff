import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import type { EntityDataSource } from '../database/data-source';
import { DatabaseModule } from '../database/database.module';
import { ValidationModule } from '../http/validation/validation.module';

/** What the modules of all domains need: the database, whose writes are validated and audited. */
@Module({})
export class PlatformModule {
  /** @param dataSource as for `DatabaseModule.on` */
  static on(dataSource: EntityDataSource): DynamicModule {
    return { module: PlatformModule, imports: [DatabaseModule.on(dataSource), ValidationModule, AuditModule] };
  }
}
