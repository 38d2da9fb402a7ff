import { Entity } from 'typeorm';
import { desc, Index, Json, Retention, Text, Trigger, Uuid } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { CreatedAt, keepHistory, keepUntilRetention, PrimaryKey } from '../columns';

/**
 * Who did what to which thing, and when. Written by whatever part of the backend does it; nothing in it changes, and only
 * the retention job deletes from it. (003)
 */
@Entity('audit_logs')
@BackendOnly()
@Index('idx_audit_logs_entity_type_entity_id_created_at', ['entityType', 'entityId', desc('createdAt')])
@Index('idx_audit_logs_created_at', ['createdAt'])
@Trigger({ name: 'keep_history', timing: 'BEFORE', events: ['UPDATE'], execute: keepHistory })
@Trigger({ name: 'keep_until_retention', timing: 'BEFORE', events: ['DELETE'], execute: keepUntilRetention })
@Retention({ by: 'createdAt', keep: '3 years', archive: 'json.gz', per: 'year' })
export class AuditLog {
  @PrimaryKey() id: string;

  /** What kind of thing it was done to: 'reply', 'escalation' … */
  @Text({ notEmpty: true }) entityType: string;

  /** The thing's id. It is no foreign key: the log outlives the thing. */
  @Uuid() entityId: string;

  /** What was done: 'approved', 'posted' … */
  @Text({ notEmpty: true }) action: string;

  /** Who did it: a person, or a part of the backend. */
  @Text({ notEmpty: true }) actor: string;

  /** Whatever else there is to know about it. */
  @Json({ default: {} }) detailsJson: Record<string, unknown>;

  @CreatedAt() createdAt: Date;
}
