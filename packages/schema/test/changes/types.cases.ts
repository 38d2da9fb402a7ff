import { Column } from 'typeorm';
import { Extension } from '../../src';
import type { SchemaCase } from './case';
import { text, optionalText, varchar, integer, timestamptz, TITLES, NUMBERS } from './case-parts';
import { entity } from '../entities';

export const types: SchemaCase[] = [
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
];
