import { resolve } from 'node:path';
import type { DataSource, EntityMetadata } from 'typeorm';
import { CommandUtils } from 'typeorm/commands/CommandUtils';
import { UserError } from './errors';

/**
 * The DataSource that a file exports; not initialized yet.
 *
 * @throws UserError where the file exports none
 */
export async function loadDataSource(file: string): Promise<DataSource> {
  return CommandUtils.loadDataSource(resolve(file)).catch((error: Error) => {
    // What the file itself throws is told as it is.
    if (!/^(Invalid file path|Given data source file)/.test(error.message)) throw error;
    throw new UserError(`${file} gives no DataSource: ${error.message}`, { cause: error });
  });
}

/** What TypeORM knows about the entities of a DataSource; it takes no connection. */
export async function entityMetadatasOf(dataSource: DataSource): Promise<EntityMetadata[]> {
  // It is what `initialize` does after it has connected, and TypeORM has no other way to it.
  const builder = dataSource as unknown as { buildMetadatas(): Promise<void> };
  if (dataSource.entityMetadatas.length === 0) await builder.buildMetadatas();
  return dataSource.entityMetadatas;
}
