import { Client, type QueryResult } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { readConfiguration } from '../../src/database/configuration';
import { EntityDataSource } from '../../src/database/data-source';
import { UserContext } from '../../src/database/user-context';
import { appService, appUser } from '../../src/entities/access';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../databases';
import { type Belongings, newPerson, type PersonLogin, personLogin } from './person';
import { minimalRows, refusalOf, type Row } from './rows';

/** DATA_MODEL, "Row-level security": what a person may do to their own rows, and a column that they may change, with a value. */
const TABLES: Record<string, { may: string[]; change?: string; value?: string }> = {
  users: { may: ['SELECT'] },
  user_profiles: { may: ['SELECT', 'UPDATE'], change: 'locale', value: 'de' },
  sessions: { may: ['SELECT', 'DELETE'] },
  tasks: { may: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], change: 'title', value: 'Another' },
  conversations: { may: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], change: 'title', value: 'Another' },
  messages: { may: ['SELECT', 'INSERT', 'UPDATE'], change: 'feedback_score', value: '1' },
  message_embeddings: { may: ['SELECT'] },
  scheduled_intents: { may: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], change: 'description', value: 'Another' },
  intent_executions: { may: ['SELECT'] },
  user_engagement_states: { may: ['SELECT'] },
  engagement_state_transitions: { may: ['SELECT'] },
  engagement_message_queue: { may: [] },
};

const DENIED = { code: '42501' };
const NOT_A_UUID = { code: '22P02' };
const CHANGES_HISTORY = { code: '23001' };

let database: TestDatabase;
let admin: Client;
let login: PersonLogin;
/** A connection of that login. */
let client: Client;
let ada: Belongings;
let bob: Belongings;

/** Runs `work` in a transaction of the person, or of nobody, and undoes it. */
async function as(userId: string | undefined, work: () => Promise<unknown>): Promise<void> {
  await client.query('BEGIN');
  try {
    if (userId !== undefined) await client.query(`SELECT set_config('app.user_id', $1, true)`, [userId]);
    await work();
  } finally {
    await client.query('ROLLBACK');
  }
}

const asAda = (work: () => Promise<unknown>): Promise<void> => as(ada.users.id, work);

function refusal(sql: string, parameters: unknown[] = []): ReturnType<typeof refusalOf> {
  return refusalOf(client, () => client.query(sql, parameters));
}

async function rows(sql: string, parameters: unknown[] = []): Promise<unknown[]> {
  return (await client.query<Row>(sql, parameters)).rows;
}

const keyOf = (table: string): string => (table === 'message_embeddings' ? 'message_id' : 'id');
const idIn = (table: string, of: Belongings): unknown => of[table][keyOf(table)];

/** Inserts a row of `table` that is the person's. */
function insertFor(person: Belongings, table: string, columns: Row = {}): Promise<QueryResult<Row>> {
  const row: Row = { ...minimalRows[table](), ...(table !== 'users' && { user_id: person.users.id }), ...columns };
  if (table === 'messages') row.conversation_id = person.conversations.id;
  const places = Object.keys(row).map((_, index) => `$${index + 1}`);
  return client.query<Row>(
    `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${places.join(', ')}) RETURNING ${keyOf(table)}`,
    Object.values(row),
  );
}

describeOnServer('row-level security, as a login that is a member of app_user alone', () => {
  beforeAll(async () => {
    database = await migratedDatabase();
    admin = await database.connect();
    [ada, bob] = [await newPerson(admin), await newPerson(admin)];
    login = await personLogin(database, admin);
    client = new Client({ connectionString: login.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await login.drop(admin);
    await database.close();
  });

  describe.each(Object.entries(TABLES))('%s', (table, { may, change, value }) => {
    const key = keyOf(table);

    if (may.includes('SELECT')) {
      it('SELECT: own rows alone', () =>
        asAda(async () => {
          expect(await rows(`SELECT ${key} AS id FROM ${table}`)).toEqual([{ id: idIn(table, ada) }]);
          expect(await rows(`SELECT ${key} FROM ${table} WHERE ${key} = $1`, [idIn(table, bob)])).toEqual([]);
          expect(await rows(`SELECT count(*)::int AS n FROM ${table}`)).toEqual([{ n: 1 }]);
        }));

      it('SELECT: none while nobody is set', () =>
        as(undefined, async () => expect(await rows(`SELECT ${key} FROM ${table}`)).toEqual([])));
    } else {
      it('SELECT: refused', () =>
        asAda(async () => expect(await refusal(`SELECT ${key} FROM ${table}`)).toMatchObject(DENIED)));
    }

    if (may.includes('INSERT')) {
      it('INSERT: own rows alone', () =>
        asAda(async () => {
          expect((await insertFor(ada, table)).rows).toHaveLength(1);
          expect(await refusalOf(client, () => insertFor(bob, table))).toMatchObject(DENIED);
        }));

      it('INSERT: refused while nobody is set', () =>
        as(undefined, async () => expect(await refusalOf(client, () => insertFor(ada, table))).toMatchObject(DENIED)));
    } else {
      it('INSERT: refused', () =>
        asAda(async () => expect(await refusal(`INSERT INTO ${table} DEFAULT VALUES`)).toMatchObject(DENIED)));
    }

    if (may.includes('UPDATE')) {
      const update = `UPDATE ${table} SET ${change} = ${change}`;

      it('UPDATE: own rows alone', () =>
        asAda(async () => {
          expect(await client.query(update)).toMatchObject({ rowCount: 1 });
          expect(await client.query(`${update} WHERE id = $1`, [idIn(table, ada)])).toMatchObject({ rowCount: 1 });
          expect(await client.query(`${update} WHERE id = $1`, [idIn(table, bob)])).toMatchObject({ rowCount: 0 });
          // Where no column is read, the policy of SELECT does not stand in for this one.
          expect(await client.query(`UPDATE ${table} SET ${change} = $1`, [value])).toMatchObject({ rowCount: 1 });
          expect(await rows(`${update} WHERE user_id = $1 RETURNING id`, [bob.users.id])).toEqual([]);
        }));

      it('UPDATE: gives no row away', () =>
        asAda(async () => {
          const refused = await refusal(`UPDATE ${table} SET user_id = $1`, [bob.users.id]);
          expect(refused).toMatchObject(table === 'messages' ? CHANGES_HISTORY : DENIED);
        }));

      it('UPDATE: none while nobody is set', () =>
        as(undefined, async () => expect(await client.query(update)).toMatchObject({ rowCount: 0 })));
    } else {
      it('UPDATE: refused', () =>
        asAda(async () => expect(await refusal(`UPDATE ${table} SET ${key} = ${key}`)).toMatchObject(DENIED)));
    }

    if (may.includes('DELETE')) {
      it('DELETE: own rows alone', () =>
        asAda(async () => {
          expect(await client.query(`DELETE FROM ${table} WHERE id = $1`, [idIn(table, bob)])).toMatchObject({
            rowCount: 0,
          });
          expect(await client.query(`DELETE FROM ${table}`)).toMatchObject({ rowCount: 1 });
          expect(await rows(`SELECT id FROM ${table}`)).toEqual([]);
        }));

      it('DELETE: none while nobody is set', () =>
        as(undefined, async () => expect(await client.query(`DELETE FROM ${table}`)).toMatchObject({ rowCount: 0 })));
    } else {
      it('DELETE: refused', () =>
        asAda(async () => expect(await refusal(`DELETE FROM ${table}`)).toMatchObject(DENIED)));
    }

    it('TRUNCATE, which no policy holds back: refused', () =>
      asAda(async () => expect(await refusal(`TRUNCATE ${table} CASCADE`)).toMatchObject(DENIED)));

    it('is enabled and forced', async () => {
      const { rows: flags } = await admin.query(
        'SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::regclass',
        [table],
      );
      expect(flags).toEqual([{ relrowsecurity: true, relforcerowsecurity: true }]);
    });
  });

  it('leaves a person nothing of the other tables of the data model', async () => {
    const others = Object.keys(minimalRows).filter((table) => !(table in TABLES));
    expect(others).toHaveLength(15);
    await asAda(async () => {
      for (const table of others) {
        for (const sql of [
          `SELECT FROM ${table}`,
          `INSERT INTO ${table} DEFAULT VALUES`,
          `DELETE FROM ${table}`,
          `TRUNCATE ${table} CASCADE`,
        ]) {
          expect({ sql, ...(await refusal(sql)) }).toMatchObject({ sql, ...DENIED });
        }
      }
    });
  });

  describe('a message', () => {
    it('is history but for its feedback', () =>
      asAda(async () => {
        expect(await client.query('UPDATE messages SET feedback_score = -1')).toMatchObject({ rowCount: 1 });
        expect(await refusal(`UPDATE messages SET content = 'I never said that'`)).toMatchObject(CHANGES_HISTORY);
      }));

    it("can't be put into somebody else's conversation", () =>
      asAda(async () => {
        const insert = `INSERT INTO messages (conversation_id, user_id, role, content) VALUES ($1, $2, 'user', 'Hello')`;
        expect(await refusal(insert, [bob.conversations.id, bob.users.id])).toMatchObject(DENIED);
        // The composite key has no such pair, and whether there is such a conversation makes no difference.
        const refused = { code: '23503', constraint: 'fk_messages_conversation_id_user_id' };
        expect(await refusal(insert, [bob.conversations.id, ada.users.id])).toEqual(refused);
        expect(await refusal(insert, [ada.users.id, ada.users.id])).toEqual(refused);
      }));
  });

  describe('a password', () => {
    it.each([
      'SELECT password_hash FROM users',
      'SELECT * FROM users',
      'SELECT users FROM users',
      'SELECT to_jsonb(users) FROM users',
      `SELECT id FROM users WHERE password_hash LIKE '$2b%'`,
      'SELECT id FROM users ORDER BY password_hash',
      'SELECT count(password_hash) FROM users',
    ])('is out of reach: %s', (sql) => asAda(async () => expect(await refusal(sql)).toMatchObject(DENIED)));
  });

  describe('the id of the person', () => {
    it.each(['not-a-uuid', `' OR true --`, `'; RESET ROLE; --`])('that is %j is an error and opens nothing', (id) =>
      as(id, async () => {
        expect(await refusal('SELECT id FROM tasks')).toMatchObject(NOT_A_UUID);
        expect(await refusal(`UPDATE tasks SET title = 'taken'`)).toMatchObject(NOT_A_UUID);
      }),
    );

    it('that is empty is nobody', () => as('', async () => expect(await rows('SELECT id FROM tasks')).toEqual([])));

    it('is forgotten after a rollback and after a commit', async () => {
      for (const end of ['ROLLBACK', 'COMMIT']) {
        await client.query('BEGIN');
        await client.query(`SELECT set_config('app.user_id', $1, true)`, [ada.users.id]);
        expect(await rows('SELECT id FROM tasks')).toHaveLength(1);
        await client.query(end);
        expect(await rows('SELECT id FROM tasks')).toEqual([]);
      }
    });

    it('is looked up anew when a prepared statement runs again', async () => {
      for (const person of [ada, bob, ada, bob, ada, bob, ada, bob]) {
        await as(person.users.id, async () => {
          const { rows: found } = await client.query({ name: 'own-tasks', text: 'SELECT id FROM tasks' });
          expect(found).toEqual([{ id: person.tasks.id }]);
        });
      }
    });
  });

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

  describe('UserContext', () => {
    let context: UserContext;
    let dataSource: EntityDataSource;

    beforeAll(async () => {
      const configuration = readConfiguration({ DATABASE_URL: login.url, DATABASE_POOL_SIZE: '1' });
      dataSource = await (await database.dataSource()).withConfiguration(configuration).initialize();
      context = new UserContext(dataSource, { user: appUser.name, service: appService.name });
    });

    afterAll(() => dataSource.destroy());

    it('acts as the person, one after the other on one connection', async () => {
      for (const person of [ada, bob, ada]) {
        const seen = await context.asUser(person.users.id, (manager) =>
          manager.query<unknown[]>('SELECT id FROM tasks'),
        );
        expect(seen).toEqual([{ id: person.tasks.id }]);
        expect(await dataSource.query('SELECT id FROM tasks')).toEqual([]);
      }
    });

    it('acts as the backend only where the login may', async () => {
      await expect(context.asService((manager) => manager.query('SELECT 1'))).rejects.toThrow(
        'permission denied to set role "app_service"',
      );
    });
  });
});
