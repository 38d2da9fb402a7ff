import { UserError } from '@entity-backend/schema';
import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';
import { typeName } from './column-type';
import { defaultCount } from './default-count';
import type { Count, Factory, UntypedFields } from './factory';
import { located } from './locate';
import { Placement } from './placement';

/** What there is to know of a table before its first row: plain data, from its entity and its factory. */
export interface TableShape {
  readonly name: string;
  readonly entity: EntityMetadata;
  readonly count: Count;
  /** What the factory says of columns and relations, by property. */
  readonly fields: UntypedFields;
  readonly key: ColumnMetadata;
  /** The relation to the table whose rows this one's are made for; undefined: they are made for no other's. */
  readonly parentRelation: RelationMetadata | undefined;
  /** Which rows are whose; undefined where there is no parent. */
  readonly placement: Placement | undefined;
}

/**
 * The shape of a table.
 *
 * @param factory Default: what follows from the entity
 * @throws UserError where the entity can't be filled as its factory says, naming table and column
 */
export function shapeOf(entity: EntityMetadata, factory?: Pick<Factory, 'count' | 'fields'>): TableShape {
  const { count = defaultCount(entity), fields = {} } = factory ?? {};
  const perParent = count.kind === 'per parent' ? count : undefined;
  const parentRelation = perParent && parentRelationOf(entity, perParent.relation);
  refuseUnknown(entity, fields);
  return {
    name: entity.tableName,
    entity,
    count,
    fields,
    key: keyOf(entity, parentRelation),
    parentRelation,
    placement: perParent && located(() => new Placement(perParent.pattern), entity.tableName, perParent.relation),
  };
}

function parentRelationOf(entity: EntityMetadata, name: string): RelationMetadata {
  return located(
    () => {
      const relation = entity.relations.find((one) => one.propertyName === name);
      if (!relation?.isOwning) throw new Error('perParent needs a relation that this table has the foreign key of');
      return relation;
    },
    entity.tableName,
    name,
  );
}

/** The key's column: a generated UUID, or that of the row which its row is made for. */
function keyOf({ tableName, primaryColumns }: EntityMetadata, parent?: RelationMetadata): ColumnMetadata {
  const [column, ...more] = primaryColumns;
  const isKnown = column.isGenerated ? column.type === 'uuid' : parent?.joinColumns.includes(column);
  if (more.length === 0 && isKnown) return column;
  const keys = primaryColumns.map((one) => `${one.propertyName} (${typeName(one)})`).join(', ');
  throw new UserError(
    `${tableName} can't be filled: the seeder needs a primary key of one generated uuid column, or the foreign key ` +
      `to its parent; ${tableName} has ${keys}.`,
  );
}

/** Refuses a field that is no property of the entity. */
function refuseUnknown(entity: EntityMetadata, fields: UntypedFields): void {
  for (const property of Object.keys(fields)) {
    if (entity.findColumnWithPropertyName(property) || entity.findRelationWithPropertyPath(property)) continue;
    throw new UserError(
      `${entity.tableName}.${property}: ${entity.name} has no such property; remove it from the factory.`,
    );
  }
}
