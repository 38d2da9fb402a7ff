import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import type { DataSource, EntityMetadata } from 'typeorm';
import { CommandUtils } from 'typeorm/commands/CommandUtils';
import { importOrRequireFile } from 'typeorm/util/ImportUtils';
import { UserError } from './errors';
import { registerTypeScript } from './typescript/register';

/**
 * The DataSource that a file exports, in TypeScript or JavaScript; not initialized yet.
 *
 * @throws UserError where the file exports none, does not exist or can't be loaded
 */
export async function loadDataSource(file: string): Promise<DataSource> {
  prepareFor(file);
  return CommandUtils.loadDataSource(resolve(file)).catch((error: Error) => {
    if (error.cause !== undefined) throw unloadable(file, error.cause);
    throw new UserError(`${file} gives no DataSource: ${error.message}.`, { cause: error });
  });
}

/**
 * What a file exports, in TypeScript or JavaScript, CommonJS or an ES module.
 *
 * @throws UserError where it does not exist or can't be loaded
 */
export async function loadFile(file: string): Promise<object> {
  prepareFor(file);
  try {
    const [exported] = (await importOrRequireFile(resolve(file))) as [object, string];
    return exported;
  } catch (error) {
    throw unloadable(file, error);
  }
}

function prepareFor(file: string): void {
  if (!existsSync(file)) throw new UserError(`${file} does not exist.`);
  if (/\.[cm]?ts$/.test(file)) registerTypeScript();
}

/** One line where something is missing or misspelt; what else is thrown in the file of a user is told with its stack. */
function unloadable(file: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = /MODULE_NOT_FOUND$/.test(code ?? '') ? message.split('\n')[0] : inspect(error);
  return new UserError(`${file} can't be loaded: ${reason}`, { cause: error });
}

/** What TypeORM knows about the entities of a DataSource; it takes no connection. */
export async function entityMetadatasOf(dataSource: DataSource): Promise<EntityMetadata[]> {
  // It is what `initialize` does after it has connected, and TypeORM has no other way to it.
  const builder = dataSource as unknown as { buildMetadatas(): Promise<void> };
  if (dataSource.entityMetadatas.length === 0) await builder.buildMetadatas();
  return dataSource.entityMetadatas;
}
