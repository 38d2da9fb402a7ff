import type { Hazard } from './hazards';

/** The steps of a change of schema, in the order in which they can be taken. */
const STEPS = [
  'rename',
  'create extension',
  'create type',
  'create role',
  'drop view',
  'drop trigger',
  'drop policy',
  'revoke',
  'drop foreign key',
  'drop table',
  'drop constraint',
  'drop index',
  'drop column',
  'drop identity',
  'create sequence',
  'create function',
  'change column',
  'add column',
  'add computed column',
  'add constraint',
  'create index',
  'drop former index',
  'create table',
  'own sequence',
  'create late function',
  'add foreign key',
  'validate',
  'create trigger',
  'row-level security',
  'create policy',
  'grant',
  'create view',
  'comment',
  'drop function',
  'drop sequence',
  'drop type',
] as const;

/** One step from one schema to another. */
export interface Change {
  /** In words, for the migration's header: 'scheduled_intents: action_context becomes varchar(2000)'. */
  summary: string;
  /** SQL, one statement each, without a semicolon at the end. */
  statements: string[];
  /** The table it belongs to. */
  table?: string;
  hazard?: Hazard;
}

/** A change with its place in the order of all. */
export interface ChangeStep extends Change {
  step: (typeof STEPS)[number];
}

/** The changes in an order in which they can be made. */
export function inOrder(changes: ChangeStep[]): Change[] {
  return STEPS.flatMap((step) => changes.filter((change) => change.step === step)).map(
    ({ step: _, ...change }) => change,
  );
}
