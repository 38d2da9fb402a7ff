import type { Client } from 'pg';
import { eachInTransaction } from '../databases';
import { insert, minimalRows, refusalOf, type Row } from './rows';

const INSUFFICIENT_PRIVILEGE = '42501';

/** What app_user may do to a person's own rows; the tables that are not here are the backend's alone. */
const rightsOfOwners: Record<string, string[]> = {
  users: ['SELECT'],
  sessions: ['SELECT', 'DELETE'],
  user_profiles: ['SELECT', 'UPDATE'],
  conversations: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  messages: ['SELECT', 'INSERT', 'UPDATE'],
  message_embeddings: ['SELECT'],
  tasks: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  scheduled_intents: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  intent_executions: ['SELECT'],
  user_engagement_states: ['SELECT'],
  engagement_state_transitions: ['SELECT'],
  engagement_message_queue: [],
};
const everything = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const tables = Object.keys(minimalRows);

let client: Client;

eachInTransaction((own) => (client = own));

it.each(tables)('%s has row-level security, forced, exactly where it has owners', async (table) => {
  const { rows } = await client.query(
    'SELECT relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class WHERE oid = $1::regclass',
    [table],
  );
  const owned = table in rightsOfOwners;
  expect(rows).toEqual([{ enabled: owned, forced: owned }]);
});

it.each(tables)('%s has a policy for each right of its owners, and one for the backend', async (table) => {
  const { rows } = await client.query<{ policy: string }>(
    `SELECT concat_ws(' ', policyname, cmd, array_to_string(roles, ',')) AS policy FROM pg_policies
     WHERE schemaname = 'public' AND tablename = $1 ORDER BY policy`,
    [table],
  );
  const rights = rightsOfOwners[table];
  const policies = rights?.map((command) => `app_user_${command.toLowerCase()}_own ${command} app_user`) ?? [];
  if (rights) policies.push('app_service_all ALL app_service');
  expect(rows.map(({ policy }) => policy)).toEqual(policies.sort());
});

it.each(tables)(
  '%s: app_user is granted the rights of owners, app_service all, everybody else nothing',
  async (table) => {
    const { rows } = await client.query<Record<'role' | 'commands', string>>(
      `SELECT coalesce(rolname, 'public') AS role, array_agg(DISTINCT privilege_type) AS commands
     FROM pg_class JOIN aclexplode(relacl) ON true LEFT JOIN pg_roles ON pg_roles.oid = grantee
     WHERE pg_class.oid = $1::regclass AND grantee <> relowner GROUP BY 1`,
      [table],
    );
    const granted = Object.fromEntries(rows.map(({ role, commands }) => [role, commands]));
    // On users it is a grant of columns.
    const ofUser = table === 'users' ? [] : (rightsOfOwners[table] ?? []);
    expect(granted).toEqual({
      app_service: [...everything].sort(),
      ...(ofUser.length > 0 && { app_user: [...ofUser].sort() }),
    });
  },
);

it('app_user may read every column of users but password_hash', async () => {
  const { rows } = await client.query(
    `SELECT column_name AS column FROM information_schema.columns
     WHERE table_name = 'users' AND NOT has_column_privilege('app_user', 'users', column_name, 'SELECT')`,
  );
  expect(rows).toEqual([{ column: 'password_hash' }]);
});

it('neither role can log in', async () => {
  const { rows } = await client.query(
    `SELECT rolname AS name, rolcanlogin AS login, rolbypassrls AS bypasses, rolsuper AS super
     FROM pg_roles WHERE rolname IN ('app_user', 'app_service') ORDER BY name`,
  );
  const powerless = { login: false, bypasses: false, super: false };
  expect(rows).toEqual([
    { name: 'app_service', ...powerless },
    { name: 'app_user', ...powerless },
  ]);
});

it('the owner of the tables is a member of app_service, so that FORCE does not lock it out', async () => {
  const { rows } = await client.query(
    `SELECT DISTINCT pg_has_role(relowner, 'app_service', 'USAGE') AS member FROM pg_class WHERE oid = ANY ($1::regclass[])`,
    [tables],
  );
  expect(rows).toEqual([{ member: true }]);
});

describe('as app_user', () => {
  /** Acts as a person for the rest of the transaction; as nobody without one. */
  async function actAs(userId?: unknown): Promise<void> {
    if (userId !== undefined) await client.query(`SELECT set_config('app.user_id', $1, true)`, [userId]);
    await client.query('SET LOCAL ROLE app_user');
  }

  const readable = Object.keys(rightsOfOwners).filter((table) => rightsOfOwners[table].includes('SELECT'));

  /** A row of `table`, and the person who owns it. */
  async function ownedRow(table: string): Promise<{ row: Row; owner: unknown }> {
    const row = await insert(client, table);
    if (table === 'users') return { row, owner: row.id };
    if (table !== 'message_embeddings') return { row, owner: row.user_id };
    const { rows } = await client.query<Row>('SELECT user_id FROM messages WHERE id = $1', [row.message_id]);
    return { row, owner: rows[0].user_id };
  }

  it.each(readable)('%s: a person sees their own rows, and nobody sees nothing', async (table) => {
    const key = table === 'message_embeddings' ? 'message_id' : 'id';
    const { row, owner } = await ownedRow(table);
    await ownedRow(table);

    await actAs(owner);
    expect((await client.query<Row>(`SELECT ${key} AS key FROM ${table}`)).rows).toEqual([{ key: row[key] }]);
    for (const nobody of ['', '00000000-0000-4000-8000-000000000000']) {
      await actAs(nobody);
      expect((await client.query(`SELECT ${key} FROM ${table}`)).rows).toEqual([]);
    }
  });

  it.each(tables.filter((table) => !readable.includes(table)))('%s can not be read', async (table) => {
    const { id } = await insert(client, 'users');
    await actAs(id);
    expect(await refusalOf(client, () => client.query(`SELECT FROM ${table}`))).toMatchObject({
      code: INSUFFICIENT_PRIVILEGE,
    });
  });

  it('a password hash can not be read, one’s own neither', async () => {
    const { id } = await insert(client, 'users');
    await actAs(id);
    expect(await refusalOf(client, () => client.query('SELECT password_hash FROM users'))).toMatchObject({
      code: INSUFFICIENT_PRIVILEGE,
    });
  });
});
