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
 * Checks what is written against the class-validator rules of its entity, before the database does: each property of a new
 * row, those that are given of a changed one. So it is for `save`, `insert`, `update` and TypeORM's query builders; COPY, as
 * the seeders use it, and SQL of one's own meet the constraints of the database alone.
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
 * Checks a new row as `EntityRules` does, before SQL of one's own writes it. Foreign keys may be missing.
 *
 * @param row its values by the names of the properties
 * @param what how to call the row in the error. Default: by its entity
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
  // A function is SQL: what it makes of the row is the database's to judge.
  const isRefused = (property: string, value: unknown): boolean =>
    typeof value !== 'function' && !isExcused(property, value);
  if (!suspectProperties(target as object, row).some((property) => isRefused(property, row[property]))) return;
  // What is saved may be a plain object; its rules are found by its class.
  const object = Object.assign(Object.create((target as { prototype: object }).prototype) as ObjectLiteral, row);
  const errors = validateSync(object).filter(({ property, value }) => isRefused(property, value));
  if (errors.length > 0) throw new BrokenRulesError(what, errors);
}

/** Its values by the names of the properties; foreign keys may be those of the entities that it holds. */
function valuesOf({ columns }: EntityMetadata, entity: ObjectLiteral): ObjectLiteral {
  return Object.fromEntries(columns.map((column) => [column.propertyName, column.getEntityValue(entity) as unknown]));
}

/** Whether the property is a foreign key: one that is missing may still come from the row that is saved before this one. */
function isKey(metadata: EntityMetadata, property: string): boolean {
  return metadata.findColumnWithPropertyName(property)?.relationMetadata !== undefined;
}

/** `UserEngagementState` → 'user engagement state'. */
function nameOf({ name }: EntityMetadata): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
