import type { DataSource } from 'typeorm';
import { type Catalog, catalogOf } from '../catalog/catalog';
import { catalogOfEntities } from '../catalog/entities';
import { openScratch } from '../catalog/scratch';
import { UserError } from '../errors';
import { declaredEntities } from '../language/schema-statements';
import { settingsOf } from '../settings';
import type { Rename } from './renames';
import { type Stage, stagesBetween } from './stages';

/** What leads from the connected database to the entities of its DataSource, as migrations. */
export async function stagesToEntities(dataSource: DataSource): Promise<Stage[]> {
  return stagesBetween(await catalogOfDatabase(dataSource), await catalogInScratch(dataSource), {
    renames: declaredRenames(dataSource),
  });
}

async function catalogOfDatabase(dataSource: DataSource): Promise<Catalog> {
  const runner = dataSource.createQueryRunner();
  try {
    return await catalogOf(runner);
  } finally {
    await runner.release();
  }
}

async function catalogInScratch(dataSource: DataSource): Promise<Catalog> {
  const scratch = await openScratch(dataSource);
  try {
    return await catalogOfEntities(dataSource.options, scratch.url, settingsOf(dataSource).entities);
  } finally {
    await scratch.close();
  }
}

/** The renames that the entities declare with `@FormerName`. */
export function declaredRenames(dataSource: DataSource): Rename[] {
  return declaredEntities(dataSource).flatMap(({ metadata, declarations }) =>
    declarations.flatMap((declaration) => {
      if (declaration.kind !== 'former-name') return [];
      const { property, formerName } = declaration;
      if (property === undefined) return [{ table: metadata.tableName, formerName }];
      const column = metadata.findColumnWithPropertyPath(property);
      if (!column) throw new UserError(`${metadata.targetName}.${property}: a former name, but it is not a column.`);
      return [{ table: metadata.tableName, column: column.databaseName, formerName }];
    }),
  );
}
