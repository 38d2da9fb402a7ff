import { Client } from 'pg';
import { migratedDatabase, type TestDatabase } from '../databases';
import { type Belongings, newPerson, type PersonLogin, personLogin } from './person';
import { refusalOf, type Row } from './rows';

/** What PostgreSQL says where a right is missing. */
export const DENIED = { code: '42501' };

/** A database with two people in it. */
export interface World {
  readonly database: TestDatabase;
  readonly admin: Client;
  readonly login: PersonLogin;
  /** A connection of that login. */
  readonly client: Client;
  readonly ada: Belongings;
  readonly bob: Belongings;
}

let client: Client;
let ada: Belongings;

/** Runs `work` in a transaction of the person, or of nobody, and undoes it. */
export async function as(userId: string | undefined, work: () => Promise<unknown>): Promise<void> {
  await client.query('BEGIN');
  try {
    if (userId !== undefined) await client.query(`SELECT set_config('app.user_id', $1, true)`, [userId]);
    await work();
  } finally {
    await client.query('ROLLBACK');
  }
}

export const asAda = (work: () => Promise<unknown>): Promise<void> => as(ada.users.id, work);

export function refusal(sql: string, parameters: unknown[] = []): ReturnType<typeof refusalOf> {
  return refusalOf(client, () => client.query(sql, parameters));
}

export async function rows(sql: string, parameters: unknown[] = []): Promise<unknown[]> {
  return (await client.query<Row>(sql, parameters)).rows;
}

/** Gives the tests a database with two people in it, to look at as a login that serves people alone. */
export function amongPeople(use: (world: World) => void): void {
  let world: World;

  beforeAll(async () => {
    const database = await migratedDatabase();
    const admin = await database.connect();
    const [one, bob] = [await newPerson(admin), await newPerson(admin)];
    ada = one;
    const login = await personLogin(database, admin);
    client = new Client({ connectionString: login.url });
    await client.connect();
    world = { database, admin, login, client, ada, bob };
    use(world);
  });

  afterAll(async () => {
    await client.end();
    await world.login.drop(world.admin);
    await world.database.close();
  });
}
