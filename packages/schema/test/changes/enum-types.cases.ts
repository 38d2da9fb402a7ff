import { Column } from 'typeorm';
import { Enumeration } from '../../src';
import type { SchemaCase } from './case';
import { entity } from '../entities';

export const enumTypes: SchemaCase[] = [
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
];
