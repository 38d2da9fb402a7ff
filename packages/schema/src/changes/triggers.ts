import type { Table, Trigger } from '../catalog/catalog';
import type { ChangeStep } from './change';
import { commentChanges } from './comments';
import { common, missing, sameDefinition } from '../catalog/compare';
import { quoteIdentifier } from '../sql';
import { commentOn } from './statements';

/** The changes of the triggers of a table that both schemas have. */
export function triggerChanges(from: Table, to: Table): ChangeStep[] {
  const both = common(from.triggers, to.triggers);
  const replaced = both.filter(([before, after]) => !sameDefinition({ ...before, enabled: after.enabled }, after));
  const kept = both.filter((pair) => !replaced.includes(pair));
  return [
    ...missing(from.triggers, to.triggers).map((trigger) =>
      change(to, 'drop trigger', `trigger ${trigger.name} is dropped`, dropTrigger(to, trigger)),
    ),
    ...missing(to.triggers, from.triggers).map((trigger) =>
      change(to, 'create trigger', `new trigger ${trigger.name}`, ...triggerStatements(to, trigger)),
    ),
    ...replaced.map(([, after]) =>
      change(
        to,
        'create trigger',
        `trigger ${after.name} changes`,
        dropTrigger(to, after),
        ...triggerStatements(to, after),
      ),
    ),
    ...kept
      .filter(([before, after]) => before.enabled !== after.enabled)
      .map(([, after]) =>
        change(
          to,
          'create trigger',
          `trigger ${after.name} ${after.enabled === 'disabled' ? 'is disabled' : 'fires again'}`,
          setEnabled(to, after),
        ),
      ),
    ...kept.flatMap(([before, after]) => commentChanges(triggerOn(to, after), to.name, before, after)),
  ];
}

function change(table: Table, step: ChangeStep['step'], what: string, ...statements: string[]): ChangeStep {
  return { step, summary: `${table.name}: ${what}`, statements, table: table.name };
}

const triggerOn = (table: Table, { name }: Trigger): string =>
  `TRIGGER ${quoteIdentifier(name)} ON ${quoteIdentifier(table.name)}`;

const dropTrigger = (table: Table, trigger: Trigger): string => `DROP ${triggerOn(table, trigger)}`;

export function triggerStatements(table: Table, trigger: Trigger): string[] {
  return [
    trigger.definition,
    ...(trigger.enabled === 'origin' ? [] : [setEnabled(table, trigger)]),
    ...(trigger.comment === null ? [] : [commentOn(triggerOn(table, trigger), trigger.comment)]),
  ];
}

const STATES = { origin: 'ENABLE', disabled: 'DISABLE', replica: 'ENABLE REPLICA', always: 'ENABLE ALWAYS' };

function setEnabled(table: Table, { name, enabled }: Trigger): string {
  return `ALTER TABLE ${quoteIdentifier(table.name)} ${STATES[enabled]} TRIGGER ${quoteIdentifier(name)}`;
}
