import { Client, type QueryResult } from 'pg';
import { readConfiguration } from '../../src/database/configuration';
import { EntityDataSource } from '../../src/database/data-source';
import { UserContext } from '../../src/database/user-context';
import { appService, appUser } from '../../src/entities/access';
import { describeOnServer, type TestDatabase } from '../databases';
import { type Belongings, type PersonLogin } from './person';
import { minimalRows, refusalOf, type Row } from './rows';
import { amongPeople, as, asAda, DENIED, refusal, rows } from './as-person';

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

const NOT_A_UUID = { code: '22P02' };
const CHANGES_HISTORY = { code: '23001' };

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

let database: TestDatabase;
let admin: Client;
let login: PersonLogin;
let client: Client;
let ada: Belongings;
let bob: Belongings;

describeOnServer('row-level security, as a login that is a member of app_user alone', () => {
  amongPeople((world) => ({ database, admin, login, client, ada, bob } = world));

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
