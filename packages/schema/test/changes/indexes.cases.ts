import { Column } from 'typeorm';
import { Extension } from '../../src';
import type { SchemaCase } from './case';
import { text, optionalText, integer, TITLES } from './case-parts';
import { entity } from '../entities';

export const indexes: SchemaCase[] = [
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
