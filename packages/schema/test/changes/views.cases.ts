import type { SchemaCase } from './case';
import { text, varchar, TITLES } from './case-parts';
import { entity, view } from '../entities';

export const views: SchemaCase[] = [
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
];
