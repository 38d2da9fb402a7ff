import { inOneForm } from './expression';
import { byRelation, type Query, uses } from './query';

export interface Trigger {
  name: string;
  /** The whole CREATE TRIGGER. */
  definition: string;
  enabled: 'origin' | 'disabled' | 'replica' | 'always';
  comment: string | null;
  uses: string[];
}

const TRIGGERS = `
  SELECT relation.relname::text AS relation, tgname::text AS name, pg_get_triggerdef(pg_trigger.oid, true) AS definition,
    tgenabled AS enabled, obj_description(pg_trigger.oid, 'pg_trigger') AS comment,
    ${uses('pg_trigger', 'pg_trigger.oid')} AS uses
  FROM pg_trigger JOIN pg_class relation ON relation.oid = tgrelid
  WHERE relation.relnamespace = 'public'::regnamespace AND NOT tgisinternal
  ORDER BY relation.relname, tgname`;

const TRIGGER_STATES = { O: 'origin', D: 'disabled', R: 'replica', A: 'always' } as const;

type TriggerRow = Omit<Trigger, 'enabled'> & { enabled: keyof typeof TRIGGER_STATES };

export function readTriggers(query: Query): Promise<(table: string) => Trigger[]> {
  return byRelation(query, TRIGGERS, triggerOf);
}

function triggerOf(trigger: TriggerRow): Trigger {
  return { ...trigger, definition: inOneForm(trigger.definition), enabled: TRIGGER_STATES[trigger.enabled] };
}
