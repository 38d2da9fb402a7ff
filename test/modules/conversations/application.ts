import type { Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { type Message, User } from '../../../src/entities';
import { ConversationsModule } from '../../../src/modules/conversations/conversations.module';
import { ConversationsService, type NewMessage } from '../../../src/modules/conversations/conversations.service';
import { migratedDatabase } from '../../databases';
import { moduleOn } from '../../module-on';

/** The conversations' module on a database of its own. */
export interface Application {
  dataSource: DataSource;
  conversations: ConversationsService;
  get<T>(service: Type<T>): T;
  /** In an emptied database. */
  newPeople(...names: string[]): Promise<string[]>;
  /** What somebody said, each message in a conversation of its own. */
  say(userId: string, ...contents: string[]): Promise<{ conversationId: string; id: string }[]>;
  close(): Promise<void>;
}

export async function startApplication(): Promise<Application> {
  const database = await migratedDatabase();
  const dataSource = await database.dataSource();
  const module = await moduleOn(database, ConversationsModule);
  const conversations = module.get(ConversationsService);
  return {
    dataSource,
    conversations,
    get: (service) => module.get(service),
    async newPeople(...names) {
      await dataSource.query('DELETE FROM users');
      const people = names.map((name) => ({ email: `${name}@example.org`, ssoProvider: 'google', ssoId: name }));
      return (await dataSource.manager.save(User, people)).map(({ id }) => id);
    },
    async say(userId, ...contents) {
      const said = [];
      for (const content of contents) {
        const { id: conversationId } = await conversations.create(userId);
        const [{ id }] = await conversations.append(userId, conversationId, [{ role: 'user', content }]);
        said.push({ conversationId, id });
      }
      return said;
    },
    async close() {
      await module.close();
      await database.close();
    },
  };
}

export function says(content: string): NewMessage {
  return { role: 'user', content };
}

export function contents(messages: readonly Pick<Message, 'content'>[]): string[] {
  return messages.map(({ content }) => content);
}

/** When each message was said, in microseconds. */
export async function moments(dataSource: DataSource, conversationId: string): Promise<bigint[]> {
  const rows = await dataSource.query<{ micros: string }[]>(
    `SELECT (extract(epoch FROM created_at) * 1000000)::bigint AS micros FROM messages
     WHERE conversation_id = $1 ORDER BY created_at, id`,
    [conversationId],
  );
  return rows.map(({ micros }) => BigInt(micros));
}
