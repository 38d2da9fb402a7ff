import type { Client } from 'pg';
import { eachInTransaction } from '../databases';
import { insert, minimalRows, refusalOf, type Row } from './rows';

const RESTRICT_VIOLATION = '23001';
const LONG_AGO = new Date('2020-01-01T00:00:00Z');

let client: Client;

eachInTransaction((own) => (client = own));

it.each(Object.keys(minimalRows))('%s has the triggers of the data model, and no others', async (table) => {
  const { rows } = await client.query<{ trigger: string }>(
    `SELECT replace(substring(pg_get_triggerdef(oid) FROM 'TRIGGER (.*)'), 'public.', '') AS trigger
     FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal ORDER BY tgname`,
    [table],
  );
  const each = `ON ${table} FOR EACH ROW EXECUTE FUNCTION`;
  const history: Record<string, string[]> = {
    messages: [`keep_history BEFORE DELETE OR UPDATE ${each} keep_history('feedback_score')`],
    engagement_state_transitions: [`keep_history BEFORE DELETE OR UPDATE ${each} keep_history()`],
    audit_logs: [
      `keep_history BEFORE UPDATE ${each} keep_history()`,
      `keep_until_retention BEFORE DELETE ${each} keep_until_retention()`,
    ],
  };
  const timestamps = tablesWithUpdatedAt.includes(table)
    ? [`keep_timestamps BEFORE UPDATE ${each} keep_timestamps()`]
    : [];
  expect(rows.map(({ trigger }) => trigger)).toEqual([...(history[table] ?? []), ...timestamps]);
});

const tablesWithUpdatedAt = [
  'users',
  'user_profiles',
  'conversations',
  'tasks',
  'scheduled_intents',
  'user_engagement_states',
  'authors',
  'posts',
  'replies',
  'community_champions',
  'competitors',
  'experiments',
  'segmented_weights',
];

describe('updated_at', () => {
  it('is a column of these tables', async () => {
    const { rows } = await client.query<{ table: string }>(
      `SELECT table_name AS table FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'updated_at'`,
    );
    const ofDataModel = rows.map(({ table }) => table).filter((table) => table in minimalRows);
    expect(ofDataModel.sort()).toEqual([...tablesWithUpdatedAt].sort());
  });

  it.each(tablesWithUpdatedAt)('of %s is set by raw SQL too, and created_at stays', async (table) => {
    const { id } = await insert(client, table, { created_at: LONG_AGO, updated_at: LONG_AGO });
    const { rows } = await client.query<Row>(
      `UPDATE ${table} SET created_at = '2001-01-01', updated_at = '2001-01-01' WHERE id = $1
       RETURNING created_at, updated_at = now() AS is_now`,
      [id],
    );
    expect(rows).toEqual([{ created_at: LONG_AGO, is_now: true }]);
  });

  it('is what an INSERT says, and does not move without an UPDATE', async () => {
    const { id } = await insert(client, 'tasks', { updated_at: LONG_AGO });
    await insert(client, 'tasks');
    const { rows } = await client.query('SELECT updated_at FROM tasks WHERE id = $1', [id]);
    expect(rows).toEqual([{ updated_at: LONG_AGO }]);
  });
});

describe('append-only tables', () => {
  const refusal = { code: RESTRICT_VIOLATION, constraint: 'keep_history' };

  /** table, a change of each of its columns */
  const changes: [string, Record<string, string>][] = [
    [
      'messages',
      {
        id: 'gen_random_uuid()',
        conversation_id: 'gen_random_uuid()',
        user_id: 'gen_random_uuid()',
        role: `'system'`,
        content: `'Something else'`,
        citations: `'[]'`,
        tool_calls: `'[]'`,
        domains: `'{a}'`,
        input_tokens: '1',
        output_tokens: '1',
        cost_usd: '1',
        created_at: `'2001-01-01'`,
      },
    ],
    [
      'engagement_state_transitions',
      {
        id: 'gen_random_uuid()',
        user_id: 'gen_random_uuid()',
        from_state: `'dormant'`,
        to_state: `'dormant'`,
        trigger: `'other'`,
        metadata: `'{"a": 1}'`,
        created_at: `'2001-01-01'`,
      },
    ],
    [
      'audit_logs',
      {
        id: 'gen_random_uuid()',
        entity_type: `'post'`,
        entity_id: 'gen_random_uuid()',
        action: `'other'`,
        actor: `'other'`,
        details_json: `'{"a": 1}'`,
        created_at: `'2001-01-01'`,
      },
    ],
  ];

  it.each(changes)('%s refuses a change of any column', async (table, values) => {
    const row = await insert(client, table);
    expect(Object.keys(row).filter((column) => column !== 'feedback_score')).toEqual(Object.keys(values));
    for (const [column, value] of Object.entries(values)) {
      const change = () => client.query(`UPDATE ${table} SET ${column} = ${value} WHERE id = $1`, [row.id]);
      expect([column, await refusalOf(client, change)]).toEqual([column, refusal]);
    }
  });

  it('a message takes feedback, but nothing else with it', async () => {
    const { id, content } = await insert(client, 'messages');
    const set = (list: string) =>
      refusalOf(client, () => client.query(`UPDATE messages SET ${list} WHERE id = $1`, [id]));

    expect(await set('feedback_score = 1')).toBeUndefined();
    expect(await set('feedback_score = NULL')).toBeUndefined();
    expect(await set(`feedback_score = 1, content = 'Something else'`)).toEqual(refusal);
    const { rows } = await client.query('SELECT content, feedback_score FROM messages');
    expect(rows).toEqual([{ content, feedback_score: null }]);
  });

  it.each(['messages', 'engagement_state_transitions'])(
    '%s refuses DELETE, of the retention job too',
    async (table) => {
      const { id } = await insert(client, table);
      const remove = () => client.query(`DELETE FROM ${table} WHERE id = $1`, [id]);

      expect(await refusalOf(client, remove)).toEqual(refusal);
      await client.query(`SELECT set_config('app.job', 'retention', true)`);
      expect(await refusalOf(client, remove)).toEqual(refusal);
    },
  );

  it.each([
    ['messages', 'conversations', 'conversation_id'],
    ['messages', 'users', 'user_id'],
    ['engagement_state_transitions', 'users', 'user_id'],
  ])('%s leave by the cascade of %s', async (table, parent, column) => {
    const row = await insert(client, table);
    await client.query(`DELETE FROM ${parent} WHERE id = $1`, [row[column]]);
    expect((await client.query(`SELECT FROM ${table}`)).rowCount).toBe(0);
  });

  it('audit_logs refuses DELETE, but of the retention job', async () => {
    const { id } = await insert(client, 'audit_logs');
    const remove = () => client.query('DELETE FROM audit_logs WHERE id = $1', [id]);

    expect(await refusalOf(client, remove)).toEqual({ code: RESTRICT_VIOLATION, constraint: 'keep_until_retention' });
    await client.query(`SELECT set_config('app.job', 'retention', true)`);
    expect(await refusalOf(client, remove)).toBeUndefined();
    expect((await client.query('SELECT FROM audit_logs')).rowCount).toBe(0);
  });
});

it('every trigger function has the empty search_path', async () => {
  const { rows } = await client.query(
    `SELECT DISTINCT proname AS name, proconfig AS settings FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
     WHERE NOT tgisinternal ORDER BY proname`,
  );
  const settings = ['search_path=""'];
  expect(rows).toEqual([
    { name: 'keep_history', settings },
    { name: 'keep_timestamps', settings },
    { name: 'keep_until_retention', settings },
  ]);
});
