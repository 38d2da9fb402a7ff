import { escapeIdentifier } from 'pg';
import { DataSource, type EntityMetadata } from 'typeorm';
import { CheckMetadata } from 'typeorm/metadata/CheckMetadata';
import { UserError } from '../errors';
import { declarationsOfTable } from './declarations';

/** `buildMetadatas` is TypeORM's own step between the decorators and all that reads them; it is protected. */
const prototype = DataSource.prototype as unknown as { buildMetadatas: (this: DataSource) => Promise<void> };
const { buildMetadatas } = prototype;

// A decorator can't know what its column will be called: the naming strategy of the DataSource decides. TypeORM has no
// hook for the time when it is decided, so the checks are added to what every DataSource knows of its entities. Thus
// TypeORM's own schema builder sees them as well.
prototype.buildMetadatas = async function () {
  await buildMetadatas.call(this);
  for (const metadata of this.entityMetadatas) {
    refuseSplitReferences(metadata);
    metadata.checks.push(...declaredChecks(metadata));
  }
};

/** One CHECK for each column that has conditions. */
function declaredChecks(metadata: EntityMetadata): CheckMetadata[] {
  const conditions = new Map<string, string[]>();
  // Properties are decorated from the first to the last, and noted down the last first.
  for (const declaration of declarationsOfTable(metadata).toReversed()) {
    if (declaration.kind !== 'check') continue;
    const { target, property, condition } = declaration;
    const column = metadata.findColumnWithPropertyPathStrict(property);
    if (!column) throw new UserError(`${target.name}.${property}: a CHECK, but it is not a column.`);
    // A class that declares the column anew replaces what the class it extends says of it.
    if (typeof column.target === 'function' && column.target.prototype instanceof target) continue;
    const ofColumn = conditions.get(column.databaseName) ?? [];
    conditions.set(column.databaseName, [...ofColumn, condition(escapeIdentifier(column.databaseName))]);
  }
  return [...conditions.values()].map((all) => {
    const expression = all.length === 1 ? all[0] : all.map((one) => `(${one})`).join(' AND ');
    const check = new CheckMetadata({ entityMetadata: metadata, args: { target: metadata.target, expression } });
    return check.build(metadata.dataSource.namingStrategy);
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
