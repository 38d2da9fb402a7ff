import type { Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DatabaseModule } from '../../src/modules/database/database.module';
import type { TestDatabase } from '../databases';

/** Modules of the application on a test's database; closed before the database is. */
export async function moduleOn(database: TestDatabase, ...modules: Type[]): Promise<TestingModule> {
  const imports = [DatabaseModule.on(await database.dataSource()), ...modules];
  return Test.createTestingModule({ imports }).compile();
}
