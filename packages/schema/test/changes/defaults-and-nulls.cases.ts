import { Column } from 'typeorm';
import type { SchemaCase } from './case';
import { text, optionalText, integer, timestamptz, TITLES } from './case-parts';
import { entity } from '../entities';

export const defaultsAndNulls: SchemaCase[] = [
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
];
