import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import type { EntityDataSource } from '../database/data-source';
import { DatabaseModule } from '../database/database.module';
import { ValidationModule } from '../http/validation/validation.module';

/** Needed by all domain modules: the database, with validated and audited writes. */
@Module({})
export class PlatformModule {
  /** @param dataSource as in `DatabaseModule.on` */
  static on(dataSource: EntityDataSource): DynamicModule {
    return { module: PlatformModule, imports: [DatabaseModule.on(dataSource), ValidationModule, AuditModule] };
  }
}
