import {
  Check,
  Column,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm';
import {
  Enumeration,
  Extension,
  FormerName,
  Grant,
  Policy,
  type Role,
  RowLevelSecurity,
  Trigger,
  triggerFunction,
} from '../../../packages/schema/src';
import type { EntityClass } from '../../../packages/schema/src/language/declarations';
import type { HazardKind } from '../../../packages/schema/src/generator/changes';
import { comment, entity, type IndexDecorator, view } from './entities';

/** A change of entities, and what the generator has to make of it. */
export interface SchemaCase {
  /** What changes. */
  title: string;
  /** Who asked for it or tests it. */
  source: string;
  /** The entities; `Index` is our decorator, or TypeORM's own where its schema builder is tried. */
  before: (Index: IndexDecorator) => EntityClass[];
  after: (Index: IndexDecorator) => EntityClass[];
  /** What somebody did to the database by hand, in SQL. */
  byHand?: string;
  /** Rows that are there, in SQL. Those columns that both schemas have keep their values, up and down. */
  rows?: string;
  /** Where values change with their type: a query before and one after, which give the same. */
  keeps?: [before: string, after: string];
  /** The dangers that have to be acknowledged. */
  hazards?: HazardKind[];
  /** The statements of each migration that is written. */
  up: Partial<Record<'main' | 'concurrent' | 'validate' | 'validate again', string[]>>;
}

const text = (options: object = {}) => Column({ type: 'text', ...options });
const optionalText = (options: object = {}) => text({ nullable: true, ...options });
const varchar = (length: number, options: object = {}) => Column({ type: 'varchar', length, ...options });
const integer = (options: object = {}) => Column({ type: 'integer', ...options });
const timestamptz = (options: object = {}) => Column({ type: 'timestamptz', ...options });

const TITLES = `INSERT INTO tasks (title) VALUES ('Write'), ('Read')`;
const NUMBERS = `INSERT INTO tasks (number) VALUES (1), (7), (NULL)`;

const reader: Role = { name: 'case_reader', comment: 'Reads.', grantedToOwner: false };
const writer: Role = { name: 'case_writer', comment: "Writes: the owner's too.", grantedToOwner: true };

const touch = triggerFunction({
  name: 'touch',
  comment: 'Sets changed_at.',
  body: 'BEGIN NEW.changed_at := pg_catalog.now(); RETURN NEW; END',
});
const touchLater = { ...touch, body: touch.body.replace('now()', 'clock_timestamp()') };
const touchOnUpdate = Trigger({ name: 'touch', timing: 'BEFORE', events: ['UPDATE'], execute: touch });
const changedAt = { changedAt: timestamptz({ nullable: true }) };

const own = Policy({
  name: 'own',
  command: 'SELECT',
  role: reader,
  using: `title = current_setting('app.title', true)`,
});

const makesReader = [
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
const makesWriter = [
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
const makesTouch = [
  `CREATE OR REPLACE FUNCTION public.touch()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$BEGIN NEW.changed_at := pg_catalog.now(); RETURN NEW; END$function$`,
  `COMMENT ON FUNCTION touch() IS 'Sets changed_at.'`,
];

const typesAndColumns: SchemaCase[] = [
  {
    title: 'A longer varchar',
    source: 'typeorm#3357',
    before: () => [entity('tasks', { title: varchar(50) })],
    after: () => [entity('tasks', { title: varchar(51) })],
    rows: TITLES,
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN title TYPE varchar(51)'],
    },
  },
  {
    title: 'A shorter varchar',
    source: 'typeorm#3357',
    before: () => [entity('tasks', { title: varchar(50) })],
    after: () => [entity('tasks', { title: varchar(10) })],
    rows: TITLES,
    hazards: ['narrowing'],
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN title TYPE varchar(10)'],
    },
  },
  {
    title: 'varchar becomes text',
    source: 'migra: everything',
    before: () => [entity('tasks', { title: varchar(50, { default: 'Untitled' }) })],
    after: () => [entity('tasks', { title: text({ default: 'Untitled' }) })],
    rows: TITLES,
    up: {
      main: [
        'ALTER TABLE tasks ALTER COLUMN title DROP DEFAULT',
        'ALTER TABLE tasks ALTER COLUMN title TYPE text',
        `ALTER TABLE tasks ALTER COLUMN title SET DEFAULT 'Untitled'`,
      ],
    },
  },
  {
    title: 'text becomes varchar',
    source: 'typeorm#3357',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: varchar(20) })],
    rows: TITLES,
    hazards: ['narrowing'],
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN title TYPE varchar(20)'],
    },
  },
  {
    title: 'integer becomes bigint',
    source: 'Atlas: diff_test, columns',
    before: () => [entity('tasks', { number: integer({ nullable: true }) })],
    after: () => [entity('tasks', { number: Column({ type: 'bigint', nullable: true }) })],
    rows: NUMBERS,
    hazards: ['rewrite'],
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN number TYPE bigint'],
    },
  },
  {
    title: 'bigint becomes integer',
    source: 'Atlas: diff_test, columns',
    before: () => [entity('tasks', { number: Column({ type: 'bigint', nullable: true }) })],
    after: () => [entity('tasks', { number: integer({ nullable: true }) })],
    rows: NUMBERS,
    hazards: ['narrowing'],
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN number TYPE integer'],
    },
  },
  {
    title: 'A wider numeric',
    source: 'Atlas: column-numeric',
    before: () => [entity('tasks', { number: Column({ type: 'numeric', precision: 8, scale: 2, nullable: true }) })],
    after: () => [entity('tasks', { number: Column({ type: 'numeric', precision: 12, scale: 2, nullable: true }) })],
    rows: NUMBERS,
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN number TYPE numeric(12,2)'],
    },
  },
  {
    title: 'A numeric with fewer decimals',
    source: 'Atlas: column-numeric',
    before: () => [entity('tasks', { number: Column({ type: 'numeric', precision: 12, scale: 6, nullable: true }) })],
    after: () => [entity('tasks', { number: Column({ type: 'numeric', precision: 12, scale: 2, nullable: true }) })],
    rows: NUMBERS,
    keeps: ['SELECT round(number, 2) FROM tasks', 'SELECT number FROM tasks'],
    hazards: ['narrowing'],
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN number TYPE numeric(12,2)'],
    },
  },
  {
    title: 'text becomes integer, and its default with it',
    source: 'Drizzle Kit: change data type, column has default',
    before: () => [entity('tasks', { rank: text({ default: '7' }) })],
    after: () => [entity('tasks', { rank: integer({ default: 7 }) })],
    rows: `INSERT INTO tasks (rank) VALUES ('3'), (DEFAULT)`,
    hazards: ['conversion'],
    up: {
      main: [
        'ALTER TABLE tasks ALTER COLUMN rank DROP DEFAULT',
        'ALTER TABLE tasks ALTER COLUMN rank TYPE integer USING rank::integer',
        'ALTER TABLE tasks ALTER COLUMN rank SET DEFAULT 7',
      ],
    },
  },
  {
    title: 'text becomes uuid',
    source: 'Drizzle Kit: change data type',
    before: () => [entity('tasks', { owner: text() })],
    after: () => [entity('tasks', { owner: Column({ type: 'uuid' }) })],
    rows: `INSERT INTO tasks (owner) VALUES (gen_random_uuid())`,
    hazards: ['conversion'],
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN owner TYPE uuid USING owner::uuid'],
    },
  },
  {
    title: 'text becomes jsonb',
    source: 'Drizzle Kit: change data type',
    before: () => [entity('tasks', { settings: text({ default: '{}' }) })],
    after: () => [entity('tasks', { settings: Column({ type: 'jsonb', default: {} }) })],
    rows: `INSERT INTO tasks (settings) VALUES ('{"a": 1}'), (DEFAULT)`,
    hazards: ['conversion'],
    up: {
      main: [
        'ALTER TABLE tasks ALTER COLUMN settings DROP DEFAULT',
        'ALTER TABLE tasks ALTER COLUMN settings TYPE jsonb USING settings::jsonb',
        `ALTER TABLE tasks ALTER COLUMN settings SET DEFAULT '{}'`,
      ],
    },
  },
  {
    title: 'json becomes jsonb',
    source: 'Drizzle Kit: change data type',
    before: () => [entity('tasks', { settings: Column({ type: 'json' }) })],
    after: () => [entity('tasks', { settings: Column({ type: 'jsonb' }) })],
    rows: `INSERT INTO tasks (settings) VALUES ('{"a": 1}')`,
    hazards: ['conversion'],
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN settings TYPE jsonb USING settings::jsonb'],
    },
  },
  {
    title: 'boolean becomes text',
    source: 'Drizzle Kit: change data type',
    before: () => [entity('tasks', { done: Column({ type: 'boolean', default: false }) })],
    after: () => [entity('tasks', { done: text({ default: 'no' }) })],
    rows: `INSERT INTO tasks (done) VALUES (true)`,
    hazards: ['rewrite'],
    up: {
      main: [
        'ALTER TABLE tasks ALTER COLUMN done DROP DEFAULT',
        'ALTER TABLE tasks ALTER COLUMN done TYPE text',
        `ALTER TABLE tasks ALTER COLUMN done SET DEFAULT 'no'`,
      ],
    },
  },
  {
    title: 'timestamp becomes timestamptz, read as UTC wherever it runs',
    source: 'Atlas: column-time-precision',
    before: () => [entity('tasks', { dueAt: Column({ type: 'timestamp' }) })],
    after: () => [entity('tasks', { dueAt: timestamptz() })],
    rows: `INSERT INTO tasks (due_at) VALUES ('2026-03-01 12:00')`,
    keeps: [`SELECT due_at FROM tasks`, `SELECT due_at AT TIME ZONE 'UTC' FROM tasks`],
    hazards: ['conversion'],
    up: {
      main: [`ALTER TABLE tasks ALTER COLUMN due_at TYPE timestamptz USING due_at AT TIME ZONE 'UTC'`],
    },
  },
  {
    title: 'timestamptz with fewer digits',
    source: 'Atlas: column-time-precision',
    before: () => [entity('tasks', { dueAt: timestamptz() })],
    after: () => [entity('tasks', { dueAt: timestamptz({ precision: 3 }) })],
    rows: `INSERT INTO tasks (due_at) VALUES ('2026-03-01 12:00:00.123Z')`,
    hazards: ['narrowing'],
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN due_at TYPE timestamptz(3)'],
    },
  },
  {
    title: 'text becomes an array of text',
    source: 'Drizzle Kit: columns are arrays',
    before: () => [entity('tasks', { tags: optionalText() })],
    after: () => [entity('tasks', { tags: Column({ type: 'text', array: true, nullable: true }) })],
    rows: `INSERT INTO tasks (tags) VALUES ('home'), (NULL)`,
    keeps: ['SELECT tags FROM tasks', 'SELECT tags[1] FROM tasks'],
    hazards: ['rewrite'],
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN tags TYPE text[] USING CASE WHEN tags IS NOT NULL THEN ARRAY[tags] END'],
    },
  },
  {
    title: 'Another collation',
    source: 'migra: collations',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: text({ collation: 'C' }) })],
    rows: TITLES,
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN title TYPE text COLLATE "C"'],
    },
  },
  {
    title: 'A vector of another length',
    source: 'Drizzle Kit: column with pgvector',
    before: () => [
      entity('tasks', { embedding: Column({ type: 'vector', length: 3, nullable: true }) }, Extension('vector')),
    ],
    after: () => [
      entity('tasks', { embedding: Column({ type: 'vector', length: 4, nullable: true }) }, Extension('vector')),
    ],
    rows: `INSERT INTO tasks DEFAULT VALUES`,
    hazards: ['narrowing'],
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN embedding TYPE vector(4)'],
    },
  },
  {
    title: 'A new default',
    source: 'Atlas: column-default',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: text({ default: () => `'It''s new'` }) })],
    rows: TITLES,
    up: {
      main: [`ALTER TABLE tasks ALTER COLUMN title SET DEFAULT 'It''s new'`],
    },
  },
  {
    title: 'Another default',
    source: 'Atlas: column-default',
    before: () => [entity('tasks', { rank: integer({ default: 0 }) })],
    after: () => [entity('tasks', { rank: integer({ default: 5 }) })],
    rows: `INSERT INTO tasks DEFAULT VALUES`,
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN rank SET DEFAULT 5'],
    },
  },
  {
    title: 'No default any more',
    source: 'Atlas: column-default',
    before: () => [entity('tasks', { rank: integer({ default: 0 }) })],
    after: () => [entity('tasks', { rank: integer() })],
    rows: `INSERT INTO tasks DEFAULT VALUES`,
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN rank DROP DEFAULT'],
    },
  },
  {
    title: 'A default that is an expression',
    source: 'Drizzle Kit: defaults',
    before: () => [entity('tasks', { dueAt: timestamptz({ default: () => 'now()' }) })],
    after: () => [entity('tasks', { dueAt: timestamptz({ default: () => `now() + interval '30 days'` }) })],
    rows: `INSERT INTO tasks DEFAULT VALUES`,
    up: {
      main: [`ALTER TABLE tasks ALTER COLUMN due_at SET DEFAULT now() + '30 days'::interval`],
    },
  },
  {
    title: 'An array as default',
    source: 'Drizzle Kit: empty array default',
    before: () => [entity('tasks', { tags: Column({ type: 'text', array: true }) })],
    after: () => [entity('tasks', { tags: Column({ type: 'text', array: true, default: [] }) })],
    rows: `INSERT INTO tasks (tags) VALUES ('{home}')`,
    up: {
      main: [`ALTER TABLE tasks ALTER COLUMN tags SET DEFAULT '{}'`],
    },
  },
  {
    title: 'A column that may be null',
    source: 'Atlas: cli-migrate-lint-modify-nullability',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: optionalText() })],
    rows: TITLES,
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN title DROP NOT NULL'],
    },
  },
  {
    title: 'A column that may no longer be null',
    source: 'Atlas: cli-migrate-lint-modify-nullability',
    before: () => [entity('tasks', { title: optionalText() })],
    after: () => [entity('tasks', { title: text() })],
    rows: TITLES,
    up: {
      main: ['ALTER TABLE tasks ADD CONSTRAINT chk_tasks_title_not_null CHECK (title IS NOT NULL) NOT VALID'],
      validate: [
        'ALTER TABLE tasks VALIDATE CONSTRAINT chk_tasks_title_not_null',
        'ALTER TABLE tasks ALTER COLUMN title SET NOT NULL',
        'ALTER TABLE tasks DROP CONSTRAINT chk_tasks_title_not_null',
      ],
    },
  },
  {
    title: 'A new column',
    source: 'Drizzle Kit: add columns',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: text(), note: optionalText({ comment: 'Anything else.' }) })],
    rows: TITLES,
    up: {
      main: ['ALTER TABLE tasks ADD COLUMN note text', `COMMENT ON COLUMN tasks.note IS 'Anything else.'`],
    },
  },
  {
    title: 'A new column with a default',
    source: 'Drizzle Kit: add columns',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: text(), rank: integer({ default: 0 }) })],
    rows: TITLES,
    up: {
      main: ['ALTER TABLE tasks ADD COLUMN rank integer NOT NULL DEFAULT 0'],
    },
  },
  {
    title: 'A new column that every row needs',
    source: 'squawk: adding-required-field',
    before: () => [entity('tasks')],
    after: () => [entity('tasks', { title: text() })],
    hazards: ['required-column'],
    up: {
      main: ['ALTER TABLE tasks ADD COLUMN title text NOT NULL'],
    },
  },
  {
    title: 'A column less, and all that hangs on it',
    source: 'Drizzle Kit: drop column',
    before: (Index) => [
      entity(
        'tasks',
        { title: text(), rank: [integer({ default: 0 }), Check('"rank" >= 0')] },
        Unique(['title', 'rank']),
        Index('idx_tasks_rank', ['rank']),
      ),
    ],
    after: () => [entity('tasks', { title: text() })],
    rows: TITLES,
    hazards: ['drop-column'],
    up: {
      main: ['ALTER TABLE tasks DROP COLUMN rank'],
    },
  },
  {
    title: 'A column of another name',
    source: 'Drizzle Kit: alter column change name',
    before: (Index) => [
      entity(
        'tasks',
        { title: [text(), Check(`"title" <> ''`)] },
        Unique(['title']),
        Index('idx_tasks_title', ['title']),
        Grant(reader, ['SELECT'], ['id', 'title']),
        RowLevelSecurity(),
        own,
      ),
    ],
    after: (Index) => [
      entity(
        'tasks',
        { name: [text(), Check(`"name" <> ''`), FormerName('title')] },
        Unique(['name']),
        Index('idx_tasks_title', ['name']),
        Grant(reader, ['SELECT'], ['id', 'name']),
        RowLevelSecurity(),
        Policy({ name: 'own', command: 'SELECT', role: reader, using: `name = current_setting('app.title', true)` }),
      ),
    ],
    rows: TITLES,
    hazards: ['rename'],
    up: {
      main: [
        'ALTER TABLE tasks RENAME COLUMN title TO name',
        'ALTER TABLE tasks RENAME CONSTRAINT uq_tasks_title TO uq_tasks_name',
        'ALTER TABLE tasks RENAME CONSTRAINT chk_tasks_title TO chk_tasks_name',
      ],
    },
  },
  {
    title: 'A column of another name and type',
    source: 'typeorm#3357',
    before: () => [entity('tasks', { title: varchar(50) })],
    after: () => [entity('tasks', { name: [varchar(255, { default: 'Untitled' }), FormerName('title')] })],
    rows: TITLES,
    hazards: ['rename'],
    up: {
      main: [
        'ALTER TABLE tasks RENAME COLUMN title TO name',
        'ALTER TABLE tasks ALTER COLUMN name TYPE varchar(255)',
        `ALTER TABLE tasks ALTER COLUMN name SET DEFAULT 'Untitled'`,
      ],
    },
  },
  {
    title: 'A table of another name',
    source: 'Drizzle Kit: alter table name',
    before: () => {
      const task = entity('tasks', { title: text() }, Unique(['title']));
      return [task, entity('steps', { task: [ManyToOne(() => task), JoinColumn({ name: 'task_id' })] })];
    },
    after: () => {
      const todo = entity('todos', { title: text() }, Unique(['title']), FormerName('tasks'));
      return [todo, entity('steps', { task: [ManyToOne(() => todo), JoinColumn({ name: 'task_id' })] })];
    },
    rows: `${TITLES}; INSERT INTO steps (task_id) SELECT id FROM tasks`,
    hazards: ['rename'],
    up: {
      main: [
        'ALTER TABLE tasks RENAME TO todos',
        'ALTER TABLE todos RENAME CONSTRAINT pk_tasks TO pk_todos',
        'ALTER TABLE todos RENAME CONSTRAINT uq_tasks_title TO uq_todos_title',
      ],
    },
  },
  {
    title: 'A table and its column of other names',
    source: 'Drizzle Kit: rename table rename column',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('todos', { name: [text(), FormerName('title')] }, FormerName('tasks'))],
    rows: TITLES,
    hazards: ['rename'],
    up: {
      main: [
        'ALTER TABLE tasks RENAME TO todos',
        'ALTER TABLE todos RENAME COLUMN title TO name',
        'ALTER TABLE todos RENAME CONSTRAINT pk_tasks TO pk_todos',
      ],
    },
  },
  {
    title: 'Columns in another order',
    source: 'typeorm#541',
    before: () => [entity('tasks', { title: text(), note: optionalText() })],
    after: () => [entity('tasks', { note: optionalText(), title: text() })],
    rows: TITLES,
    up: {},
  },
  {
    title: 'A column computed from another',
    source: 'Drizzle Kit: add column with generated constraint',
    before: () => [entity('tasks', { title: text() })],
    after: () => [
      entity('tasks', { title: text(), slug: optionalText({ generatedType: 'STORED', asExpression: 'lower(title)' }) }),
    ],
    rows: TITLES,
    hazards: ['rewrite'],
    up: {
      main: ['ALTER TABLE tasks ADD COLUMN slug text GENERATED ALWAYS AS (lower(title)) STORED'],
    },
  },
  {
    title: 'A column computed in another way',
    source: 'Drizzle Kit: change generated constraint',
    before: (Index) => [
      entity(
        'tasks',
        { title: text(), slug: optionalText({ generatedType: 'STORED', asExpression: 'lower(title)' }) },
        Index('idx_tasks_slug', ['slug']),
      ),
    ],
    after: (Index) => [
      entity(
        'tasks',
        { title: text(), slug: optionalText({ generatedType: 'STORED', asExpression: 'upper(title)' }) },
        Index('idx_tasks_slug', ['slug']),
      ),
    ],
    rows: TITLES,
    keeps: ['SELECT slug FROM tasks', 'SELECT lower(slug) FROM tasks'],
    hazards: ['rewrite'],
    up: {
      main: [
        'ALTER TABLE tasks DROP COLUMN slug',
        'ALTER TABLE tasks ADD COLUMN slug text GENERATED ALWAYS AS (upper(title)) STORED',
      ],
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_slug',
        'CREATE INDEX CONCURRENTLY idx_tasks_slug ON tasks (slug)',
      ],
    },
  },
  {
    title: 'A column that is no longer computed',
    source: 'Drizzle Kit: drop generated constraint',
    before: () => [
      entity('tasks', { title: text(), slug: optionalText({ generatedType: 'STORED', asExpression: 'lower(title)' }) }),
    ],
    after: () => [entity('tasks', { title: text(), slug: optionalText() })],
    rows: TITLES,
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN slug DROP EXPRESSION'],
    },
  },
  {
    title: 'A column that is computed from now on',
    source: 'Drizzle Kit: add generated constraint to an existing column',
    before: () => [entity('tasks', { title: text(), slug: optionalText() })],
    after: () => [
      entity('tasks', { title: text(), slug: optionalText({ generatedType: 'STORED', asExpression: 'lower(title)' }) }),
    ],
    rows: `INSERT INTO tasks (title, slug) VALUES ('Write', 'write')`,
    keeps: ['SELECT lower(title) FROM tasks', 'SELECT slug FROM tasks'],
    hazards: ['drop-column', 'rewrite'],
    up: {
      main: [
        'ALTER TABLE tasks DROP COLUMN slug',
        'ALTER TABLE tasks ADD COLUMN slug text GENERATED ALWAYS AS (lower(title)) STORED',
      ],
    },
  },
  {
    title: 'A key that numbers its rows',
    source: 'Atlas: column-serial',
    before: () => [entity('tasks', { id: PrimaryColumn({ type: 'integer' }) })],
    after: () => [entity('tasks', { id: PrimaryGeneratedColumn('increment') })],
    rows: 'INSERT INTO tasks VALUES (7)',
    up: {
      main: [
        'CREATE SEQUENCE tasks_id_seq AS integer',
        `ALTER TABLE tasks ALTER COLUMN id SET DEFAULT nextval('tasks_id_seq'::regclass)`,
        'ALTER SEQUENCE tasks_id_seq OWNED BY tasks.id',
        `SELECT setval(pg_get_serial_sequence('tasks', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM tasks), false)`,
      ],
    },
  },
  {
    title: 'A key that is an identity',
    source: 'Atlas: column-identity',
    before: () => [entity('tasks', { id: PrimaryGeneratedColumn('increment') })],
    after: () => [entity('tasks', { id: PrimaryGeneratedColumn('identity', { generatedIdentity: 'ALWAYS' }) })],
    rows: 'INSERT INTO tasks DEFAULT VALUES',
    up: {
      main: [
        'ALTER TABLE tasks ALTER COLUMN id DROP DEFAULT',
        'ALTER TABLE tasks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY',
        `SELECT setval(pg_get_serial_sequence('tasks', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM tasks), false)`,
        'DROP SEQUENCE tasks_id_seq',
      ],
    },
  },
  {
    title: 'An identity by default',
    source: 'Drizzle Kit: alter identity, always to by default',
    before: () => [entity('tasks', { id: PrimaryGeneratedColumn('identity', { generatedIdentity: 'ALWAYS' }) })],
    after: () => [entity('tasks', { id: PrimaryGeneratedColumn('identity', { generatedIdentity: 'BY DEFAULT' }) })],
    rows: 'INSERT INTO tasks DEFAULT VALUES',
    up: {
      main: ['ALTER TABLE tasks ALTER COLUMN id SET GENERATED BY DEFAULT'],
    },
  },
];

const constraints: SchemaCase[] = [
  {
    title: 'A new check',
    source: 'Drizzle Kit: add check constraint to existing table',
    before: () => [entity('tasks', { number: integer({ nullable: true }) })],
    after: () => [entity('tasks', { number: [integer({ nullable: true }), Check('"number" > 0')] })],
    rows: NUMBERS,
    up: {
      main: ['ALTER TABLE tasks ADD CONSTRAINT chk_tasks_number CHECK (number > 0) NOT VALID'],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT chk_tasks_number'],
    },
  },
  {
    title: 'Another check under the same name',
    source: 'typeorm#11714',
    before: () => [entity('tasks', { number: [integer({ nullable: true }), Check('"number" > 0')] })],
    after: () => [entity('tasks', { number: [integer({ nullable: true }), Check('"number" BETWEEN 1 AND 10')] })],
    rows: NUMBERS,
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT chk_tasks_number',
        'ALTER TABLE tasks ADD CONSTRAINT chk_tasks_number CHECK (number >= 1 AND number <= 10) NOT VALID',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT chk_tasks_number'],
    },
  },
  {
    title: 'A check of another name',
    source: 'Drizzle Kit: rename check constraint',
    before: () => [entity('tasks', { number: [integer({ nullable: true }), Check('chk_number', '"number" > 0')] })],
    after: () => [entity('tasks', { number: [integer({ nullable: true }), Check('chk_positive', '"number" > 0')] })],
    rows: NUMBERS,
    up: {
      main: ['ALTER TABLE tasks RENAME CONSTRAINT chk_number TO chk_positive'],
    },
  },
  {
    title: 'A check less',
    source: 'Drizzle Kit: drop check constraint',
    before: () => [entity('tasks', { number: [integer({ nullable: true }), Check('"number" > 0')] })],
    after: () => [entity('tasks', { number: integer({ nullable: true }) })],
    rows: NUMBERS,
    up: {
      main: ['ALTER TABLE tasks DROP CONSTRAINT chk_tasks_number'],
    },
  },
  {
    title: 'Several checks at once',
    source: 'Drizzle Kit: alter multiple check constraints',
    before: () => [
      entity('tasks', {
        number: [integer({ nullable: true }), Check('chk_a', '"number" > 0'), Check('chk_b', '"number" < 100')],
      }),
    ],
    after: () => [
      entity('tasks', {
        number: [integer({ nullable: true }), Check('chk_a', '"number" >= 0'), Check('chk_c', '"number" < 1000')],
      }),
    ],
    rows: NUMBERS,
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT chk_b',
        'ALTER TABLE tasks DROP CONSTRAINT chk_a',
        'ALTER TABLE tasks ADD CONSTRAINT chk_c CHECK (number < 1000) NOT VALID',
        'ALTER TABLE tasks ADD CONSTRAINT chk_a CHECK (number >= 0) NOT VALID',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT chk_a', 'ALTER TABLE tasks VALIDATE CONSTRAINT chk_c'],
    },
  },
  {
    title: 'A check and the type of its column',
    source: 'Atlas: table-checks',
    before: () => [entity('tasks', { title: [varchar(50), Check(`"title" IN ('Write', 'Read')`)] })],
    after: () => [entity('tasks', { title: [text(), Check(`"title" IN ('Write', 'Read')`)] })],
    rows: TITLES,
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT chk_tasks_title',
        'ALTER TABLE tasks ALTER COLUMN title TYPE text',
        `ALTER TABLE tasks ADD CONSTRAINT chk_tasks_title CHECK (title IN ('Write', 'Read')) NOT VALID`,
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT chk_tasks_title'],
    },
  },
  {
    title: 'A constraint that was left NOT VALID',
    source: 'squawk: constraint-missing-not-valid',
    before: () => [entity('tasks', { number: integer({ nullable: true }) })],
    byHand: 'ALTER TABLE tasks ADD CONSTRAINT chk_tasks_number CHECK (number > 0) NOT VALID',
    after: () => [entity('tasks', { number: [integer({ nullable: true }), Check('"number" > 0')] })],
    rows: NUMBERS,
    up: {
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT chk_tasks_number'],
    },
  },
  {
    title: 'An enumeration with one more value',
    source: 'typeorm#11714',
    before: () => [entity('tasks', { status: Enumeration(['open', 'done'], { default: 'open' }) })],
    after: () => [entity('tasks', { status: Enumeration(['open', 'waiting', 'done'], { default: 'open' }) })],
    rows: `INSERT INTO tasks (status) VALUES ('done')`,
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT chk_tasks_status',
        `ALTER TABLE tasks ADD CONSTRAINT chk_tasks_status CHECK (status IN ('open', 'waiting', 'done')) NOT VALID`,
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT chk_tasks_status'],
    },
  },
  {
    title: 'An enumeration with a value less',
    source: 'Drizzle Kit: drop enum value',
    before: () => [entity('tasks', { status: Enumeration(['open', "won't do", 'done'], { default: 'open' }) })],
    after: () => [entity('tasks', { status: Enumeration(['open', 'done'], { default: 'open' }) })],
    rows: `INSERT INTO tasks (status) VALUES ('done')`,
    hazards: ['narrowing'],
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT chk_tasks_status',
        `ALTER TABLE tasks ADD CONSTRAINT chk_tasks_status CHECK (status IN ('open', 'done')) NOT VALID`,
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT chk_tasks_status'],
    },
  },
  {
    title: 'A new column with an enumeration',
    source: 'typeorm#11714',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: text(), status: Enumeration(['open', 'done'], { default: 'open' }) })],
    rows: TITLES,
    up: {
      main: [
        `ALTER TABLE tasks ADD COLUMN status text NOT NULL DEFAULT 'open'`,
        `ALTER TABLE tasks ADD CONSTRAINT chk_tasks_status CHECK (status IN ('open', 'done')) NOT VALID`,
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT chk_tasks_status'],
    },
  },
  {
    title: 'A text becomes an enumeration',
    source: 'Drizzle Kit: change data type from standard type to enum',
    before: () => [entity('tasks', { status: text() })],
    after: () => [entity('tasks', { status: Enumeration(['open', 'done']) })],
    rows: `INSERT INTO tasks (status) VALUES ('done')`,
    up: {
      main: [`ALTER TABLE tasks ADD CONSTRAINT chk_tasks_status CHECK (status IN ('open', 'done')) NOT VALID`],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT chk_tasks_status'],
    },
  },
  {
    title: 'A new unique constraint',
    source: 'Drizzle Kit: add multiple constraints',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: text() }, Unique(['title']))],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS uq_tasks_title',
        'CREATE UNIQUE INDEX CONCURRENTLY uq_tasks_title ON tasks (title)',
      ],
      validate: ['ALTER TABLE tasks ADD CONSTRAINT uq_tasks_title UNIQUE USING INDEX uq_tasks_title'],
    },
  },
  {
    title: 'A unique constraint on other columns',
    source: 'Atlas: index-unique-constraint',
    before: () => [entity('tasks', { title: text(), rank: integer({ default: 0 }) }, Unique('uq_tasks', ['title']))],
    after: () => [
      entity('tasks', { title: text(), rank: integer({ default: 0 }) }, Unique('uq_tasks', ['title', 'rank'])),
    ],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS uq_tasks_new',
        'CREATE UNIQUE INDEX CONCURRENTLY uq_tasks_new ON tasks (title, rank)',
      ],
      validate: [
        'ALTER TABLE tasks DROP CONSTRAINT uq_tasks',
        'ALTER TABLE tasks ADD CONSTRAINT uq_tasks UNIQUE USING INDEX uq_tasks_new',
      ],
    },
  },
  {
    title: 'A unique constraint that is checked at the end of the transaction',
    source: 'migra: constraints',
    before: () => [entity('tasks', { rank: integer() }, Unique(['rank']))],
    after: () => [entity('tasks', { rank: integer() }, Unique(['rank'], { deferrable: 'INITIALLY DEFERRED' }))],
    rows: `INSERT INTO tasks (rank) VALUES (1), (2)`,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS uq_tasks_rank_new',
        'CREATE UNIQUE INDEX CONCURRENTLY uq_tasks_rank_new ON tasks (rank)',
      ],
      validate: [
        'ALTER TABLE tasks DROP CONSTRAINT uq_tasks_rank',
        'ALTER TABLE tasks ADD CONSTRAINT uq_tasks_rank UNIQUE USING INDEX uq_tasks_rank_new DEFERRABLE INITIALLY DEFERRED',
      ],
    },
  },
  {
    title: 'A unique constraint of another name',
    source: 'Drizzle Kit: rename unique constraint',
    before: () => [entity('tasks', { title: text() }, Unique('uq_title', ['title']))],
    after: () => [entity('tasks', { title: text() }, Unique('uq_name', ['title']))],
    rows: TITLES,
    up: {
      main: ['ALTER TABLE tasks RENAME CONSTRAINT uq_title TO uq_name'],
    },
  },
  {
    title: 'A unique constraint less',
    source: 'Drizzle Kit: drop unique constraint',
    before: () => [entity('tasks', { title: text() }, Unique(['title']))],
    after: () => [entity('tasks', { title: text() })],
    rows: TITLES,
    up: {
      main: ['ALTER TABLE tasks DROP CONSTRAINT uq_tasks_title'],
    },
  },
  {
    title: 'A new relation',
    source: 'Atlas: foreign-key',
    before: () => [entity('users'), entity('tasks', { title: text() })],
    after: (Index) => {
      const user = entity('users');
      return [
        user,
        entity(
          'tasks',
          {
            title: text(),
            userId: Column({ type: 'uuid', nullable: true }),
            user: [ManyToOne(() => user, { onDelete: 'CASCADE' }), JoinColumn({ name: 'user_id' })],
          },
          Index('idx_tasks_user_id', ['userId']),
        ),
      ];
    },
    rows: TITLES,
    up: {
      main: [
        'ALTER TABLE tasks ADD COLUMN user_id uuid',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE NOT VALID',
      ],
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_user_id',
        'CREATE INDEX CONCURRENTLY idx_tasks_user_id ON tasks (user_id)',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_user_id'],
    },
  },
  {
    title: 'Another ON DELETE',
    source: 'Atlas: foreign-key-action',
    before: () => {
      const user = entity('users');
      return [user, entity('tasks', { user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })] })];
    },
    after: () => {
      const user = entity('users');
      return [
        user,
        entity('tasks', { user: [ManyToOne(() => user, { onDelete: 'SET NULL' }), JoinColumn({ name: 'user_id' })] }),
      ];
    },
    rows: `INSERT INTO users DEFAULT VALUES; INSERT INTO tasks (user_id) SELECT id FROM users`,
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT fk_tasks_user_id',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL NOT VALID',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_user_id'],
    },
  },
  {
    title: 'A foreign key that is checked at the end of the transaction',
    source: 'migra: constraints',
    before: () => {
      const user = entity('users');
      return [user, entity('tasks', { user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })] })];
    },
    after: () => {
      const user = entity('users');
      return [
        user,
        entity('tasks', {
          user: [ManyToOne(() => user, { deferrable: 'INITIALLY DEFERRED' }), JoinColumn({ name: 'user_id' })],
        }),
      ];
    },
    rows: `INSERT INTO users DEFAULT VALUES; INSERT INTO tasks (user_id) SELECT id FROM users`,
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT fk_tasks_user_id',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED NOT VALID',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_user_id'],
    },
  },
  {
    title: 'A relation to another table',
    source: 'Atlas: diff_test, foreign-keys',
    before: () => {
      const user = entity('users');
      return [
        user,
        entity('teams'),
        entity('tasks', { owner: [ManyToOne(() => user), JoinColumn({ name: 'owner_id' })] }),
      ];
    },
    after: () => {
      const team = entity('teams');
      return [
        entity('users'),
        team,
        entity('tasks', { owner: [ManyToOne(() => team), JoinColumn({ name: 'owner_id' })] }),
      ];
    },
    rows: `INSERT INTO tasks DEFAULT VALUES`,
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT fk_tasks_owner_id',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_owner_id FOREIGN KEY (owner_id) REFERENCES teams (id) NOT VALID',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_owner_id'],
    },
  },
  {
    title: 'A relation less',
    source: 'Atlas: foreign-key',
    before: () => {
      const user = entity('users');
      return [
        user,
        entity('tasks', {
          userId: Column({ type: 'uuid', nullable: true }),
          user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })],
        }),
      ];
    },
    after: () => [entity('users'), entity('tasks', { userId: Column({ type: 'uuid', nullable: true }) })],
    rows: `INSERT INTO users DEFAULT VALUES; INSERT INTO tasks (user_id) SELECT id FROM users`,
    up: {
      main: ['ALTER TABLE tasks DROP CONSTRAINT fk_tasks_user_id'],
    },
  },
  {
    title: 'A foreign key to a key that is new as well',
    source: 'Drizzle Kit: add column before creating unique constraint',
    before: () => {
      const list = entity('lists', { owner: text() });
      return [list, entity('tasks', { listId: Column({ type: 'uuid' }), owner: text() })];
    },
    after: () => {
      const list = entity('lists', { owner: text() }, Unique(['id', 'owner']));
      return [
        list,
        entity('tasks', {
          listId: Column({ type: 'uuid' }),
          owner: text(),
          list: [
            ManyToOne(() => list),
            JoinColumn([
              { name: 'list_id', referencedColumnName: 'id' },
              { name: 'owner', referencedColumnName: 'owner' },
            ]),
          ],
        }),
      ];
    },
    rows: `INSERT INTO lists (owner) VALUES ('me'); INSERT INTO tasks (list_id, owner) SELECT id, owner FROM lists`,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS uq_lists_id_owner',
        'CREATE UNIQUE INDEX CONCURRENTLY uq_lists_id_owner ON lists (id, owner)',
      ],
      validate: [
        'ALTER TABLE lists ADD CONSTRAINT uq_lists_id_owner UNIQUE USING INDEX uq_lists_id_owner',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_list_id_owner FOREIGN KEY (list_id, owner) REFERENCES lists (id, owner) NOT VALID',
      ],
      'validate again': ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_list_id_owner'],
    },
  },
  {
    title: 'A key of another type, and the foreign key to it',
    source: 'Atlas: diff_test, foreign-keys',
    before: () => {
      const user = entity('users', { id: PrimaryColumn({ type: 'text' }) });
      return [user, entity('tasks', { user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })] })];
    },
    after: () => {
      const user = entity('users', { id: PrimaryColumn({ type: 'uuid' }) });
      return [user, entity('tasks', { user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })] })];
    },
    rows: `INSERT INTO users VALUES (gen_random_uuid()); INSERT INTO tasks (user_id) SELECT id FROM users`,
    hazards: ['conversion'],
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT fk_tasks_user_id',
        'ALTER TABLE tasks ALTER COLUMN user_id TYPE uuid USING user_id::uuid',
        'ALTER TABLE users ALTER COLUMN id TYPE uuid USING id::uuid',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_user_id'],
    },
  },
  {
    title: 'A table between two',
    source: 'TypeORM: many-to-many',
    before: () => [entity('tags'), entity('tasks')],
    after: () => {
      const tag = entity('tags');
      return [tag, entity('tasks', { tags: [ManyToMany(() => tag), JoinTable({ name: 'task_tags' })] })];
    },
    rows: 'INSERT INTO tasks DEFAULT VALUES',
    up: {
      main: [
        `CREATE TABLE task_tags (
  tasks_id uuid NOT NULL,
  tags_id uuid NOT NULL,
  CONSTRAINT pk_task_tags PRIMARY KEY (tasks_id, tags_id),
  CONSTRAINT fk_task_tags_tags_id FOREIGN KEY (tags_id) REFERENCES tags (id) ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT fk_task_tags_tasks_id FOREIGN KEY (tasks_id) REFERENCES tasks (id) ON UPDATE CASCADE ON DELETE CASCADE
)`,
        'CREATE INDEX idx_task_tags_tags_id ON task_tags (tags_id)',
        'CREATE INDEX idx_task_tags_tasks_id ON task_tags (tasks_id)',
      ],
    },
  },
  {
    title: 'A key of two columns',
    source: 'Drizzle Kit: alter composite primary key',
    before: () => [entity('tasks', { id: PrimaryColumn({ type: 'integer' }), rank: integer() })],
    after: () => [
      entity('tasks', { id: PrimaryColumn({ type: 'integer' }), rank: PrimaryColumn({ type: 'integer' }) }),
    ],
    rows: 'INSERT INTO tasks VALUES (1, 1), (2, 1)',
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS pk_tasks_new',
        'CREATE UNIQUE INDEX CONCURRENTLY pk_tasks_new ON tasks (id, rank)',
      ],
      validate: [
        'ALTER TABLE tasks DROP CONSTRAINT pk_tasks',
        'ALTER TABLE tasks ADD CONSTRAINT pk_tasks PRIMARY KEY USING INDEX pk_tasks_new',
      ],
    },
  },
];

const indexes: SchemaCase[] = [
  {
    title: 'A new index',
    source: 'Drizzle Kit: indexes',
    before: () => [entity('tasks', { title: text() })],
    after: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title']))],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'CREATE INDEX CONCURRENTLY idx_tasks_title ON tasks (title)',
      ],
    },
  },
  {
    title: 'A new index in descending order',
    source: 'typeorm#3336',
    before: () => [entity('tasks', { title: text(), rank: integer({ default: 0 }) })],
    after: (Index) => [
      entity(
        'tasks',
        { title: text(), rank: integer({ default: 0 }) },
        Index('idx_tasks_rank', [{ property: 'rank', order: 'DESC' }, 'title']),
      ),
    ],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_rank',
        'CREATE INDEX CONCURRENTLY idx_tasks_rank ON tasks (rank DESC, title)',
      ],
    },
  },
  {
    title: 'An index in another order',
    source: 'Atlas: index-desc',
    before: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title']))],
    after: (Index) => [
      entity('tasks', { title: text() }, Index('idx_tasks_title', [{ property: 'title', order: 'DESC' }])),
    ],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title_new',
        'CREATE INDEX CONCURRENTLY idx_tasks_title_new ON tasks (title DESC)',
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'ALTER INDEX idx_tasks_title_new RENAME TO idx_tasks_title',
      ],
    },
  },
  {
    title: 'An index with NULLs at the other end',
    source: 'typeorm#3336',
    before: (Index) => [
      entity('tasks', { title: text() }, Index('idx_tasks_title', [{ property: 'title', order: 'DESC' }])),
    ],
    after: (Index) => [
      entity(
        'tasks',
        { title: text() },
        Index('idx_tasks_title', [{ property: 'title', order: 'DESC', nulls: 'LAST' }]),
      ),
    ],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title_new',
        'CREATE INDEX CONCURRENTLY idx_tasks_title_new ON tasks (title DESC NULLS LAST)',
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'ALTER INDEX idx_tasks_title_new RENAME TO idx_tasks_title',
      ],
    },
  },
  {
    title: 'An index of other columns',
    source: 'Atlas: diff_test, indexes',
    before: (Index) => [
      entity('tasks', { title: text(), rank: integer({ default: 0 }) }, Index('idx_tasks', ['title'])),
    ],
    after: (Index) => [
      entity('tasks', { title: text(), rank: integer({ default: 0 }) }, Index('idx_tasks', ['rank', 'title'])),
    ],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_new',
        'CREATE INDEX CONCURRENTLY idx_tasks_new ON tasks (rank, title)',
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks',
        'ALTER INDEX idx_tasks_new RENAME TO idx_tasks',
      ],
    },
  },
  {
    title: 'An index of some rows only',
    source: 'Atlas: index-partial',
    before: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title']))],
    after: (Index) => [
      entity('tasks', { title: text() }, Index('idx_tasks_title', ['title'], { where: `title <> ''` })),
    ],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title_new',
        `CREATE INDEX CONCURRENTLY idx_tasks_title_new ON tasks (title) WHERE title <> ''`,
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'ALTER INDEX idx_tasks_title_new RENAME TO idx_tasks_title',
      ],
    },
  },
  {
    title: 'An index of other rows',
    source: 'Atlas: index-partial',
    before: (Index) => [
      entity('tasks', { title: text() }, Index('idx_tasks_title', ['title'], { where: `title <> ''` })),
    ],
    after: (Index) => [
      entity('tasks', { title: text() }, Index('idx_tasks_title', ['title'], { where: `title > 'A'` })),
    ],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title_new',
        `CREATE INDEX CONCURRENTLY idx_tasks_title_new ON tasks (title) WHERE title > 'A'`,
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'ALTER INDEX idx_tasks_title_new RENAME TO idx_tasks_title',
      ],
    },
  },
  {
    title: 'An index that covers a query',
    source: 'Atlas: index-include',
    before: (Index) => [entity('tasks', { title: text(), note: optionalText() }, Index('idx_tasks_title', ['title']))],
    after: (Index) => [
      entity(
        'tasks',
        { title: text(), note: optionalText() },
        Index('idx_tasks_title', ['title'], { include: ['note'] }),
      ),
    ],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title_new',
        'CREATE INDEX CONCURRENTLY idx_tasks_title_new ON tasks (title) INCLUDE (note)',
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'ALTER INDEX idx_tasks_title_new RENAME TO idx_tasks_title',
      ],
    },
  },
  {
    title: 'An index of another method',
    source: 'Atlas: index-type',
    before: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title']))],
    after: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title'], { method: 'hash' }))],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title_new',
        'CREATE INDEX CONCURRENTLY idx_tasks_title_new ON tasks USING hash (title)',
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'ALTER INDEX idx_tasks_title_new RENAME TO idx_tasks_title',
      ],
    },
  },
  {
    title: 'An index with another operator class',
    source: 'Atlas: index-operator-class',
    before: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title']))],
    after: (Index) => [
      entity(
        'tasks',
        { title: text() },
        Index('idx_tasks_title', [{ property: 'title', operatorClass: 'text_pattern_ops' }]),
      ),
    ],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title_new',
        'CREATE INDEX CONCURRENTLY idx_tasks_title_new ON tasks (title text_pattern_ops)',
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'ALTER INDEX idx_tasks_title_new RENAME TO idx_tasks_title',
      ],
    },
  },
  {
    title: 'An index on an expression',
    source: 'Atlas: index-expr',
    before: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title']))],
    after: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', [{ expression: 'lower(title)' }]))],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title_new',
        'CREATE INDEX CONCURRENTLY idx_tasks_title_new ON tasks (lower(title))',
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'ALTER INDEX idx_tasks_title_new RENAME TO idx_tasks_title',
      ],
    },
  },
  {
    title: 'An index that becomes unique',
    source: 'Atlas: diff_test, indexes',
    before: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title']))],
    after: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title'], { unique: true }))],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title_new',
        'CREATE UNIQUE INDEX CONCURRENTLY idx_tasks_title_new ON tasks (title)',
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'ALTER INDEX idx_tasks_title_new RENAME TO idx_tasks_title',
      ],
    },
  },
  {
    title: 'A unique index for which NULLs are equal',
    source: 'Atlas: index-nulls-distinct',
    before: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title'], { unique: true }))],
    after: (Index) => [
      entity('tasks', { title: text() }, Index('idx_tasks_title', ['title'], { unique: true, nullsNotDistinct: true })),
    ],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title_new',
        'CREATE UNIQUE INDEX CONCURRENTLY idx_tasks_title_new ON tasks (title) NULLS NOT DISTINCT',
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'ALTER INDEX idx_tasks_title_new RENAME TO idx_tasks_title',
      ],
    },
  },
  {
    title: 'An index for nearest neighbours',
    source: 'Drizzle Kit: add index with op',
    before: () => [
      entity('tasks', { embedding: Column({ type: 'vector', length: 3, nullable: true }) }, Extension('vector')),
    ],
    after: (Index) => [
      entity(
        'tasks',
        { embedding: Column({ type: 'vector', length: 3, nullable: true }) },
        Extension('vector'),
        Index('idx_tasks_embedding', [{ property: 'embedding', operatorClass: 'vector_cosine_ops' }], {
          method: 'hnsw',
        }),
      ),
    ],
    rows: `INSERT INTO tasks (embedding) VALUES ('[1,2,3]')`,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_embedding',
        'CREATE INDEX CONCURRENTLY idx_tasks_embedding ON tasks USING hnsw (embedding vector_cosine_ops)',
      ],
    },
  },
  {
    title: 'An index of another name',
    source: 'Drizzle Kit: indexes',
    before: (Index) => [entity('tasks', { title: text() }, Index('idx_title', ['title']))],
    after: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title']))],
    rows: TITLES,
    up: {
      main: ['ALTER INDEX idx_title RENAME TO idx_tasks_title'],
    },
  },
  {
    title: 'An index less',
    source: 'Drizzle Kit: indexes',
    before: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title']))],
    after: () => [entity('tasks', { title: text() })],
    rows: TITLES,
    up: {
      concurrent: ['DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title'],
    },
  },
  {
    title: 'An index that a failed build has left invalid',
    source: 'activepieces: retry of invalid concurrent indexes',
    before: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title']))],
    byHand: `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_tasks_title'::regclass`,
    after: (Index) => [entity('tasks', { title: text() }, Index('idx_tasks_title', ['title']))],
    rows: TITLES,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_title',
        'CREATE INDEX CONCURRENTLY idx_tasks_title ON tasks (title)',
      ],
    },
  },
];

const triggers: SchemaCase[] = [
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

const security: SchemaCase[] = [
  {
    title: 'Row-level security',
    source: 'typeorm#9464',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: text() }, RowLevelSecurity(), own, Grant(reader, ['SELECT']))],
    rows: TITLES,
    up: {
      main: [
        ...makesReader,
        'ALTER TABLE tasks ENABLE ROW LEVEL SECURITY',
        'ALTER TABLE tasks FORCE ROW LEVEL SECURITY',
        `CREATE POLICY own ON tasks FOR SELECT TO case_reader
  USING (title = current_setting('app.title', true))`,
        'GRANT SELECT ON tasks TO case_reader',
      ],
    },
  },
  {
    title: 'A policy for other rows',
    source: 'Drizzle Kit: policies',
    before: () => [entity('tasks', { title: text() }, RowLevelSecurity(), own)],
    after: () => [
      entity(
        'tasks',
        { title: text() },
        RowLevelSecurity(),
        Policy({ name: 'own', command: 'SELECT', role: reader, using: `title <> 'Secret'` }),
      ),
    ],
    rows: TITLES,
    up: {
      main: [
        'DROP POLICY own ON tasks',
        `CREATE POLICY own ON tasks FOR SELECT TO case_reader
  USING (title <> 'Secret')`,
      ],
    },
  },
  {
    title: 'A policy for another command and role',
    source: 'migra: rls',
    before: () => [entity('tasks', { title: text() }, RowLevelSecurity(), own)],
    after: () => [
      entity(
        'tasks',
        { title: text() },
        RowLevelSecurity(),
        Policy({ name: 'own', command: 'UPDATE', role: writer, using: `title <> 'Secret'`, check: 'true' }),
      ),
    ],
    rows: TITLES,
    up: {
      main: [
        ...makesWriter,
        'DROP POLICY own ON tasks',
        `CREATE POLICY own ON tasks FOR UPDATE TO case_writer
  USING (title <> 'Secret')
  WITH CHECK (true)`,
      ],
    },
  },
  {
    title: 'A policy that looks into a new table',
    source: 'migra: dependencies',
    before: () => [entity('tasks', { title: text() }, RowLevelSecurity(), own)],
    after: () => [
      entity(
        'tasks',
        { title: text() },
        RowLevelSecurity(),
        Policy({ name: 'own', command: 'SELECT', role: reader, using: 'title IN (SELECT title FROM shared_titles)' }),
      ),
      entity('shared_titles', { title: text() }),
    ],
    rows: TITLES,
    up: {
      main: [
        `CREATE TABLE shared_titles (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  title text NOT NULL,
  CONSTRAINT pk_shared_titles PRIMARY KEY (id)
)`,
        'DROP POLICY own ON tasks',
        `CREATE POLICY own ON tasks FOR SELECT TO case_reader
  USING ((title IN ( SELECT shared_titles.title
   FROM shared_titles)))`,
      ],
    },
  },
  {
    title: 'No row-level security any more',
    source: 'Drizzle Kit: disable RLS',
    before: () => [entity('tasks', { title: text() }, RowLevelSecurity(), own)],
    after: () => [entity('tasks', { title: text() })],
    rows: TITLES,
    up: {
      main: [
        'DROP POLICY own ON tasks',
        'ALTER TABLE tasks DISABLE ROW LEVEL SECURITY',
        'ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY',
      ],
    },
  },
  {
    title: 'Row-level security that is not forced',
    source: 'typeorm#9464',
    before: () => [entity('tasks', { title: text() }, RowLevelSecurity(), own)],
    byHand: 'ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY',
    after: () => [entity('tasks', { title: text() }, RowLevelSecurity(), own)],
    rows: TITLES,
    up: {
      main: ['ALTER TABLE tasks FORCE ROW LEVEL SECURITY'],
    },
  },
  {
    title: 'A policy that somebody has opened',
    source: 'typeorm#9464',
    before: () => [entity('tasks', { title: text() }, RowLevelSecurity(), own)],
    byHand: 'ALTER POLICY own ON tasks TO PUBLIC USING (true)',
    after: () => [entity('tasks', { title: text() }, RowLevelSecurity(), own)],
    rows: TITLES,
    up: {
      main: [
        ...makesReader,
        'DROP POLICY own ON tasks',
        `CREATE POLICY own ON tasks FOR SELECT TO case_reader
  USING (title = current_setting('app.title', true))`,
      ],
    },
  },
  {
    title: 'The type of a column that a policy uses',
    source: 'Atlas: cli-migrate-diff-policy',
    before: () => [entity('tasks', { title: varchar(50) }, RowLevelSecurity(), own)],
    after: () => [entity('tasks', { title: varchar(80) }, RowLevelSecurity(), own)],
    rows: TITLES,
    up: {
      main: [
        'DROP POLICY own ON tasks',
        'ALTER TABLE tasks ALTER COLUMN title TYPE varchar(80)',
        `CREATE POLICY own ON tasks FOR SELECT TO case_reader
  USING (title::text = current_setting('app.title', true))`,
      ],
    },
  },
  {
    title: 'New rights for new roles',
    source: 'migra: privileges',
    before: () => [entity('tasks', { title: text(), secret: optionalText() })],
    after: () => [
      entity(
        'tasks',
        { title: text(), secret: optionalText() },
        Grant(reader, ['SELECT'], ['id', 'title']),
        Grant(writer, ['SELECT', 'INSERT', 'UPDATE', 'DELETE']),
      ),
    ],
    rows: TITLES,
    up: {
      main: [
        ...makesReader,
        ...makesWriter,
        'GRANT SELECT (id, title) ON tasks TO case_reader',
        'GRANT SELECT, INSERT, UPDATE, DELETE ON tasks TO case_writer',
      ],
    },
  },
  {
    title: 'A right on fewer columns',
    source: 'migra: privileges',
    before: () => [entity('tasks', { title: text(), secret: optionalText() }, Grant(reader, ['SELECT', 'UPDATE']))],
    after: () => [
      entity(
        'tasks',
        { title: text(), secret: optionalText() },
        Grant(reader, ['UPDATE']),
        Grant(reader, ['SELECT'], ['id', 'title']),
      ),
    ],
    rows: TITLES,
    up: {
      main: ['REVOKE SELECT ON tasks FROM case_reader', 'GRANT SELECT (id, title) ON tasks TO case_reader'],
    },
  },
  {
    title: 'A right on one more column',
    source: 'migra: privileges',
    before: () => [entity('tasks', { title: text(), note: optionalText() }, Grant(reader, ['SELECT'], ['title']))],
    after: () => [
      entity('tasks', { title: text(), note: optionalText() }, Grant(reader, ['SELECT'], ['title', 'note'])),
    ],
    rows: TITLES,
    up: {
      main: ['GRANT SELECT (note, title) ON tasks TO case_reader'],
    },
  },
  {
    title: 'A right less',
    source: 'migra: privileges',
    before: () => [entity('tasks', { title: text() }, Grant(writer, ['SELECT', 'DELETE']))],
    after: () => [entity('tasks', { title: text() }, Grant(writer, ['SELECT']))],
    rows: TITLES,
    up: {
      main: ['REVOKE DELETE ON tasks FROM case_writer'],
    },
  },
];

const comments: SchemaCase[] = [
  {
    title: "A table's comment",
    source: 'Atlas: diff_test, add comment',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: text() }, comment(`What is to do: "all", 'it' \`q\` \${x} and \\.`))],
    rows: TITLES,
    up: {
      main: [`COMMENT ON TABLE tasks IS 'What is to do: "all", ''it'' \`q\` \${x} and \\.'`],
    },
  },
  {
    title: 'Another comment on a column',
    source: 'Atlas: column-comment',
    before: () => [entity('tasks', { title: text({ comment: 'Its name.' }) })],
    after: () => [entity('tasks', { title: text({ comment: "Its owner's name for it." }) })],
    rows: TITLES,
    up: {
      main: [`COMMENT ON COLUMN tasks.title IS 'Its owner''s name for it.'`],
    },
  },
  {
    title: 'No comment any more',
    source: 'Atlas: diff_test, drop comment',
    before: () => [entity('tasks', { title: text({ comment: 'Its name.' }) }, comment('What is to do.'))],
    after: () => [entity('tasks', { title: text() })],
    rows: TITLES,
    up: {
      main: ['COMMENT ON COLUMN tasks.title IS NULL', 'COMMENT ON TABLE tasks IS NULL'],
    },
  },
];

const tablesAndMore: SchemaCase[] = [
  {
    title: 'A new table',
    source: 'Drizzle Kit: add table',
    before: () => [entity('users')],
    after: (Index) => {
      const user = entity('users');
      return [
        user,
        entity(
          'tasks',
          {
            title: [varchar(255, { comment: 'What is to do.' }), Check(`"title" <> ''`)],
            status: Enumeration(['open', 'done'], { default: 'open' }),
            settings: Column({ type: 'jsonb', default: {} }),
            userId: Column({ type: 'uuid' }),
            user: [ManyToOne(() => user, { onDelete: 'CASCADE', nullable: false }), JoinColumn({ name: 'user_id' })],
            ...changedAt,
          },
          Unique(['userId', 'title']),
          Index('idx_tasks_changed_at', [{ property: 'changedAt', order: 'DESC' }], {
            where: 'changed_at IS NOT NULL',
          }),
          touchOnUpdate,
          RowLevelSecurity(),
          own,
          Grant(reader, ['SELECT']),
          comment('What people have to do.'),
        ),
      ];
    },
    rows: 'INSERT INTO users DEFAULT VALUES',
    up: {
      main: [
        ...makesReader,
        ...makesTouch,
        `CREATE TABLE tasks (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  title varchar(255) NOT NULL,
  status text NOT NULL DEFAULT 'open',
  settings jsonb NOT NULL DEFAULT '{}',
  user_id uuid NOT NULL,
  changed_at timestamptz,
  CONSTRAINT pk_tasks PRIMARY KEY (id),
  CONSTRAINT uq_tasks_user_id_title UNIQUE (user_id, title),
  CONSTRAINT chk_tasks_status CHECK (status IN ('open', 'done')),
  CONSTRAINT chk_tasks_title CHECK (title::text <> ''),
  CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`,
        'CREATE INDEX idx_tasks_changed_at ON tasks (changed_at DESC) WHERE changed_at IS NOT NULL',
        'CREATE TRIGGER touch BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch()',
        'ALTER TABLE tasks ENABLE ROW LEVEL SECURITY',
        'ALTER TABLE tasks FORCE ROW LEVEL SECURITY',
        `CREATE POLICY own ON tasks FOR SELECT TO case_reader
  USING (title::text = current_setting('app.title', true))`,
        'GRANT SELECT ON tasks TO case_reader',
        `COMMENT ON TABLE tasks IS 'What people have to do.'`,
        `COMMENT ON COLUMN tasks.title IS 'What is to do.'`,
      ],
    },
  },
  {
    title: 'A table less',
    source: 'Drizzle Kit: drop table',
    before: () => {
      const user = entity('users');
      return [
        user,
        entity(
          'tasks',
          { user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })], ...changedAt },
          touchOnUpdate,
        ),
      ];
    },
    after: () => [entity('users')],
    rows: 'INSERT INTO users DEFAULT VALUES; INSERT INTO tasks (user_id) SELECT id FROM users',
    hazards: ['drop-table'],
    up: {
      main: ['DROP TABLE tasks', 'DROP FUNCTION touch()'],
    },
  },
  {
    title: 'Two tables that refer to each other',
    source: 'Atlas: foreign-key',
    before: () => [],
    after: () => {
      const lists: EntityClass = entity('lists', {
        first: [ManyToOne(() => tasks), JoinColumn({ name: 'first_id' })],
      });
      const tasks: EntityClass = entity('tasks', {
        list: [ManyToOne(() => lists), JoinColumn({ name: 'list_id' })],
        before: [ManyToOne(() => tasks), JoinColumn({ name: 'before_id' })],
      });
      return [lists, tasks];
    },
    up: {
      main: [
        `CREATE TABLE tasks (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  list_id uuid,
  before_id uuid,
  CONSTRAINT pk_tasks PRIMARY KEY (id),
  CONSTRAINT fk_tasks_before_id FOREIGN KEY (before_id) REFERENCES tasks (id)
)`,
        `CREATE TABLE lists (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  first_id uuid,
  CONSTRAINT pk_lists PRIMARY KEY (id),
  CONSTRAINT fk_lists_first_id FOREIGN KEY (first_id) REFERENCES tasks (id)
)`,
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_list_id FOREIGN KEY (list_id) REFERENCES lists (id)',
      ],
    },
  },
  {
    title: 'A new view',
    source: 'Drizzle Kit: create table and view',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: text() }), view('titles', 'SELECT title FROM tasks')],
    rows: TITLES,
    up: {
      main: [
        `CREATE VIEW titles AS
 SELECT title
   FROM tasks`,
      ],
    },
  },
  {
    title: 'Another view under the same name',
    source: 'Drizzle Kit: alter view',
    before: () => [entity('tasks', { title: text() }), view('titles', 'SELECT title FROM tasks')],
    after: () => [entity('tasks', { title: text() }), view('titles', `SELECT upper(title) AS title FROM tasks`)],
    rows: TITLES,
    up: {
      main: [
        'DROP VIEW titles',
        `CREATE VIEW titles AS
 SELECT upper(title) AS title
   FROM tasks`,
      ],
    },
  },
  {
    title: 'A view that becomes a materialized one',
    source: 'migra: dependencies3',
    before: () => [entity('tasks', { title: text() }), view('titles', 'SELECT title FROM tasks')],
    after: () => [entity('tasks', { title: text() }), view('titles', 'SELECT title FROM tasks', true)],
    rows: TITLES,
    up: {
      main: [
        'DROP VIEW titles',
        `CREATE MATERIALIZED VIEW titles AS
 SELECT title
   FROM tasks`,
      ],
    },
  },
  {
    title: 'The type of a column that views use',
    source: 'migra: dependencies',
    before: () => [
      entity('tasks', { title: varchar(50) }),
      view('titles', 'SELECT title FROM tasks'),
      view('x_titles', `SELECT title FROM titles WHERE title <> ''`),
    ],
    after: () => [
      entity('tasks', { title: text() }),
      view('titles', 'SELECT title FROM tasks'),
      view('x_titles', `SELECT title FROM titles WHERE title <> ''`),
    ],
    rows: TITLES,
    up: {
      main: [
        'DROP VIEW x_titles',
        'DROP VIEW titles',
        'ALTER TABLE tasks ALTER COLUMN title TYPE text',
        `CREATE VIEW titles AS
 SELECT title
   FROM tasks`,
        `CREATE VIEW x_titles AS
 SELECT title
   FROM titles
  WHERE title <> ''::text`,
      ],
    },
  },
  {
    title: 'A view less',
    source: 'Drizzle Kit: drop view',
    before: () => [entity('tasks', { title: text() }), view('titles', 'SELECT title FROM tasks')],
    after: () => [entity('tasks', { title: text() })],
    rows: TITLES,
    up: {
      main: ['DROP VIEW titles'],
    },
  },
  {
    title: 'A native enumeration with one more value',
    source: 'migra: enumdefaults',
    before: () => [
      entity('tasks', { mood: Column({ type: 'enum', enum: ['happy', 'sad'], enumName: 'mood', default: 'sad' }) }),
    ],
    after: () => [
      entity('tasks', {
        mood: Column({ type: 'enum', enum: ['happy', 'calm', 'sad'], enumName: 'mood', default: 'sad' }),
      }),
    ],
    rows: `INSERT INTO tasks (mood) VALUES ('happy')`,
    up: {
      main: [`ALTER TYPE mood ADD VALUE 'calm' BEFORE 'sad'`],
    },
  },
  {
    title: 'A native enumeration with a value less',
    source: 'Drizzle Kit: drop enum value, enum is columns data type',
    before: () => [
      entity('tasks', {
        mood: Column({ type: 'enum', enum: ['happy', 'calm', 'sad'], enumName: 'mood', default: 'sad' }),
      }),
    ],
    after: () => [
      entity('tasks', { mood: Column({ type: 'enum', enum: ['happy', 'sad'], enumName: 'mood', default: 'sad' }) }),
    ],
    rows: `INSERT INTO tasks (mood) VALUES ('happy')`,
    hazards: ['narrowing'],
    up: {
      main: [
        'ALTER TYPE mood RENAME TO mood_former',
        `CREATE TYPE mood AS ENUM ('happy', 'sad')`,
        'ALTER TABLE tasks ALTER COLUMN mood DROP DEFAULT',
        'ALTER TABLE tasks ALTER COLUMN mood TYPE mood USING mood::text::mood',
        `ALTER TABLE tasks ALTER COLUMN mood SET DEFAULT 'sad'::mood`,
        'DROP TYPE mood_former',
      ],
    },
  },
  {
    title: 'A native enumeration becomes a checked text',
    source: 'Drizzle Kit: change data type from enum type to standard type, column has default',
    before: () => [
      entity('tasks', { mood: Column({ type: 'enum', enum: ['happy', 'sad'], enumName: 'mood', default: 'sad' }) }),
    ],
    after: () => [entity('tasks', { mood: Enumeration(['happy', 'sad'], { default: 'sad' }) })],
    rows: `INSERT INTO tasks (mood) VALUES ('happy')`,
    hazards: ['rewrite', 'drop-type'],
    up: {
      main: [
        'ALTER TABLE tasks ALTER COLUMN mood DROP DEFAULT',
        'ALTER TABLE tasks ALTER COLUMN mood TYPE text',
        `ALTER TABLE tasks ALTER COLUMN mood SET DEFAULT 'sad'`,
        `ALTER TABLE tasks ADD CONSTRAINT chk_tasks_mood CHECK (mood IN ('happy', 'sad')) NOT VALID`,
        'DROP TYPE mood',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT chk_tasks_mood'],
    },
  },
  {
    title: 'An extension and a column of its type',
    source: 'migra: everything',
    before: () => [entity('tasks', { title: text() })],
    after: () => [
      entity(
        'tasks',
        { title: text(), embedding: Column({ type: 'vector', length: 3, nullable: true }) },
        Extension('vector'),
      ),
    ],
    rows: TITLES,
    up: {
      main: ['CREATE EXTENSION IF NOT EXISTS vector', 'ALTER TABLE tasks ADD COLUMN embedding vector(3)'],
    },
  },
  {
    title: 'An extension less',
    source: 'migra: everything',
    before: () => [
      entity(
        'tasks',
        { title: text(), embedding: Column({ type: 'vector', length: 3, nullable: true }) },
        Extension('vector'),
      ),
    ],
    after: () => [entity('tasks', { title: text() })],
    rows: TITLES,
    hazards: ['drop-column'],
    up: {
      main: ['ALTER TABLE tasks DROP COLUMN embedding'],
    },
  },
  {
    title: 'A column that somebody has added',
    source: 'db:drift',
    before: () => [entity('tasks', { title: text() })],
    byHand: 'ALTER TABLE tasks ADD COLUMN rogue integer',
    after: () => [entity('tasks', { title: text() })],
    rows: TITLES,
    hazards: ['drop-column'],
    up: {
      main: ['ALTER TABLE tasks DROP COLUMN rogue'],
    },
  },
];

export const casesByKind: Record<string, SchemaCase[]> = {
  'Types and columns': typesAndColumns,
  Constraints: constraints,
  Indexes: indexes,
  'Triggers and functions': triggers,
  'Row-level security and rights': security,
  Comments: comments,
  'Tables, views, types and extensions': tablesAndMore,
};

export const cases = Object.values(casesByKind).flat();
