import fc from 'fast-check';
import { Client, DatabaseError } from 'pg';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../databases';
import { type Belongings, newPerson, type PersonLogin, personLogin } from './person';
import type { Row } from './rows';

/** The tables with owners: the column that says whose a row is, and one that a statement tries to change. */
const TABLES = {
  users: { owner: 'id', change: 'name' },
  user_profiles: { owner: 'user_id', change: 'locale' },
  sessions: { owner: 'user_id', change: 'user_id' },
  tasks: { owner: 'user_id', change: 'title' },
  conversations: { owner: 'user_id', change: 'title' },
  messages: { owner: 'user_id', change: 'content' },
  message_embeddings: { owner: 'message_id', change: 'model' },
  scheduled_intents: { owner: 'user_id', change: 'description' },
  intent_executions: { owner: 'user_id', change: 'error_message' },
  user_engagement_states: { owner: 'user_id', change: 'state' },
  engagement_state_transitions: { owner: 'user_id', change: 'trigger' },
  engagement_message_queue: { owner: 'user_id', change: 'status' },
} as const;
type Table = keyof typeof TABLES;

/** What a person sends, with `$me` and `$them` for two people's ids `$theirs` and `$conversation` for the keys of a row and of the conversation of the other one. */
type Statement = string;

const table = fc.constantFrom(...(Object.keys(TABLES) as Table[]));
const keyOf = (name: Table): string => (name === 'message_embeddings' ? 'message_id' : 'id');

/** A condition on the rows of `name`, often one that asks for somebody else's. */
function condition(name: Table): fc.Arbitrary<string> {
  const { owner } = TABLES[name];
  const column = `${name}.${owner}`;
  const { where } = fc.letrec<{ where: string }>((tie) => ({
    where: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(
        'true',
        `${column} IS NOT NULL`,
        `${column} <> $me`,
        `${column} = $them`,
        `${name}.${keyOf(name)} = $theirs`,
        `${name}.${keyOf(name)} IN ($theirs, gen_random_uuid())`,
        `${column}::text LIKE '%'`,
      ),
      fc.tuple(tie('where'), fc.constantFrom('AND', 'OR'), tie('where')).map((parts) => `(${parts.join(' ')})`),
      tie('where').map((inner) => `NOT (${inner})`),
      table.map((other) => `EXISTS (SELECT ${TABLES[other].owner} FROM ${other})`),
      table.map((other) => `${column} IN (SELECT ${TABLES[other].owner} FROM ${other})`),
    ),
  }));
  return where;
}

/** Reads the owners of rows: whatever it is, the answer may hold the person's own id alone. */
const reading: fc.Arbitrary<Statement> = table.chain((name) => {
  const { owner } = TABLES[name];
  return fc
    .tuple(
      condition(name),
      fc.constantFrom(
        (where: string) => `SELECT ${owner} AS owner FROM ${name} WHERE ${where}`,
        (where: string) => `SELECT ${owner} AS owner FROM ${name} WHERE ${where} FOR SHARE`,
        (where: string) =>
          `SELECT DISTINCT ${name}.${owner} AS owner FROM ${name} CROSS JOIN tasks AS other WHERE ${where}`,
        (where: string) => `SELECT unnest(array_agg(${owner})) AS owner FROM ${name} WHERE ${where}`,
        (where: string) =>
          `WITH all_rows AS MATERIALIZED (SELECT * FROM ${name} WHERE ${where}) SELECT ${owner} AS owner FROM all_rows`,
        (where: string) =>
          `SELECT ${owner} AS owner FROM ${name} WHERE ${where} UNION ALL SELECT ${owner} FROM ${name}`,
      ),
    )
    .map(([where, select]) => select(where));
});

/** Writes, and reads what it has written. */
const writing: fc.Arbitrary<Statement> = table.chain((name) => {
  const { owner, change } = TABLES[name];
  const update =
    (set: string) =>
    (where: string): string =>
      `UPDATE ${name} SET ${set} WHERE ${where} RETURNING ${name}.${owner} AS owner`;
  return fc
    .tuple(
      condition(name),
      fc.constantFrom(
        update(`${change} = ${name}.${change}`),
        update(`${change} = 'taken'`),
        update(`${owner} = $them`),
        update(`${owner} = $me`),
        (where: string) => `DELETE FROM ${name} WHERE ${where} RETURNING ${name}.${owner} AS owner`,
        (where: string) =>
          `DELETE FROM ${name} USING conversations AS other WHERE ${where} RETURNING ${name}.${owner} AS owner`,
        (where: string) =>
          `WITH changed AS (UPDATE ${name} SET ${change} = 'taken' WHERE ${where} RETURNING *) SELECT ${owner} AS owner FROM changed`,
      ),
    )
    .map(([where, write]) => write(where));
});

/** Writes without looking: where no column is read, the policies of reading don't stand in for those of writing. */
const blind: fc.Arbitrary<Statement> = table.chain((name) =>
  fc.constantFrom(
    `DELETE FROM ${name}`,
    `UPDATE ${name} SET ${TABLES[name].change} = 'taken'`,
    `UPDATE ${name} SET ${TABLES[name].owner} = $them`,
  ),
);

const inserting: fc.Arbitrary<Statement> = fc
  .tuple(
    fc.constantFrom('$me', '$them'),
    fc.constantFrom('gen_random_uuid()', '$theirs'),
    fc.constantFrom(
      '',
      'ON CONFLICT DO NOTHING',
      `ON CONFLICT (id) DO UPDATE SET title = 'taken'`,
      'ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id',
    ),
    fc.constantFrom('tasks', 'conversations'),
    fc.constantFrom('', ' RETURNING user_id AS owner'),
  )
  .map(
    ([owner, id, conflict, name, returning]) =>
      `INSERT INTO ${name} (id, user_id, title) VALUES (${id}, ${owner}, 'new') ${conflict}${returning}`,
  );

const linking: fc.Arbitrary<Statement> = fc
  .tuple(
    fc.constantFrom('$me', '$them'),
    fc.constantFrom('$conversation', '(SELECT id FROM conversations LIMIT 1)'),
    fc.constantFrom('', ' RETURNING user_id AS owner'),
  )
  .map(
    ([owner, conversation, returning]) =>
      `INSERT INTO messages (user_id, conversation_id, role, content) VALUES (${owner}, ${conversation}, 'user', 'Hello')${returning}`,
  );

const statements = fc.array(
  fc.record({
    sql: fc.oneof(
      { weight: 2, arbitrary: reading },
      { weight: 2, arbitrary: writing },
      { weight: 3, arbitrary: blind },
      inserting,
      linking,
    ),
    me: fc.nat(2),
    them: fc.nat(2),
    theirs: table,
    commit: fc.constantFrom(true, true, true, false),
  }),
  { minLength: 1, maxLength: 8 },
);

let database: TestDatabase;
let admin: Client;
let login: PersonLogin;
let client: Client;

/** Sends the statement as `me`; the owners that it has shown. A refusal shows none. */
async function send(
  sql: Statement,
  me: Belongings,
  them: Belongings,
  theirs: Table,
  commit: boolean,
): Promise<(string | null)[]> {
  const text = sql
    .replaceAll('$me', `'${me.users.id}'`)
    .replaceAll('$theirs', `'${String(them[theirs][keyOf(theirs)])}'`)
    .replaceAll('$them', `'${them.users.id}'`)
    .replaceAll('$conversation', `'${String(them.conversations.id)}'`);
  await client.query('BEGIN');
  await client.query(`SELECT set_config('app.user_id', $1, true)`, [me.users.id]);
  try {
    const { rows } = await client.query<{ owner: string | null }>(text);
    return rows.map(({ owner }) => owner);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    // A statement of the test's own that is no SQL at all would prove nothing.
    if (error.code?.startsWith('42') && error.code !== '42501') throw error;
    return [];
  } finally {
    await client.query(commit ? 'COMMIT' : 'ROLLBACK');
  }
}

const OTHERS = Object.entries(TABLES)
  .map(([name, { owner }]) => {
    const mine = name === 'message_embeddings' ? '(SELECT id FROM messages WHERE user_id = $1)' : '($1)';
    return `SELECT '${name}' AS name, ${name}::text AS row FROM ${name} WHERE ${owner} NOT IN ${mine}`;
  })
  .join(' UNION ALL ');

/** All rows that belong to others than `me`, as text. */
async function othersRows(me: Belongings): Promise<unknown[]> {
  return (await admin.query<Row>(`${OTHERS} ORDER BY name, row`, [me.users.id])).rows;
}

describeOnServer('whatever people send', () => {
  beforeAll(async () => {
    database = await migratedDatabase();
    admin = await database.connect();
    login = await personLogin(database, admin);
    client = new Client({ connectionString: login.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await login.drop(admin);
    await database.close();
  });

  it('nobody ever sees or changes a row of somebody else', async () => {
    await fc.assert(
      fc.asyncProperty(statements, async (sent) => {
        const people = [await newPerson(admin), await newPerson(admin), await newPerson(admin)];
        for (const { sql, me, them, theirs, commit } of sent) {
          const person = people[me];
          const before = await othersRows(person);
          const own = new Set([person.users.id, ...(await messagesOf(person))]);
          const owners = await send(sql, person, people[them], theirs, commit);
          expect(owners.filter((owner) => owner !== null && !own.has(owner))).toEqual([]);
          expect(await othersRows(person)).toEqual(before);
        }
        await admin.query('DELETE FROM users');
      }),
      { numRuns: 100 },
    );
  }, 300_000);
});

/** What message_embeddings calls their owner: the person's messages. */
async function messagesOf(person: Belongings): Promise<string[]> {
  const { rows } = await admin.query<{ id: string }>('SELECT id FROM messages WHERE user_id = $1', [person.users.id]);
  return rows.map(({ id }) => id);
}
