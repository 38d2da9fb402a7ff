import { AuditLog, Escalation, Reply } from '../../../src/entities';
import { defineFactory, perScale, type Row, type Rows, scramble } from '@entity-backend/seeding';

interface Event {
  entityType: string;
  entityId: string;
  action: string;
  actor: string;
  at: Date;
}

const DECISION_ENGINE = 'decision-engine';

/** What happened to a reply last. */
function replyEvent(reply: Row<Reply>): Event {
  const [entityType, entityId] = ['reply', reply.id];
  if (reply.postedAt) return { entityType, entityId, action: 'posted', actor: 'publisher', at: reply.postedAt };
  if (!reply.approvedAt)
    return { entityType, entityId, action: 'generated', actor: DECISION_ENGINE, at: reply.createdAt };
  const action = reply.approvalStatus.toLowerCase();
  return { entityType, entityId, action, actor: reply.approvedBy ?? 'rule', at: reply.approvedAt };
}

/** What happened to an escalation last. */
function escalationEvent(escalation: Row<Escalation>): Event {
  const [entityType, entityId] = ['escalation', escalation.id];
  const { resolvedAt, resolvedBy } = escalation;
  if (!resolvedAt) return { entityType, entityId, action: 'raised', actor: DECISION_ENGINE, at: escalation.createdAt };
  return { entityType, entityId, action: escalation.status.toLowerCase(), actor: resolvedBy!, at: resolvedAt };
}

/** The row that was asked about last, and its event: all fields ask for the same. */
let last: { log?: Row<AuditLog>; event?: Event } = {};

/** The event that a row records. */
function eventOf(log: Row<AuditLog>, rows: Rows): Event {
  if (last.log === log) return last.event!;
  const pick = scramble(log.index);
  const [replies, escalations] = [rows(Reply), rows(Escalation)];
  const event =
    log.index % 10 === 9
      ? escalationEvent(escalations.at(pick % escalations.length)!)
      : replyEvent(replies.at(pick % replies.length)!);
  last = { log, event };
  return event;
}

export const auditLogFactory = defineFactory(AuditLog, perScale(20), {
  entityType: (log, _, rows) => eventOf(log, rows).entityType,
  entityId: (log, _, rows) => eventOf(log, rows).entityId,
  action: (log, _, rows) => eventOf(log, rows).action,
  actor: (log, _, rows) => eventOf(log, rows).actor,
  detailsJson: ({ action }) => (action === 'posted' ? { channel: 'api' } : {}),
  createdAt: (log, _, rows) => eventOf(log, rows).at,
});
