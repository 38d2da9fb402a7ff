import type { Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { PlatformModule } from '../src/modules/platform.module';
import type { TestDatabase } from './databases';

/** Modules of the application on a test's database; closed before the database is. */
export async function moduleOn(database: TestDatabase, ...modules: Type[]): Promise<TestingModule> {
  const imports = [PlatformModule.on(await database.dataSource()), ...modules];
  return Test.createTestingModule({ imports }).compile();
}
