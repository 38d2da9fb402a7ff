import { Check, Column, JoinColumn, ManyToOne, Unique } from 'typeorm';
import { Enumeration, Grant, RowLevelSecurity } from '../../src';
import type { EntityClass } from '../../src/language/declarations';
import type { SchemaCase } from './case';
import { changedAt, makesReader, makesTouch, own, reader, touchOnUpdate, varchar } from './case-parts';
import { comment, entity } from '../entities';

export const tables: SchemaCase[] = [
  {
    title: 'A new table',
    source: 'Drizzle Kit: add table',
    before: () => [entity('users')],
    after: (Index) => {
      const user = entity('users');
      return [
        user,
        entity(
          'tasks',
          {
            title: [varchar(255, { comment: 'What is to do.' }), Check(`"title" <> ''`)],
            status: Enumeration(['open', 'done'], { default: 'open' }),
            settings: Column({ type: 'jsonb', default: {} }),
            userId: Column({ type: 'uuid' }),
            user: [ManyToOne(() => user, { onDelete: 'CASCADE', nullable: false }), JoinColumn({ name: 'user_id' })],
            ...changedAt,
          },
          Unique(['userId', 'title']),
          Index('idx_tasks_changed_at', [{ property: 'changedAt', order: 'DESC' }], {
            where: 'changed_at IS NOT NULL',
          }),
          touchOnUpdate,
          RowLevelSecurity(),
          own,
          Grant(reader, ['SELECT']),
          comment('What people have to do.'),
        ),
      ];
    },
    rows: 'INSERT INTO users DEFAULT VALUES',
    up: {
      main: [
        ...makesReader,
        ...makesTouch,
        `CREATE TABLE tasks (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  title varchar(255) NOT NULL,
  status text NOT NULL DEFAULT 'open',
  settings jsonb NOT NULL DEFAULT '{}',
  user_id uuid NOT NULL,
  changed_at timestamptz,
  CONSTRAINT pk_tasks PRIMARY KEY (id),
  CONSTRAINT uq_tasks_user_id_title UNIQUE (user_id, title),
  CONSTRAINT chk_tasks_status CHECK (status IN ('open', 'done')),
  CONSTRAINT chk_tasks_title CHECK (title::text <> ''),
  CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`,
        'CREATE INDEX idx_tasks_changed_at ON tasks (changed_at DESC) WHERE changed_at IS NOT NULL',
        'CREATE TRIGGER touch BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch()',
        'ALTER TABLE tasks ENABLE ROW LEVEL SECURITY',
        'ALTER TABLE tasks FORCE ROW LEVEL SECURITY',
        `CREATE POLICY own ON tasks FOR SELECT TO case_reader
  USING (title::text = current_setting('app.title', true))`,
        'GRANT SELECT ON tasks TO case_reader',
        `COMMENT ON TABLE tasks IS 'What people have to do.'`,
        `COMMENT ON COLUMN tasks.title IS 'What is to do.'`,
      ],
    },
  },
  {
    title: 'A table less',
    source: 'Drizzle Kit: drop table',
    before: () => {
      const user = entity('users');
      return [
        user,
        entity(
          'tasks',
          { user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })], ...changedAt },
          touchOnUpdate,
        ),
      ];
    },
    after: () => [entity('users')],
    rows: 'INSERT INTO users DEFAULT VALUES; INSERT INTO tasks (user_id) SELECT id FROM users',
    hazards: ['drop-table'],
    up: {
      main: ['DROP TABLE tasks', 'DROP FUNCTION touch()'],
    },
  },
  {
    title: 'Two tables that refer to each other',
    source: 'Atlas: foreign-key',
    before: () => [],
    after: () => {
      const lists: EntityClass = entity('lists', {
        first: [ManyToOne(() => tasks), JoinColumn({ name: 'first_id' })],
      });
      const tasks: EntityClass = entity('tasks', {
        list: [ManyToOne(() => lists), JoinColumn({ name: 'list_id' })],
        before: [ManyToOne(() => tasks), JoinColumn({ name: 'before_id' })],
      });
      return [lists, tasks];
    },
    up: {
      main: [
        `CREATE TABLE tasks (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  list_id uuid,
  before_id uuid,
  CONSTRAINT pk_tasks PRIMARY KEY (id),
  CONSTRAINT fk_tasks_before_id FOREIGN KEY (before_id) REFERENCES tasks (id)
)`,
        `CREATE TABLE lists (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  first_id uuid,
  CONSTRAINT pk_lists PRIMARY KEY (id),
  CONSTRAINT fk_lists_first_id FOREIGN KEY (first_id) REFERENCES tasks (id)
)`,
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_list_id FOREIGN KEY (list_id) REFERENCES lists (id)',
      ],
    },
  },
];
