import { Unique } from 'typeorm';
import type { SchemaCase } from './case';
import { text, integer, TITLES } from './case-parts';
import { entity } from '../entities';

export const uniqueConstraints: SchemaCase[] = [
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
];
