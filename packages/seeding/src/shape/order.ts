import type { EntityMetadata } from 'typeorm';
import { UserError } from '@entity-backend/schema';

/** The tables that a table refers to by foreign keys, without itself. */
function referencedBy(entity: EntityMetadata): EntityMetadata[] {
  const referenced = entity.foreignKeys.map((key) => key.referencedEntityMetadata);
  return [...new Set(referenced)].filter((other) => other !== entity);
}

/**
 * The tables, each after all that it refers to by foreign keys, otherwise by name; what they refer to is added.
 *
 * @throws UserError where tables refer to each other in a circle: then no order is right
 */
export function inForeignKeyOrder(entities: readonly EntityMetadata[]): EntityMetadata[] {
  const ordered = new Set<EntityMetadata>();
  const visit = (entity: EntityMetadata, path: EntityMetadata[]): void => {
    if (ordered.has(entity)) return;
    const circle = [...path, entity];
    if (path.includes(entity)) {
      const names = circle.slice(path.indexOf(entity)).map((one) => one.tableName);
      throw new UserError(
        `These tables refer to each other in a circle, so none can be filled first: ${names.join(' → ')}.`,
      );
    }
    for (const other of byName(referencedBy(entity))) visit(other, circle);
    ordered.add(entity);
  };
  for (const entity of byName(entities)) visit(entity, []);
  return [...ordered];
}

function byName(entities: readonly EntityMetadata[]): EntityMetadata[] {
  return entities.toSorted((a, b) => (a.tableName < b.tableName ? -1 : 1));
}
