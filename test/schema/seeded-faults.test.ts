import { join } from 'node:path';
import type { Client } from 'pg';
import ormconfig from '../../ormconfig';
import { differencesBetween } from '../../packages/schema/src/checks/comparison';
import { type Catalog, readCatalog } from '../../packages/schema/src/catalog/catalog';
import { catalogOfEntities } from '../../packages/schema/src/catalog/entities';
import { emptyDatabase, migratedDatabase, type TestDatabase } from '../databases';

let database: TestDatabase;
let client: Client;
let declared: Catalog;

beforeAll(async () => {
  const scratch = await emptyDatabase();
  declared = await catalogOfEntities(ormconfig.options, scratch.url, join(__dirname, '../../src/entities'));
  await scratch.close();
  database = await migratedDatabase();
  client = await database.connect();
});

afterAll(() => database.close());

const OWN = "user_id = (SELECT nullif(current_setting('app.user_id', true), '')::uuid)";
const FUNCTION = 'CREATE OR REPLACE FUNCTION keep_timestamps() RETURNS trigger LANGUAGE plpgsql';

/** What may be wrong with the migrated database: in words, the SQL that makes it so, and what the comparison has to name. */
const FAULTS: [fault: string, sql: string, named: string][] = [
  // Tables and columns
  ['a table is missing', 'DROP TABLE message_embeddings', 'message_embeddings'],
  ['a table too many', 'CREATE TABLE rogue ()', 'rogue'],
  ['a column is missing', 'ALTER TABLE tasks DROP COLUMN description', 'description'],
  ['a column too many', 'ALTER TABLE tasks ADD COLUMN rogue text', 'rogue'],
  ['a column takes NULL', 'ALTER TABLE tasks ALTER COLUMN title DROP NOT NULL', 'title'],
  ['a column does not take NULL', 'ALTER TABLE tasks ALTER COLUMN description SET NOT NULL', 'description'],
  ['another length', 'ALTER TABLE tasks ALTER COLUMN title TYPE varchar(100)', 'title'],
  ['another type', 'ALTER TABLE authors ALTER COLUMN follower_count TYPE bigint', 'follower_count'],
  ['no time zone', 'ALTER TABLE tasks ALTER COLUMN created_at TYPE timestamp', 'created_at'],
  ['another collation', 'ALTER TABLE tasks ALTER COLUMN title TYPE varchar(255) COLLATE "C"', 'title'],
  ['another dimension', 'ALTER TABLE message_embeddings ALTER COLUMN embedding TYPE vector(3)', 'embedding'],
  ['another default', 'ALTER TABLE tasks ALTER COLUMN completed SET DEFAULT true', 'completed'],
  ['no default', 'ALTER TABLE tasks ALTER COLUMN id DROP DEFAULT', 'id'],
  ['a default too many', "ALTER TABLE tasks ALTER COLUMN title SET DEFAULT ''", 'title'],
  ['an edited comment', "COMMENT ON COLUMN tasks.title IS 'Something else.'", 'title'],
  ['no comment', 'COMMENT ON TABLE tasks IS NULL', 'tasks'],
  ['no extension', 'DROP EXTENSION vector CASCADE', 'embedding'],

  // Constraints
  [
    'an edited CHECK',
    `ALTER TABLE users DROP CONSTRAINT chk_users_role, ADD CONSTRAINT chk_users_role CHECK (role IN ('educator', 'coach'))`,
    'chk_users_role',
  ],
  ['no CHECK', 'ALTER TABLE users DROP CONSTRAINT chk_users_role', 'chk_users_role'],
  [
    'a CHECK NOT VALID',
    `ALTER TABLE users DROP CONSTRAINT chk_users_role, ADD CONSTRAINT chk_users_role CHECK (role IN ('educator', 'coach', 'admin')) NOT VALID`,
    'chk_users_role',
  ],
  ['another ON DELETE', foreignKey('ON DELETE SET NULL'), 'fk_tasks_user_id'],
  ['a foreign key NOT VALID', foreignKey('ON DELETE CASCADE NOT VALID'), 'fk_tasks_user_id'],
  ['a deferrable foreign key', foreignKey('ON DELETE CASCADE DEFERRABLE'), 'fk_tasks_user_id'],
  ['no foreign key', 'ALTER TABLE tasks DROP CONSTRAINT fk_tasks_user_id', 'fk_tasks_user_id'],
  ['no primary key', 'ALTER TABLE audit_logs DROP CONSTRAINT pk_audit_logs', 'pk_audit_logs'],
  ['no unique constraint', 'ALTER TABLE competitors DROP CONSTRAINT uq_competitors_name', 'uq_competitors_name'],
  [
    'a constraint of another name',
    'ALTER TABLE tasks RENAME CONSTRAINT fk_tasks_user_id TO fk_rogue',
    'fk_tasks_user_id',
  ],

  // Indexes
  ['no index', 'DROP INDEX idx_tasks_user_id', 'idx_tasks_user_id'],
  ['an index too many', 'CREATE INDEX idx_rogue ON tasks (title)', 'idx_rogue'],
  [
    'a wider predicate',
    index('idx_intents_pending', 'scheduled_intents (next_check) WHERE enabled = true'),
    'idx_intents_pending',
  ],
  [
    'no predicate',
    index('idx_intents_user_enabled', 'scheduled_intents (user_id, enabled)'),
    'idx_intents_user_enabled',
  ],
  [
    'another order of columns',
    index('idx_intents_type', 'scheduled_intents (trigger_type, user_id)'),
    'idx_intents_type',
  ],
  [
    'DESC is lost',
    index('idx_tasks_user_id_created_at', 'tasks (user_id, created_at)'),
    'idx_tasks_user_id_created_at',
  ],
  [
    'NULLS LAST',
    index('idx_tasks_user_id_created_at', 'tasks (user_id, created_at DESC NULLS LAST)'),
    'idx_tasks_user_id_created_at',
  ],
  ['INCLUDE is lost', index('idx_sessions_id', 'sessions (id) INCLUDE (user_id)'), 'idx_sessions_id'],
  [
    'another operator class',
    index('idx_message_embeddings_embedding', 'message_embeddings USING hnsw (embedding vector_l2_ops)'),
    'idx_message_embeddings_embedding',
  ],
  [
    'another access method',
    index('idx_sessions_expires_at', 'sessions USING brin (expires_at)'),
    'idx_sessions_expires_at',
  ],
  ['UNIQUE is lost', index('idx_users_email', 'users (email)'), 'idx_users_email'],
  [
    'an invalid index',
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_tasks_user_id'::regclass`,
    'idx_tasks_user_id',
  ],

  // Triggers and functions
  ['no trigger', 'DROP TRIGGER keep_timestamps ON tasks', 'tasks'],
  ['a disabled trigger', 'ALTER TABLE tasks DISABLE TRIGGER keep_timestamps', 'keep_timestamps'],
  [
    'a trigger with a condition',
    'CREATE OR REPLACE TRIGGER keep_timestamps BEFORE UPDATE ON tasks FOR EACH ROW WHEN (false) EXECUTE FUNCTION keep_timestamps()',
    'keep_timestamps',
  ],
  [
    'a trigger on another event',
    'CREATE OR REPLACE TRIGGER keep_timestamps BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION keep_timestamps()',
    'keep_timestamps',
  ],
  ["another function's body", `${FUNCTION} SET search_path = '' AS 'BEGIN RETURN NEW; END'`, 'keep_timestamps'],
  ['a function without search_path', 'ALTER FUNCTION keep_timestamps() RESET search_path', 'keep_timestamps'],
  ['a function with the rights of its owner', 'ALTER FUNCTION keep_history() SECURITY DEFINER', 'keep_history'],
  ['a function too many', `CREATE FUNCTION keep_history(text) RETURNS text LANGUAGE sql AS 'SELECT 1'`, 'keep_history'],
  ['no comment on a function', 'COMMENT ON FUNCTION keep_history() IS NULL', 'keep_history'],

  // Row-level security
  ['FORCE is lost', 'ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY', 'tasks'],
  ['row-level security is off', 'ALTER TABLE tasks DISABLE ROW LEVEL SECURITY', 'tasks'],
  ['no policy', 'DROP POLICY app_user_select_own ON tasks', 'app_user_select_own'],
  ['a policy too many', 'CREATE POLICY rogue ON tasks FOR SELECT TO app_user USING (true)', 'rogue'],
  ['a wider policy', 'ALTER POLICY app_user_select_own ON tasks USING (true)', 'app_user_select_own'],
  ['a policy of another role', 'ALTER POLICY app_service_all ON tasks TO app_user', 'app_service_all'],
  ["a policy of everybody's", 'ALTER POLICY app_user_select_own ON tasks TO PUBLIC', 'app_user_select_own'],
  ['WITH CHECK is lost', updatePolicy(`USING (${OWN})`), 'app_user_update_own'],
  ['a restrictive policy', updatePolicy(`USING (${OWN}) WITH CHECK (${OWN})`, 'AS RESTRICTIVE'), 'app_user_update_own'],

  // Roles and rights
  ['no grant', 'REVOKE UPDATE ON tasks FROM app_user', 'app_user'],
  ['a grant too many', 'GRANT TRUNCATE ON tasks TO app_user', 'app_user'],
  ['a grant on one more column', 'GRANT SELECT (password_hash) ON users TO app_user', 'app_user'],
  ['a grant on all columns', 'GRANT SELECT ON users TO app_user', 'app_user'],
  ['a grant to everybody', 'GRANT SELECT ON authors TO PUBLIC', 'authors'],
  ['a grant that may be passed on', 'GRANT SELECT ON tasks TO app_user WITH GRANT OPTION', 'app_user'],
  ['the owner is not of the backend', 'REVOKE app_service FROM CURRENT_USER', 'app_service'],
  ['the owner is a person', 'GRANT app_user TO CURRENT_USER', 'app_user'],

  // Other objects
  ['a view too many', 'CREATE VIEW rogue AS SELECT * FROM users', 'rogue'],
  ['an enumeration too many', "CREATE TYPE rogue AS ENUM ('a')", 'rogue'],
  ['a sequence too many', 'CREATE SEQUENCE rogue', 'rogue'],
];

test('the migrated database is what the entities declare', async () => {
  const migrated = await readCatalog(query);
  expect(differencesBetween(migrated, declared)).toEqual([]);
  expect(differencesBetween(declared, migrated)).toEqual([]);
});

test.each(FAULTS)('%s: seen both ways, and mended', async (_, sql, named) => {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    const faulty = await readCatalog(query);
    expect(wordsOf(faulty, declared)).toContain(named);
    expect(wordsOf(declared, faulty)).toContain(named);
    for (const { statements } of differencesBetween(faulty, declared)) await client.query(statements.join(';'));
    expect(wordsOf(await readCatalog(query), declared)).toBe('');
  } finally {
    await client.query('ROLLBACK');
  }
});

async function query(sql: string, parameters?: unknown[]): Promise<unknown[]> {
  return (await client.query(sql, parameters)).rows as unknown[];
}

function wordsOf(from: Catalog, to: Catalog): string {
  return differencesBetween(from, to)
    .map(({ summary }) => summary)
    .join('\n');
}

/** Makes an index anew, as a part of its definition has been lost or changed. */
function index(name: string, definition: string): string {
  return `DROP INDEX ${name}; CREATE INDEX ${name} ON ${definition}`;
}

function foreignKey(rest: string): string {
  return `ALTER TABLE tasks DROP CONSTRAINT fk_tasks_user_id, ADD CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) ${rest}`;
}

function updatePolicy(predicates: string, permissive = ''): string {
  return `DROP POLICY app_user_update_own ON tasks; CREATE POLICY app_user_update_own ON tasks ${permissive} FOR UPDATE TO app_user ${predicates}`;
}
