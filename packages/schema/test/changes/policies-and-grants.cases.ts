import { Grant, Policy, RowLevelSecurity } from '../../src';
import type { SchemaCase } from './case';
import { makesReader, makesWriter, optionalText, own, reader, text, TITLES, varchar, writer } from './case-parts';
import { entity } from '../entities';

export const policiesAndGrants: SchemaCase[] = [
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
