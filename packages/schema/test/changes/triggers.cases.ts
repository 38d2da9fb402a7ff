import { Trigger } from '../../src';
import type { SchemaCase } from './case';
import { changedAt, makesTouch, touch, touchLater, touchOnUpdate } from './case-parts';
import { entity } from '../entities';

export const triggers: SchemaCase[] = [
  {
    title: 'A new trigger and its function',
    source: 'typeorm#5081',
    before: () => [entity('tasks', changedAt)],
    after: () => [entity('tasks', changedAt, touchOnUpdate)],
    rows: 'INSERT INTO tasks DEFAULT VALUES',
    up: {
      main: [...makesTouch, 'CREATE TRIGGER touch BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch()'],
    },
  },
  {
    title: 'A trigger for other events',
    source: 'migra: triggers',
    before: () => [entity('tasks', changedAt, touchOnUpdate)],
    after: () => [
      entity(
        'tasks',
        changedAt,
        Trigger({ name: 'touch', timing: 'BEFORE', events: ['INSERT', 'UPDATE'], execute: touch, arguments: ["it's"] }),
      ),
    ],
    rows: 'INSERT INTO tasks DEFAULT VALUES',
    up: {
      main: [
        'DROP TRIGGER touch ON tasks',
        `CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch('it''s')`,
      ],
    },
  },
  {
    title: 'A trigger less',
    source: 'migra: triggers2',
    before: () => [entity('tasks', changedAt, touchOnUpdate)],
    after: () => [entity('tasks', changedAt)],
    rows: 'INSERT INTO tasks DEFAULT VALUES',
    up: {
      main: ['DROP TRIGGER touch ON tasks', 'DROP FUNCTION touch()'],
    },
  },
  {
    title: "A function's body",
    source: 'migra: everything',
    before: () => [entity('tasks', changedAt, touchOnUpdate)],
    after: () => [
      entity('tasks', changedAt, Trigger({ name: 'touch', timing: 'BEFORE', events: ['UPDATE'], execute: touchLater })),
    ],
    rows: 'INSERT INTO tasks DEFAULT VALUES',
    up: {
      main: [
        `CREATE OR REPLACE FUNCTION public.touch()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$BEGIN NEW.changed_at := pg_catalog.clock_timestamp(); RETURN NEW; END$function$`,
      ],
    },
  },
  {
    title: 'A trigger that executes another function',
    source: 'migra: triggers2',
    before: () => [entity('tasks', changedAt, touchOnUpdate)],
    after: () => [
      entity(
        'tasks',
        changedAt,
        Trigger({
          name: 'touch',
          timing: 'BEFORE',
          events: ['UPDATE'],
          execute: { ...touchLater, name: 'touch_later' },
        }),
      ),
    ],
    rows: 'INSERT INTO tasks DEFAULT VALUES',
    up: {
      main: [
        `CREATE OR REPLACE FUNCTION public.touch_later()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$BEGIN NEW.changed_at := pg_catalog.clock_timestamp(); RETURN NEW; END$function$`,
        `COMMENT ON FUNCTION touch_later() IS 'Sets changed_at.'`,
        'DROP TRIGGER touch ON tasks',
        'CREATE TRIGGER touch BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch_later()',
        'DROP FUNCTION touch()',
      ],
    },
  },
  {
    title: 'A trigger that somebody has disabled',
    source: 'db:drift',
    before: () => [entity('tasks', changedAt, touchOnUpdate)],
    byHand: 'ALTER TABLE tasks DISABLE TRIGGER touch',
    after: () => [entity('tasks', changedAt, touchOnUpdate)],
    rows: 'INSERT INTO tasks DEFAULT VALUES',
    up: {
      main: ['ALTER TABLE tasks ENABLE TRIGGER touch'],
    },
  },
];
