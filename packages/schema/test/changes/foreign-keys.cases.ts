import { Column, JoinColumn, JoinTable, ManyToMany, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import type { SchemaCase } from './case';
import { text, integer, TITLES } from './case-parts';
import { entity } from '../entities';

export const foreignKeys: SchemaCase[] = [
  {
    title: 'A new relation',
    source: 'Atlas: foreign-key',
    before: () => [entity('users'), entity('tasks', { title: text() })],
    after: (Index) => {
      const user = entity('users');
      return [
        user,
        entity(
          'tasks',
          {
            title: text(),
            userId: Column({ type: 'uuid', nullable: true }),
            user: [ManyToOne(() => user, { onDelete: 'CASCADE' }), JoinColumn({ name: 'user_id' })],
          },
          Index('idx_tasks_user_id', ['userId']),
        ),
      ];
    },
    rows: TITLES,
    up: {
      main: [
        'ALTER TABLE tasks ADD COLUMN user_id uuid',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE NOT VALID',
      ],
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS idx_tasks_user_id',
        'CREATE INDEX CONCURRENTLY idx_tasks_user_id ON tasks (user_id)',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_user_id'],
    },
  },
  {
    title: 'Another ON DELETE',
    source: 'Atlas: foreign-key-action',
    before: () => {
      const user = entity('users');
      return [user, entity('tasks', { user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })] })];
    },
    after: () => {
      const user = entity('users');
      return [
        user,
        entity('tasks', { user: [ManyToOne(() => user, { onDelete: 'SET NULL' }), JoinColumn({ name: 'user_id' })] }),
      ];
    },
    rows: `INSERT INTO users DEFAULT VALUES; INSERT INTO tasks (user_id) SELECT id FROM users`,
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT fk_tasks_user_id',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL NOT VALID',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_user_id'],
    },
  },
  {
    title: 'A foreign key that is checked at the end of the transaction',
    source: 'migra: constraints',
    before: () => {
      const user = entity('users');
      return [user, entity('tasks', { user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })] })];
    },
    after: () => {
      const user = entity('users');
      return [
        user,
        entity('tasks', {
          user: [ManyToOne(() => user, { deferrable: 'INITIALLY DEFERRED' }), JoinColumn({ name: 'user_id' })],
        }),
      ];
    },
    rows: `INSERT INTO users DEFAULT VALUES; INSERT INTO tasks (user_id) SELECT id FROM users`,
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT fk_tasks_user_id',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED NOT VALID',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_user_id'],
    },
  },
  {
    title: 'A relation to another table',
    source: 'Atlas: diff_test, foreign-keys',
    before: () => {
      const user = entity('users');
      return [
        user,
        entity('teams'),
        entity('tasks', { owner: [ManyToOne(() => user), JoinColumn({ name: 'owner_id' })] }),
      ];
    },
    after: () => {
      const team = entity('teams');
      return [
        entity('users'),
        team,
        entity('tasks', { owner: [ManyToOne(() => team), JoinColumn({ name: 'owner_id' })] }),
      ];
    },
    rows: `INSERT INTO tasks DEFAULT VALUES`,
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT fk_tasks_owner_id',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_owner_id FOREIGN KEY (owner_id) REFERENCES teams (id) NOT VALID',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_owner_id'],
    },
  },
  {
    title: 'A relation less',
    source: 'Atlas: foreign-key',
    before: () => {
      const user = entity('users');
      return [
        user,
        entity('tasks', {
          userId: Column({ type: 'uuid', nullable: true }),
          user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })],
        }),
      ];
    },
    after: () => [entity('users'), entity('tasks', { userId: Column({ type: 'uuid', nullable: true }) })],
    rows: `INSERT INTO users DEFAULT VALUES; INSERT INTO tasks (user_id) SELECT id FROM users`,
    up: {
      main: ['ALTER TABLE tasks DROP CONSTRAINT fk_tasks_user_id'],
    },
  },
  {
    title: 'A foreign key to a key that is new as well',
    source: 'Drizzle Kit: add column before creating unique constraint',
    before: () => {
      const list = entity('lists', { owner: text() });
      return [list, entity('tasks', { listId: Column({ type: 'uuid' }), owner: text() })];
    },
    after: () => {
      const list = entity('lists', { owner: text() }, Unique(['id', 'owner']));
      return [
        list,
        entity('tasks', {
          listId: Column({ type: 'uuid' }),
          owner: text(),
          list: [
            ManyToOne(() => list),
            JoinColumn([
              { name: 'list_id', referencedColumnName: 'id' },
              { name: 'owner', referencedColumnName: 'owner' },
            ]),
          ],
        }),
      ];
    },
    rows: `INSERT INTO lists (owner) VALUES ('me'); INSERT INTO tasks (list_id, owner) SELECT id, owner FROM lists`,
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS uq_lists_id_owner',
        'CREATE UNIQUE INDEX CONCURRENTLY uq_lists_id_owner ON lists (id, owner)',
      ],
      validate: [
        'ALTER TABLE lists ADD CONSTRAINT uq_lists_id_owner UNIQUE USING INDEX uq_lists_id_owner',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_list_id_owner FOREIGN KEY (list_id, owner) REFERENCES lists (id, owner) NOT VALID',
      ],
      'validate again': ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_list_id_owner'],
    },
  },
  {
    title: 'A key of another type, and the foreign key to it',
    source: 'Atlas: diff_test, foreign-keys',
    before: () => {
      const user = entity('users', { id: PrimaryColumn({ type: 'text' }) });
      return [user, entity('tasks', { user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })] })];
    },
    after: () => {
      const user = entity('users', { id: PrimaryColumn({ type: 'uuid' }) });
      return [user, entity('tasks', { user: [ManyToOne(() => user), JoinColumn({ name: 'user_id' })] })];
    },
    rows: `INSERT INTO users VALUES (gen_random_uuid()); INSERT INTO tasks (user_id) SELECT id FROM users`,
    hazards: ['conversion'],
    up: {
      main: [
        'ALTER TABLE tasks DROP CONSTRAINT fk_tasks_user_id',
        'ALTER TABLE tasks ALTER COLUMN user_id TYPE uuid USING user_id::uuid',
        'ALTER TABLE users ALTER COLUMN id TYPE uuid USING id::uuid',
        'ALTER TABLE tasks ADD CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID',
      ],
      validate: ['ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_user_id'],
    },
  },
  {
    title: 'A table between two',
    source: 'TypeORM: many-to-many',
    before: () => [entity('tags'), entity('tasks')],
    after: () => {
      const tag = entity('tags');
      return [tag, entity('tasks', { tags: [ManyToMany(() => tag), JoinTable({ name: 'task_tags' })] })];
    },
    rows: 'INSERT INTO tasks DEFAULT VALUES',
    up: {
      main: [
        `CREATE TABLE task_tags (
  tasks_id uuid NOT NULL,
  tags_id uuid NOT NULL,
  CONSTRAINT pk_task_tags PRIMARY KEY (tasks_id, tags_id),
  CONSTRAINT fk_task_tags_tags_id FOREIGN KEY (tags_id) REFERENCES tags (id) ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT fk_task_tags_tasks_id FOREIGN KEY (tasks_id) REFERENCES tasks (id) ON UPDATE CASCADE ON DELETE CASCADE
)`,
        'CREATE INDEX idx_task_tags_tags_id ON task_tags (tags_id)',
        'CREATE INDEX idx_task_tags_tasks_id ON task_tags (tasks_id)',
      ],
    },
  },
  {
    title: 'A key of two columns',
    source: 'Drizzle Kit: alter composite primary key',
    before: () => [entity('tasks', { id: PrimaryColumn({ type: 'integer' }), rank: integer() })],
    after: () => [
      entity('tasks', { id: PrimaryColumn({ type: 'integer' }), rank: PrimaryColumn({ type: 'integer' }) }),
    ],
    rows: 'INSERT INTO tasks VALUES (1, 1), (2, 1)',
    up: {
      concurrent: [
        'DROP INDEX CONCURRENTLY IF EXISTS pk_tasks_new',
        'CREATE UNIQUE INDEX CONCURRENTLY pk_tasks_new ON tasks (id, rank)',
      ],
      validate: [
        'ALTER TABLE tasks DROP CONSTRAINT pk_tasks',
        'ALTER TABLE tasks ADD CONSTRAINT pk_tasks PRIMARY KEY USING INDEX pk_tasks_new',
      ],
    },
  },
];
