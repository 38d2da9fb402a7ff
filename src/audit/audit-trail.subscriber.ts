import { Injectable } from '@nestjs/common';
import {
  DataSource,
  type EntityMetadata,
  type EntitySubscriberInterface,
  type InsertEvent,
  type ObjectLiteral,
  type QueryRunner,
  type RecoverEvent,
  type RemoveEvent,
  type SoftRemoveEvent,
  type UpdateEvent,
} from 'typeorm';
import { subscribe } from '../database/subscribers';
import { UserContext } from '../database/user-context';
import { AuditLog } from '../entities';
import { auditOf } from '../entities/audited';
import { snakeCase } from '../entities/snake-case';
import { currentActor } from './actor';

type Action = 'created' | 'changed' | 'deleted' | 'restored';

/** What all of TypeORM's events for a change have in common. */
interface Change {
  readonly metadata: EntityMetadata;
  readonly queryRunner: QueryRunner;
  /** The new row; undefined: it was deleted, or changed by a statement that did not load it. */
  readonly entity?: ObjectLiteral;
  /** The old row. */
  readonly databaseEntity?: ObjectLiteral;
}

/**
 * Writes each change of an `@Audited` entity to audit_logs, in the transaction of the change: the actor, and each column
 * before and after. The actor is the name given to `actingAs`, else the user of the `UserContext`, else 'system'.
 *
 * It records `save`, `remove`, `softRemove`, and inserts inside a transaction. It rejects statements that change rows without
 * loading them (`update`, `delete`, query builders), unless they set only columns that are not audited. It does not see
 * raw SQL.
 */
@Injectable()
export class AuditTrail implements EntitySubscriberInterface<ObjectLiteral> {
  constructor(
    dataSource: DataSource,
    private readonly context: UserContext,
  ) {
    subscribe(dataSource, this);
  }

  beforeInsert({ metadata, queryRunner }: InsertEvent<ObjectLiteral>): void {
    if (auditOf(metadata.target as object) && !queryRunner.isTransactionActive)
      throw new Error(`${metadata.name} is @Audited: use repository.save(), or run the insert inside a transaction.`);
  }

  afterInsert(event: InsertEvent<ObjectLiteral>): Promise<void> | void {
    return this.write('created', event);
  }

  beforeUpdate(event: UpdateEvent<ObjectLiteral>): void {
    refuseUnknown(event, Object.keys(event.entity ?? {}));
  }

  afterUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> | void {
    return this.write('changed', event);
  }

  beforeRemove(event: RemoveEvent<ObjectLiteral>): void {
    refuseUnknown(event);
  }

  afterRemove(event: RemoveEvent<ObjectLiteral>): Promise<void> | void {
    return this.write('deleted', { ...event, entity: undefined });
  }

  beforeSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): void {
    refuseUnknown(event);
  }

  afterSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): Promise<void> | void {
    return this.write('deleted', event);
  }

  beforeRecover(event: RecoverEvent<ObjectLiteral>): void {
    refuseUnknown(event);
  }

  afterRecover(event: RecoverEvent<ObjectLiteral>): Promise<void> | void {
    return this.write('restored', event);
  }

  private async write(action: Action, change: Change): Promise<void> {
    const changes = changesOf(change);
    if (!changes || Object.keys(changes).length === 0) return;
    const { metadata, queryRunner, entity, databaseEntity } = change;
    await queryRunner.manager.insert(AuditLog, {
      entityType: snakeCase(metadata.name),
      entityId: metadata.getEntityIdMixedMap(databaseEntity ?? entity) as unknown as string,
      action,
      actor: currentActor() ?? this.context.userId ?? 'system',
      detailsJson: { changes },
    });
  }
}

/** The changes by property; undefined if the entity is not audited. */
function changesOf({ metadata, entity, databaseEntity }: Change): Record<string, unknown> | undefined {
  const audit = auditOf(metadata.target as object);
  if (!audit) return undefined;
  const changes: Record<string, unknown> = {};
  for (const column of metadata.columns) {
    const { propertyName: name } = column;
    if (column.isPrimary || column.isCreateDate || column.isUpdateDate || audit.except?.includes(name)) continue;
    const [before, after] = [databaseEntity, entity].map((row) => json(row && column.getEntityValue(row)));
    // Not part of what is saved, so unchanged.
    if (entity && databaseEntity && after === undefined) continue;
    if ((before ?? 'null') === (after ?? 'null')) continue;
    changes[name] = audit.withheld?.includes(name) ? 'withheld' : { before: parsed(before), after: parsed(after) };
  }
  return changes;
}

/** A value as JSON: dates become text. */
function json(value: unknown): string | undefined {
  return JSON.stringify(value);
}

function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}

/** Rejects a statement whose old values are unknown. */
function refuseUnknown({ metadata, databaseEntity }: Change, properties: string[] = ['*']): void {
  const audit = auditOf(metadata.target as object);
  if (!audit || databaseEntity || properties.every((property) => audit.except?.includes(property))) return;
  throw new Error(`${metadata.name} is @Audited: use save(), softRemove() or remove(), which know the old values.`);
}
