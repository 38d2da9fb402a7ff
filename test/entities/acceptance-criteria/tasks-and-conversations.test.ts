import type { Client } from 'pg';
import { insert, refusalOf } from '../rows';
import {
  countOf,
  eachAgainstCatalog,
  expectColumns,
  expectValues,
  foreignKeysOf,
  indexNamed,
  planOf,
  typeOf,
} from './catalog';

let client: Client;

eachAgainstCatalog((own) => (client = own));

describe('002: users, tasks, conversations, messages', () => {
  it.each([
    ['users', 'id, email, password_hash, created_at, updated_at'],
    ['tasks', 'id, user_id, title, description, completed, created_at, updated_at'],
    ['conversations', 'id, user_id, title, created_at, updated_at'],
    ['messages', 'id, conversation_id, user_id, role, content, tool_calls, created_at'],
  ])('002 schema: %s has its columns', expectColumns);

  it('002 schema: types and defaults', async () => {
    expect(await typeOf('users', 'email')).toBe('character varying(255)');
    expect(await typeOf('users', 'password_hash')).toBe('character varying(255)');
    expect(await typeOf('tasks', 'title')).toBe('character varying(255)');
    expect(await typeOf('tasks', 'description')).toBe('text');
    expect(await typeOf('conversations', 'title')).toBe('character varying(255)');
    expect(await typeOf('messages', 'content')).toBe('text');
    expect(await typeOf('messages', 'tool_calls')).toBe('jsonb');
    expect(await insert(client, 'tasks')).toMatchObject({ completed: false, description: null });
  });

  it('002 security: keys are random UUIDs, times have a zone', async () => {
    const { rows } = await client.query<Record<'id' | 'times', string>>(
      `SELECT table_name AS table,
              max(column_default) FILTER (WHERE column_name = 'id') AS id,
              string_agg(DISTINCT data_type, ',') FILTER (WHERE column_name LIKE '%\\_at') AS times
       FROM information_schema.columns
       WHERE table_name IN ('users', 'tasks', 'conversations', 'messages') GROUP BY table_name`,
    );
    expect(rows).toHaveLength(4);
    for (const { id, times } of rows) {
      expect([id, times]).toEqual(['gen_random_uuid()', 'timestamp with time zone']);
    }
    const { id } = await insert(client, 'users');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('002 security: one account an address, in whatever case', async () => {
    await insert(client, 'users', { email: 'ada@example.org' });
    const again = (email: string) => refusalOf(client, () => insert(client, 'users', { email }));
    expect(await again('ada@example.org')).toEqual({ code: '23505', constraint: 'idx_users_email' });
    expect(await again('Ada@example.org')).toEqual({ code: '23514', constraint: 'chk_users_email' });
  });

  it('002 security: a password is a bcrypt hash, never plaintext', async () => {
    const withPassword = (password_hash: string | null) =>
      refusalOf(client, () => insert(client, 'users', { password_hash }));
    expect(await withPassword('$2b$12$abcdefghijklmnopqrstuv')).toBeUndefined();
    expect(await withPassword('hunter2')).toEqual({ code: '23514', constraint: 'chk_users_password_hash' });
    // 002 has password users alone; 004 has those of single sign-on, for whom alone it may be null.
    expect(await withPassword(null)).toEqual({ code: '23514', constraint: 'chk_users_credential' });
  });

  it.each([
    ['idx_users_email', 'users (email)'],
    ['idx_tasks_user_id', 'tasks (user_id)'],
    ['idx_tasks_user_id_created_at', 'tasks (user_id, created_at DESC)'],
    // 002 calls it idx_conversations_user_id, 004 idx_conversations_user; it exists once.
    ['idx_conversations_user', 'conversations (user_id)'],
    ['idx_conversations_user_id_updated_at', 'conversations (user_id, updated_at DESC)'],
    ['idx_messages_conversation_id', 'messages (conversation_id)'],
    ['idx_messages_user_id', 'messages (user_id)'],
    // 002 calls it idx_messages_conversation_id_created_at, 004 idx_messages_conversation; it exists once.
    ['idx_messages_conversation', 'messages (conversation_id, created_at)'],
  ])('002 indexes: %s', async (name, definition) => {
    expect(await indexNamed(name)).toBe(definition);
  });

  it.each([
    ['tasks', 'user_id', 'created_at DESC', 'idx_tasks_user_id_created_at'],
    ['conversations', 'user_id', 'updated_at DESC', 'idx_conversations_user_id_updated_at'],
    ['messages', 'conversation_id', 'created_at', 'idx_messages_conversation'],
  ])('002 performance: %s of a %s in order of %s come from one index, unsorted', async (table, key, order, index) => {
    const plan = await planOf(
      `SELECT * FROM ${table} WHERE ${key} = '00000000-0000-4000-8000-000000000000' ORDER BY ${order} LIMIT 20`,
    );
    expect(plan).toContain(index);
    expect(plan).not.toContain('Sort');
  });

  it('002 foreign keys', async () => {
    const toUser = '(user_id) REFERENCES users(id) ON DELETE CASCADE';
    expect(await foreignKeysOf('users')).toEqual([]);
    expect(await foreignKeysOf('tasks')).toEqual([toUser]);
    expect(await foreignKeysOf('conversations')).toEqual([toUser]);
    // The composite key takes the place of (conversation_id): the message belongs to the conversation's owner.
    expect(await foreignKeysOf('messages')).toEqual([
      '(conversation_id, user_id) REFERENCES conversations(id, user_id) ON DELETE CASCADE',
      toUser,
    ]);
  });

  it('002 foreign keys: deleting a user deletes tasks, conversations and messages', async () => {
    const { user_id } = await insert(client, 'messages');
    await insert(client, 'tasks', { user_id });
    await client.query('DELETE FROM users WHERE id = $1', [user_id]);
    expect(await countOf('tasks', 'conversations', 'messages')).toEqual([0, 0, 0]);
  });

  it('002 security: a message belongs to the owner of its conversation', async () => {
    const { id } = await insert(client, 'conversations');
    const stranger = await insert(client, 'users');
    const foreign = () => insert(client, 'messages', { conversation_id: id, user_id: stranger.id });
    expect(await refusalOf(client, foreign)).toEqual({
      code: '23503',
      constraint: 'fk_messages_conversation_id_user_id',
    });
  });

  it('002 security: the roles of messages', async () => {
    // 002 has user and agent, 004 user, assistant and system.
    await expectValues('messages', 'role', 'user, agent');
  });

  it('002 security: created_at is immutable, updated_at is updated', async () => {
    const before = { created_at: new Date('2020-01-01'), updated_at: new Date('2020-01-01') };
    for (const table of ['users', 'tasks', 'conversations']) {
      const { id } = await insert(client, table, before);
      const { rows } = await client.query(
        `UPDATE ${table} SET created_at = now() WHERE id = $1 RETURNING created_at, updated_at = now() AS touched`,
        [id],
      );
      expect(rows).toEqual([{ created_at: before.created_at, touched: true }]);
    }
  });

  it('002 audit trail: messages are immutable', async () => {
    const { id } = await insert(client, 'messages', { tool_calls: JSON.stringify([{ name: 'add_task' }]) });
    const refusal = { code: '23001', constraint: 'keep_history' };
    for (const sql of [
      `UPDATE messages SET content = 'Something else' WHERE id = $1`,
      `UPDATE messages SET tool_calls = NULL WHERE id = $1`,
      `UPDATE messages SET created_at = now() - interval '1 day' WHERE id = $1`,
      `DELETE FROM messages WHERE id = $1`,
    ]) {
      expect(await refusalOf(client, () => client.query(sql, [id]))).toEqual(refusal);
    }
  });

  it('002 verification: the tables are there', async () => {
    const { rows } = await client.query<{ table: string }>(
      `SELECT table_name AS table FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(rows.map(({ table }) => table)).toEqual(
      expect.arrayContaining(['conversations', 'messages', 'tasks', 'users']),
    );
  });
});
