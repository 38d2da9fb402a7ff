import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { appUser } from '../../src/entities/access';
import type { TestDatabase } from '../databases';
import { insert, type Row } from './rows';

/** A login of the test's own, as an application's that serves persons alone: a member of app_user and of nothing else. */
export interface PersonLogin {
  /** The test's database, as this login. */
  url: string;
  /** Once the database is gone. */
  drop(admin: Client): Promise<void>;
}

export async function personLogin(database: TestDatabase, admin: Client): Promise<PersonLogin> {
  const name = `person_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}' IN ROLE ${appUser.name}`);
  const url = new URL(database.url);
  url.username = name;
  url.password = password;
  return {
    url: url.href,
    drop: async (client) => {
      await client.query(`DROP ROLE ${name}`);
    },
  };
}

/** A person with a row in each table that has an owner, by the names of the tables. */
export type Belongings = Record<string, Row> & { users: Row & { id: string } };

export async function newPerson(client: Client): Promise<Belongings> {
  const user = (await insert(client, 'users')) as Row & { id: string };
  const own = { user_id: user.id };
  const conversation = await insert(client, 'conversations', own);
  const message = await insert(client, 'messages', { ...own, conversation_id: conversation.id });
  const intent = await insert(client, 'scheduled_intents', own);
  return {
    users: user,
    user_profiles: await insert(client, 'user_profiles', own),
    sessions: await insert(client, 'sessions', own),
    tasks: await insert(client, 'tasks', own),
    conversations: conversation,
    messages: message,
    message_embeddings: await insert(client, 'message_embeddings', { message_id: message.id }),
    scheduled_intents: intent,
    intent_executions: await insert(client, 'intent_executions', { ...own, intent_id: intent.id }),
    user_engagement_states: await insert(client, 'user_engagement_states', own),
    engagement_state_transitions: await insert(client, 'engagement_state_transitions', own),
    engagement_message_queue: await insert(client, 'engagement_message_queue', own),
  };
}
