import { AuditLog, Escalation, Reply } from '../../src/entities';
import { defineFactory, perScale, type Row, type Rows } from '../engine/factory';
import { scramble } from '../engine/random';

interface Event {
  entityType: string;
  entityId: string;
  action: string;
  actor: string;
  at: Date;
}

const DECISION_ENGINE = 'decision-engine';

/** What happened to a reply last. */
function replyEvent({ id, approvalStatus, approvedBy, approvedAt, postedAt, createdAt }: Row<Reply>): Event {
  const reply = { entityType: 'reply', entityId: id };
  if (postedAt) return { ...reply, action: 'posted', actor: 'publisher', at: postedAt };
  if (approvedAt)
    return { ...reply, action: approvalStatus.toLowerCase(), actor: approvedBy ?? 'rule', at: approvedAt };
  return { ...reply, action: 'generated', actor: DECISION_ENGINE, at: createdAt };
}

/** What happened to an escalation last. */
function escalationEvent({ id, status, resolvedBy, resolvedAt, createdAt }: Row<Escalation>): Event {
  const escalation = { entityType: 'escalation', entityId: id };
  if (resolvedAt) return { ...escalation, action: status.toLowerCase(), actor: resolvedBy!, at: resolvedAt };
  return { ...escalation, action: 'raised', actor: DECISION_ENGINE, at: createdAt };
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
