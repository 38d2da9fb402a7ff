import { Check, JoinColumn, ManyToOne, Unique } from 'typeorm';
import { FormerName, Grant, Policy, RowLevelSecurity } from '../../src';
import type { SchemaCase } from './case';
import { text, optionalText, varchar, integer, TITLES, reader, own } from './case-parts';
import { entity } from '../entities';

export const columns: SchemaCase[] = [
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
];
