import { Column } from 'typeorm';
import { Extension } from '../../src';
import type { SchemaCase } from './case';
import { text, TITLES } from './case-parts';
import { entity } from '../entities';

export const extensions: SchemaCase[] = [
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
