import { escapeIdentifier } from 'pg';
import type { EntityMetadata } from 'typeorm';
import { EntityMetadataBuilder } from 'typeorm/metadata-builder/EntityMetadataBuilder';
import { CheckMetadata } from 'typeorm/metadata/CheckMetadata';
import { IndexMetadata } from 'typeorm/metadata/IndexMetadata';
import { UserError } from '../errors';
import { declarationsOfTable } from './declarations';

// A decorator can't know what its column will be called: the naming strategy of the DataSource decides. TypeORM has no
// hook for the time when it is decided, so the checks are added to what it builds, for every DataSource. Thus TypeORM's
// own schema builder sees them as well, and leaves our indexes alone.
const build = Reflect.get(EntityMetadataBuilder.prototype, 'build');

EntityMetadataBuilder.prototype.build = function (targets) {
  const metadatas = build.call(this, targets);
  for (const metadata of metadatas) {
    refuseSplitReferences(metadata);
    metadata.checks.push(...declaredChecks(metadata));
    metadata.indices.push(...declaredIndexes(metadata));
  }
  return metadatas;
};

/** One CHECK for each column that has conditions. */
function declaredChecks(metadata: EntityMetadata): CheckMetadata[] {
  const conditions = new Map<string, string[]>();
  // Properties are decorated from the first to the last, and noted down the last first.
  for (const declaration of declarationsOfTable(metadata).toReversed()) {
    if (declaration.kind !== 'check') continue;
    const { property, condition } = declaration;
    const column = metadata.findColumnWithPropertyPathStrict(property);
    if (!column) throw new UserError(`${metadata.targetName}.${property}: a CHECK, but it is not a column.`);
    const ofColumn = conditions.get(column.databaseName) ?? [];
    conditions.set(column.databaseName, [...ofColumn, condition(escapeIdentifier(column.databaseName))]);
  }
  return [...conditions.values()].map((all) => {
    const expression = all.length === 1 ? all[0] : all.map((one) => `(${one})`).join(' AND ');
    const check = new CheckMetadata({ entityMetadata: metadata, args: { target: metadata.target, expression } });
    return check.build(metadata.dataSource.namingStrategy);
  });
}

/** TypeORM's schema builder drops an index whose name it does not know. */
function declaredIndexes(metadata: EntityMetadata): IndexMetadata[] {
  return declarationsOfTable(metadata).flatMap((declaration) => {
    if (declaration.kind !== 'index') return [];
    const args = { target: metadata.target, name: declaration.name, synchronize: false };
    return [new IndexMetadata({ entityMetadata: metadata, args }).build(metadata.dataSource.namingStrategy)];
  });
}

/** @throws UserError where the naming strategy has one name for a reference's property and another for TypeORM's join column */
function refuseSplitReferences(metadata: EntityMetadata): void {
  for (const declaration of declarationsOfTable(metadata)) {
    if (declaration.kind !== 'reference') continue;
    const { property, key } = declaration;
    const joined = metadata.findRelationWithPropertyPath(property)?.joinColumns[0];
    if (!joined || joined.propertyPath === key) continue;
    const { databaseName } = metadata.findColumnWithPropertyPathStrict(key)!;
    throw new UserError(
      `${metadata.targetName}.${key}: its column is called "${databaseName}", the join column of "${property}" "${joined.databaseName}". ` +
        `Give both one name: @Reference(…, { name: '${joined.databaseName}' }).`,
    );
  }
}
