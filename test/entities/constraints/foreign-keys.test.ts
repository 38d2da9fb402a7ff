import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { eachInTransaction } from '../../databases';
import { insert, minimalRows, type Row } from '../rows';
import { constraintsInCatalog, refusalOfRow } from './constraints';

let client: Client;

eachInTransaction((own) => (client = own));

const FOREIGN_KEY_VIOLATION = '23503';

describe('foreign keys', () => {
  /** table, column, the table it refers to, what becomes of the row when that which it refers to is deleted */
  const foreignKeys: [string, string, string, 'CASCADE' | 'SET NULL'][] = [
    ['sessions', 'user_id', 'users', 'CASCADE'],
    ['user_profiles', 'user_id', 'users', 'CASCADE'],
    ['conversations', 'user_id', 'users', 'CASCADE'],
    ['message_embeddings', 'message_id', 'messages', 'CASCADE'],
    ['tasks', 'user_id', 'users', 'CASCADE'],
    ['scheduled_intents', 'user_id', 'users', 'CASCADE'],
    ['scheduled_intents', 'last_message_id', 'messages', 'SET NULL'],
    ['intent_executions', 'intent_id', 'scheduled_intents', 'CASCADE'],
    ['intent_executions', 'user_id', 'users', 'CASCADE'],
    ['intent_executions', 'message_id', 'messages', 'SET NULL'],
    ['user_engagement_states', 'user_id', 'users', 'CASCADE'],
    ['engagement_state_transitions', 'user_id', 'users', 'CASCADE'],
    ['engagement_message_queue', 'user_id', 'users', 'CASCADE'],
    ['posts', 'author_id', 'authors', 'CASCADE'],
    ['decisions', 'post_id', 'posts', 'CASCADE'],
    ['decisions', 'experiment_id', 'experiments', 'SET NULL'],
    ['replies', 'decision_id', 'decisions', 'SET NULL'],
    ['community_champions', 'author_id', 'authors', 'CASCADE'],
    ['competitive_mentions', 'post_id', 'posts', 'CASCADE'],
    ['competitive_mentions', 'competitor_id', 'competitors', 'CASCADE'],
    ['randomized_experiments', 'decision_id', 'decisions', 'SET NULL'],
    ['escalations', 'post_id', 'posts', 'SET NULL'],
    ['escalations', 'decision_id', 'decisions', 'SET NULL'],
    ['escalations', 'reply_id', 'replies', 'SET NULL'],
  ];

  /** Deletes a row; a message leaves with its conversation alone. */
  async function remove(table: string, id: unknown): Promise<void> {
    const sql =
      table === 'messages'
        ? 'DELETE FROM conversations WHERE id = (SELECT conversation_id FROM messages WHERE id = $1)'
        : `DELETE FROM ${table} WHERE id = $1`;
    const { rowCount } = await client.query(sql, [id]);
    expect(rowCount).toBe(1);
  }

  it.each(foreignKeys)('fk_%s_%s → %s, ON DELETE %s', async (table, column, target, onDelete) => {
    expect(await refusalOfRow(client, table, { [column]: randomUUID() })).toEqual({
      code: FOREIGN_KEY_VIOLATION,
      constraint: `fk_${table}_${column}`,
    });

    const { id } = await insert(client, target);
    const stays = await insert(client, table);
    await insert(client, table, { [column]: id });
    await remove(target, id);

    const { rows } = await client.query<Row>(`SELECT ${column} AS key FROM ${table}`);
    expect(rows).toHaveLength(onDelete === 'CASCADE' ? 1 : 2);
    expect(rows).toContainEqual({ key: stays[column] });
    if (onDelete === 'SET NULL') expect(rows).toEqual([{ key: null }, { key: null }]);
  });

  it('fk_messages_conversation_id_user_id: a message belongs to the owner of its conversation', async () => {
    const conversation = await insert(client, 'conversations');
    const stranger = await insert(client, 'users');
    const refusal = { code: FOREIGN_KEY_VIOLATION, constraint: 'fk_messages_conversation_id_user_id' };

    expect(await refusalOfRow(client, 'messages', { conversation_id: conversation.id, user_id: stranger.id })).toEqual(
      refusal,
    );
    expect(await refusalOfRow(client, 'messages', { conversation_id: randomUUID(), user_id: stranger.id })).toEqual(
      refusal,
    );

    await insert(client, 'messages', { conversation_id: conversation.id });
    await client.query('DELETE FROM conversations WHERE id = $1', [conversation.id]);
    expect((await client.query('SELECT FROM messages')).rowCount).toBe(0);
  });

  it('fk_messages_user_id: messages leave with the person', async () => {
    const conversation = await insert(client, 'conversations');
    // The conversation's owner is somebody, so the composite key may refuse a user who is nobody before this one does.
    expect(await refusalOfRow(client, 'messages', { conversation_id: conversation.id, user_id: randomUUID() })).toEqual(
      {
        code: FOREIGN_KEY_VIOLATION,
        constraint: expect.stringMatching(/^fk_messages_(conversation_id_)?user_id$/) as string,
      },
    );

    await insert(client, 'messages', { conversation_id: conversation.id });
    await client.query('DELETE FROM users WHERE id = $1', [conversation.user_id]);
    expect((await client.query('SELECT FROM messages')).rowCount).toBe(0);
  });

  it('each has a case', async () => {
    const cases = foreignKeys.map(([table, column]) => `fk_${table}_${column}`);
    cases.push('fk_messages_conversation_id_user_id', 'fk_messages_user_id');
    expect(cases.sort()).toEqual(await constraintsInCatalog(client, 'f'));
  });

  it('each is the beginning of an index, so that deleting what it refers to is quick', async () => {
    const { rows } = await client.query(
      `SELECT conname FROM pg_constraint
       WHERE contype = 'f' AND conrelid::regclass::text = ANY ($1) AND NOT EXISTS (
         SELECT FROM pg_index WHERE indrelid = conrelid AND indpred IS NULL AND indkey[0] = conkey[1]
       )`,
      [Object.keys(minimalRows)],
    );
    expect(rows).toEqual([]);
  });
});
