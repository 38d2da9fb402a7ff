import type { EntityMetadata } from 'typeorm';
import { type Count, perParent, perScale } from './factory';
import { inForeignKeyOrder } from './order';
import { isOptional } from './relations';

/**
 * How many rows a table has that nobody has written a factory for: one for each row of the table whose key is its own, else
 * of the nearest one that lists its rows, rather one that it can't do without; ten at scale 1 where there is none.
 */
export function defaultCount(entity: EntityMetadata): Count {
  const order = inForeignKeyOrder([entity]);
  const parents = entity.relations
    .filter(({ isOwning, inverseEntityMetadata }) => isOwning && inverseEntityMetadata !== entity)
    .sort((a, b) => order.indexOf(b.inverseEntityMetadata) - order.indexOf(a.inverseEntityMetadata));
  const listing = parents.filter(({ inverseRelation }) => inverseRelation);
  const parent =
    parents.find(({ joinColumns }) => joinColumns.some(({ isPrimary }) => isPrimary)) ??
    listing.find((relation) => !isOptional(relation)) ??
    listing[0];
  return parent ? perParent(parent.propertyName, [1]) : perScale(10);
}
