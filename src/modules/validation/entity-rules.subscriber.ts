import { validateSync, type ValidationError } from 'class-validator';
import type { EntityMetadata, EntitySubscriberInterface, InsertEvent, ObjectLiteral, UpdateEvent } from 'typeorm';
import { BrokenRulesError } from './broken-rules';

/**
 * Checks what is written against the class-validator rules of its entity, before the database does: each property of a new
 * row, those that are given of a changed one. So it is for `save`, `insert`, `update` and TypeORM's query builders; COPY, as
 * the seeders use it, and SQL of one's own meet the constraints of the database alone.
 */
export class EntityRules implements EntitySubscriberInterface<ObjectLiteral> {
  /** @throws BrokenRulesError */
  beforeInsert({ entity, metadata }: InsertEvent<ObjectLiteral>): void {
    checkNewRow(metadata, entity);
  }

  /** @throws BrokenRulesError */
  beforeUpdate({ entity, metadata }: UpdateEvent<ObjectLiteral>): void {
    if (!entity) return;
    refuse(
      nameOf(metadata),
      brokenRules(metadata, entity).filter(({ value }) => value !== undefined),
    );
  }
}

/**
 * Checks a new row as `EntityRules` does, before SQL of one's own writes it. Foreign keys may be missing.
 *
 * @param what how to call the row in the error. Default: by its entity
 * @throws BrokenRulesError
 */
export function checkNewRow(metadata: EntityMetadata, row: ObjectLiteral, what: string = nameOf(metadata)): void {
  refuse(
    what,
    brokenRules(metadata, row).filter(({ property, value }) => value !== undefined || !isKey(metadata, property)),
  );
}

function brokenRules(metadata: EntityMetadata, entity: ObjectLiteral): ValidationError[] {
  // What is saved may be a plain object; its rules are found by its class.
  const object = Object.create((metadata.target as { prototype: object }).prototype) as ObjectLiteral;
  for (const column of metadata.columns) object[column.propertyName] = column.getEntityValue(entity) as unknown;
  // A function is SQL: what it makes of the row is the database's to judge.
  return validateSync(object).filter(({ value }) => typeof value !== 'function');
}

/** Whether the property is a foreign key: one that is missing may still come from the row that is saved before this one. */
function isKey(metadata: EntityMetadata, property: string): boolean {
  return metadata.findColumnWithPropertyName(property)?.relationMetadata !== undefined;
}

function refuse(what: string, errors: readonly ValidationError[]): void {
  if (errors.length > 0) throw new BrokenRulesError(what, errors);
}

/** `UserEngagementState` → 'user engagement state'. */
function nameOf({ name }: EntityMetadata): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
