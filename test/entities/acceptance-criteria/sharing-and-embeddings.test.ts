import type { Client } from 'pg';
import { fresh, insert, refusalOf } from '../rows';
import { countOf, eachAgainstCatalog, expectColumns, expectValues, indexNamed, planOf, typeOf } from './catalog';

let client: Client;

eachAgainstCatalog((own) => (client = own));

describe('004: users, sessions, conversations, messages', () => {
  it.each([
    ['users', 'id, email, name, role, organization_id, sso_provider, sso_id, created_at, last_login'],
    ['sessions', 'id, user_id, expires_at, created_at, last_accessed_at'],
    ['conversations', 'id, user_id, title, status, created_at, updated_at, share_token, share_enabled'],
    [
      'messages',
      'id, conversation_id, role, content, citations, domains, feedback_score, input_tokens, output_tokens, cost_usd, created_at',
    ],
  ])('004 AC1: %s has its columns', expectColumns);

  it('004 AC1: citations are JSONB, nested as they like', async () => {
    const citations = JSON.stringify([{ source: 'handbook', pages: [1, 2], quote: { text: '"…"' } }]);
    expect(await typeOf('messages', 'citations')).toBe('jsonb');
    const { id } = await insert(client, 'messages', { citations });
    const { rows } = await client.query(
      `SELECT citations #>> '{0,pages,1}' AS page FROM messages WHERE id = $1 AND citations @> '[{"source": "handbook"}]'`,
      [id],
    );
    expect(rows).toEqual([{ page: '2' }]);
  });

  it('004 AC1: roles of users and messages', async () => {
    await expectValues('users', 'role', 'educator, coach, admin');
    await expectValues('messages', 'role', 'user, assistant, system');
  });

  it('004 AC1: email and share_token are unique', async () => {
    const email = `${fresh('ada')}@example.org`;
    await insert(client, 'users', { email });
    expect(await refusalOf(client, () => insert(client, 'users', { email }))).toMatchObject({ code: '23505' });
    await insert(client, 'conversations', { share_token: 'a1b2' });
    expect(await refusalOf(client, () => insert(client, 'conversations', { share_token: 'a1b2' }))).toMatchObject({
      code: '23505',
    });
  });

  it('004 AC1: sessions, conversations and messages go with the person', async () => {
    const { user_id } = await insert(client, 'messages');
    await insert(client, 'sessions', { user_id });
    await client.query('DELETE FROM users WHERE id = $1', [user_id]);
    expect(await countOf('sessions', 'conversations', 'messages')).toEqual([0, 0, 0]);
  });

  it('004 AC2: pgvector is installed, and stores embeddings', async () => {
    expect((await client.query(`SELECT FROM pg_extension WHERE extname = 'vector'`)).rowCount).toBe(1);
    const axis = (index: number) => JSON.stringify(Array.from({ length: 1536 }, (_, i) => (i === index ? 1 : 0)));
    const near = await insert(client, 'message_embeddings', { embedding: axis(3) });
    await insert(client, 'message_embeddings', { embedding: axis(5) });

    const nearest = `SELECT message_id FROM message_embeddings ORDER BY embedding <=> '${axis(3)}' LIMIT 1`;
    expect((await client.query(nearest)).rows).toEqual([{ message_id: near.message_id }]);
    expect(await planOf(nearest)).toContain('idx_message_embeddings_embedding');
    expect(await refusalOf(client, () => insert(client, 'message_embeddings', { embedding: '[1,2,3]' }))).toMatchObject(
      { code: '22000' },
    );
  });

  it.each([
    ['idx_users_email', 'users (email)'],
    ['idx_conversations_user', 'conversations (user_id)'],
    ['idx_messages_conversation', 'messages (conversation_id, created_at)'],
    // "Add index on share_token for public access", "on expires_at for cleanup queries"
    ['idx_conversations_share_token', 'conversations (share_token)'],
    ['idx_sessions_expires_at', 'sessions (expires_at)'],
    // WHERE expires_at > NOW() can't be: NOW() is not immutable. INCLUDE serves the same query.
    ['idx_sessions_id', 'sessions (id) INCLUDE (user_id, expires_at)'],
  ])('004 AC3: %s', async (name, definition) => {
    expect(await indexNamed(name)).toBe(definition);
  });

  it('004 AC3: a predicate with NOW() is refused by PostgreSQL', async () => {
    const create = () => client.query('CREATE INDEX live ON sessions (id) WHERE expires_at > NOW()');
    expect(await refusalOf(client, create)).toMatchObject({ code: '42P17' });
  });

  it('004 AC3: a live session is found in idx_sessions_id alone', async () => {
    // Dropped in this transaction only: the planner may prefer the primary key, which is the smaller index.
    await client.query('ALTER TABLE sessions DROP CONSTRAINT pk_sessions');
    expect(
      await planOf(
        `SELECT user_id FROM sessions WHERE id = '00000000-0000-4000-8000-000000000000' AND expires_at > now()`,
      ),
    ).toMatch(/^Index Only Scan using idx_sessions_id/);
  });
});
