import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { describeOnServer } from '../databases';
import { type Belongings } from './person';
import { amongPeople, asAda, DENIED, refusal, rows } from './as-person';

let admin: Client;
let client: Client;
let ada: Belongings;
let bob: Belongings;

describeOnServer('row-level security, as a login that is a member of app_user alone', () => {
  amongPeople((world) => ({ admin, client, ada, bob } = world));

  describe('no way round', () => {
    it.each([
      [
        'joins',
        'SELECT t.id FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id CROSS JOIN tasks t',
        'tasks',
      ],
      ['joins to the own rows', 'SELECT other.id FROM users me JOIN tasks other ON true', 'tasks'],
      [
        'sub-selects',
        'SELECT id FROM tasks WHERE user_id IN (SELECT id FROM users) OR EXISTS (SELECT FROM sessions)',
        'tasks',
      ],
      ['UNION', 'SELECT id FROM tasks UNION SELECT id FROM tasks WHERE true', 'tasks'],
      ['WITH', 'WITH everything AS MATERIALIZED (SELECT * FROM tasks) SELECT id FROM everything', 'tasks'],
      ['aggregates', 'SELECT max(id::text)::uuid AS id FROM tasks', 'tasks'],
      ['window functions', 'SELECT first_value(id) OVER (ORDER BY user_id) AS id FROM tasks', 'tasks'],
      [
        'functions',
        `SELECT (xpath('//id/text()', query_to_xml('SELECT id FROM tasks', true, false, '')))[1]::text::uuid AS id`,
        'tasks',
      ],
      ['row locks', 'SELECT id FROM tasks FOR UPDATE', 'tasks'],
      [
        'nearest neighbours',
        'SELECT message_id AS id FROM message_embeddings ORDER BY embedding <=> (SELECT embedding FROM message_embeddings LIMIT 1)',
        'messages',
      ],
    ])('by %s', (_, sql, table) => asAda(async () => expect(await rows(sql)).toEqual([{ id: ada[table].id }])));

    it('by a view of their own', () =>
      asAda(async () => {
        await client.query('CREATE TEMPORARY VIEW everything AS SELECT * FROM tasks');
        expect(await rows('SELECT id FROM everything')).toEqual([{ id: ada.tasks.id }]);
      }));

    it('by a function that tells what it is shown before the policy is asked', () =>
      asAda(async () => {
        const notices: string[] = [];
        const listen = ({ message }: { message?: string }): number => notices.push(message ?? '');
        client.on('notice', listen);
        await client.query(`CREATE FUNCTION pg_temp.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
          AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$`);
        await client.query('SELECT FROM tasks WHERE pg_temp.tell(user_id::text)');
        client.off('notice', listen);
        expect(notices).toEqual([ada.users.id]);
      }));

    it('by the statistics of the planner', async () => {
      await admin.query('ANALYZE tasks');
      await asAda(async () => expect(await rows(`SELECT FROM pg_stats WHERE tablename = 'tasks'`)).toEqual([]));
    });

    it('by COPY', () =>
      asAda(async () => {
        const copied: string[] = [];
        for await (const chunk of client.query(copyTo('COPY tasks (id) TO STDOUT'))) copied.push(String(chunk));
        expect(copied.join('')).toBe(`${String(ada.tasks.id)}\n`);
      }));

    it.each([
      ['another role', 'SET LOCAL ROLE app_service'],
      ['another login', 'SET LOCAL SESSION AUTHORIZATION postgres'],
      ['a policy of their own', 'CREATE POLICY mine ON tasks TO app_user USING (true)'],
      ['switching it off for the table', 'ALTER TABLE tasks DISABLE ROW LEVEL SECURITY'],
      [
        'a trigger of their own',
        'CREATE TRIGGER mine AFTER UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION keep_history()',
      ],
      ['a table that refers to it', 'CREATE TEMPORARY TABLE probe (id uuid REFERENCES tasks (id))'],
    ])('by %s', (_, sql) =>
      asAda(async () => {
        const refused = await refusal(sql);
        expect(['42501', '42P16', '22023']).toContain(refused?.code);
      }),
    );

    it('by switching it off for the session', () =>
      asAda(async () => {
        await client.query('SET LOCAL row_security = off');
        expect(await refusal('SELECT id FROM tasks')).toMatchObject(DENIED);
      }));

    it('by the functions of triggers', async () => {
      const { rows: functions } = await admin.query<{ call: string }>(
        `SELECT oid::regprocedure::text AS call FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype`,
      );
      expect(functions.length).toBeGreaterThan(0);
      await asAda(async () => {
        for (const { call } of functions) expect(await refusal(`SELECT ${call}`)).toMatchObject({ code: '0A000' });
      });
    });

    it('by MERGE', () =>
      asAda(async () => {
        const merged = await client.query(
          `MERGE INTO tasks USING (VALUES ($1::uuid), ($2::uuid)) AS wanted (id) ON tasks.id = wanted.id WHEN MATCHED THEN UPDATE SET title = 'merged'`,
          [ada.tasks.id, bob.tasks.id],
        );
        expect(merged.rowCount).toBe(1);
      }));
  });

  describe('ON CONFLICT', () => {
    const upsert = `INSERT INTO tasks (id, user_id, title) VALUES ($1, $2, 'upserted') ON CONFLICT (id)`;

    it('changes an own row', () =>
      asAda(async () => {
        expect(
          await rows(`${upsert} DO UPDATE SET title = excluded.title RETURNING title`, [ada.tasks.id, ada.users.id]),
        ).toEqual([{ title: 'upserted' }]);
      }));

    it('changes and shows no foreign row', () =>
      asAda(async () => {
        expect(
          await refusal(`${upsert} DO UPDATE SET title = excluded.title`, [bob.tasks.id, ada.users.id]),
        ).toMatchObject(DENIED);
        expect(await rows(`${upsert} DO NOTHING RETURNING *`, [bob.tasks.id, ada.users.id])).toEqual([]);
      }));
  });

  describe('a foreign key', () => {
    /** The same refusal, word for word, whether the row that is referred to is somebody else's or nobody's. */
    it.each([
      ['tasks.user_id', `UPDATE tasks SET user_id = $1`, 'users'],
      ['conversations.user_id', `UPDATE conversations SET user_id = $1`, 'users'],
      ['user_profiles.user_id', `UPDATE user_profiles SET user_id = $1`, 'users'],
      [
        'messages.conversation_id',
        `INSERT INTO messages (conversation_id, user_id, role, content) VALUES ($1, $2, 'user', 'Hello')`,
        'conversations',
      ],
      ['scheduled_intents.user_id', `UPDATE scheduled_intents SET user_id = $1`, 'users'],
      ['scheduled_intents.last_message_id', `UPDATE scheduled_intents SET last_message_id = $1`, 'messages'],
    ])("%s does not tell whether somebody else's row exists", (_, sql, table) =>
      asAda(async () => {
        const parameters = (id: unknown): unknown[] => (sql.includes('$2') ? [id, ada.users.id] : [id]);
        const foreign = await refusal(sql, parameters(bob[table].id));
        const missing = await refusal(sql, parameters('00000000-0000-4000-8000-000000000000'));
        expect(foreign).toBeDefined();
        expect(foreign).toEqual(missing);
      }),
    );

    it('to an own row is accepted', () =>
      asAda(async () => {
        const update = 'UPDATE scheduled_intents SET last_message_id = $1';
        expect(await client.query(update, [ada.messages.id])).toMatchObject({ rowCount: 1 });
      }));

    it('deletes with a conversation what is in it, and nothing of anybody else', () =>
      asAda(async () => {
        await client.query('DELETE FROM conversations');
        expect(await rows('SELECT id FROM messages')).toEqual([]);
        await client.query(`SELECT set_config('app.user_id', $1, true)`, [bob.users.id]);
        expect(await rows('SELECT id FROM messages')).toEqual([{ id: bob.messages.id }]);
      }));
  });
});
