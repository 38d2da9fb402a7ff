import { Injectable } from '@nestjs/common';
import { validateSync } from 'class-validator';
import {
  DataSource,
  type EntityMetadata,
  type EntitySubscriberInterface,
  type InsertEvent,
  type ObjectLiteral,
  type UpdateEvent,
} from 'typeorm';
import { subscribe } from '../../database/subscribers';
import { BrokenRulesError } from './broken-rules';
import { suspectProperties } from './rules';

/**
 * Validates writes against the class-validator rules of the entity, before the database does: all properties of a new row,
 * the given properties of a changed row. This covers `save`, `insert`, `update` and TypeORM's query builders. For COPY (used
 * by the seeders) and raw SQL, only the database's constraints apply.
 */
@Injectable()
export class EntityRules implements EntitySubscriberInterface<ObjectLiteral> {
  constructor(dataSource: DataSource) {
    subscribe(dataSource, this);
  }

  /** @throws BrokenRulesError */
  beforeInsert({ entity, metadata }: InsertEvent<ObjectLiteral>): void {
    checkNewRow(metadata, valuesOf(metadata, entity));
  }

  /** @throws BrokenRulesError */
  beforeUpdate({ entity, metadata }: UpdateEvent<ObjectLiteral>): void {
    if (entity) check(metadata, valuesOf(metadata, entity), nameOf(metadata), (_, value) => value === undefined);
  }
}

/**
 * Validates a new row like `EntityRules`, before your own SQL writes it. Foreign keys may be missing.
 *
 * @param row the values by property name
 * @param what the name of the row in the error. Default: the entity's name in words
 * @throws BrokenRulesError
 */
export function checkNewRow(metadata: EntityMetadata, row: ObjectLiteral, what: string = nameOf(metadata)): void {
  check(metadata, row, what, (property, value) => value === undefined && isKey(metadata, property));
}

function check(
  { target }: EntityMetadata,
  row: ObjectLiteral,
  what: string,
  isExcused: (property: string, value: unknown) => boolean,
): void {
  // A function is an SQL expression, which the database evaluates.
  const isRefused = (property: string, value: unknown): boolean =>
    typeof value !== 'function' && !isExcused(property, value);
  if (!suspectProperties(target as object, row).some((property) => isRefused(property, row[property]))) return;
  // The row may be a plain object; validateSync finds the rules by class.
  const object = Object.assign(Object.create((target as { prototype: object }).prototype) as ObjectLiteral, row);
  const errors = validateSync(object).filter(({ property, value }) => isRefused(property, value));
  if (errors.length > 0) throw new BrokenRulesError(what, errors);
}

/** The values by property name; a foreign key may come from a related entity. */
function valuesOf({ columns }: EntityMetadata, entity: ObjectLiteral): ObjectLiteral {
  return Object.fromEntries(columns.map((column) => [column.propertyName, column.getEntityValue(entity) as unknown]));
}

/** Whether the property is a foreign key. A missing one may be set when the related row is saved first. */
function isKey(metadata: EntityMetadata, property: string): boolean {
  return metadata.findColumnWithPropertyName(property)?.relationMetadata !== undefined;
}

/** `UserEngagementState` → 'user engagement state'. */
function nameOf({ name }: EntityMetadata): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
