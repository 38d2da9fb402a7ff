import { Column } from 'typeorm';
import { Policy, Trigger, triggerFunction, type Role } from '../../src';

/** What several cases share: columns, rows, roles, and the statements that make them. */

export const text = (options: object = {}) => Column({ type: 'text', ...options });

export const optionalText = (options: object = {}) => text({ nullable: true, ...options });

export const varchar = (length: number, options: object = {}) => Column({ type: 'varchar', length, ...options });

export const integer = (options: object = {}) => Column({ type: 'integer', ...options });

export const timestamptz = (options: object = {}) => Column({ type: 'timestamptz', ...options });

export const TITLES = `INSERT INTO tasks (title) VALUES ('Write'), ('Read')`;

export const NUMBERS = `INSERT INTO tasks (number) VALUES (1), (7), (NULL)`;

export const reader: Role = { name: 'case_reader', comment: 'Reads.', grantedToOwner: false };

export const writer: Role = { name: 'case_writer', comment: "Writes: the owner's too.", grantedToOwner: true };

export const touch = triggerFunction({
  name: 'touch',
  comment: 'Sets changed_at.',
  body: 'BEGIN NEW.changed_at := pg_catalog.now(); RETURN NEW; END',
});

export const touchLater = { ...touch, body: touch.body.replace('now()', 'clock_timestamp()') };

export const touchOnUpdate = Trigger({ name: 'touch', timing: 'BEFORE', events: ['UPDATE'], execute: touch });

export const changedAt = { changedAt: timestamptz({ nullable: true }) };

export const own = Policy({
  name: 'own',
  command: 'SELECT',
  role: reader,
  using: `title = current_setting('app.title', true)`,
});

export const makesReader = [
  `DO $$
BEGIN
  IF to_regrole('case_reader') IS NULL THEN
    CREATE ROLE case_reader NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the cluster has just made it
END
$$`,
  `DO $$
BEGIN
  COMMENT ON ROLE case_reader IS 'Reads.';
EXCEPTION WHEN insufficient_privilege THEN
  NULL; -- the role belongs to the whole cluster, and to somebody else
END
$$`,
];

export const makesWriter = [
  `DO $$
BEGIN
  IF to_regrole('case_writer') IS NULL THEN
    CREATE ROLE case_writer NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the cluster has just made it
END
$$`,
  `DO $$
BEGIN
  COMMENT ON ROLE case_writer IS 'Writes: the owner''s too.';
EXCEPTION WHEN insufficient_privilege THEN
  NULL; -- the role belongs to the whole cluster, and to somebody else
END
$$`,
  `DO $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_auth_members membership JOIN pg_roles member ON member.oid = membership.member
    WHERE membership.roleid = to_regrole('case_writer') AND member.rolname = current_user
      -- Since PostgreSQL 16 who makes a role is a member that may not use it.
      AND to_jsonb(membership) ->> 'inherit_option' IS DISTINCT FROM 'false'
  ) THEN
    GRANT case_writer TO CURRENT_USER;
  END IF;
EXCEPTION WHEN unique_violation THEN
  NULL; -- another database of the cluster has just done it
END
$$`,
];

export const makesTouch = [
  `CREATE OR REPLACE FUNCTION public.touch()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$BEGIN NEW.changed_at := pg_catalog.now(); RETURN NEW; END$function$`,
  `COMMENT ON FUNCTION touch() IS 'Sets changed_at.'`,
];
