import { Check } from 'typeorm';
import { Enumeration } from '../../src';
import type { SchemaCase } from './case';
import { text, varchar, integer, TITLES, NUMBERS } from './case-parts';
import { entity } from '../entities';

export const checks: SchemaCase[] = [
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
];
