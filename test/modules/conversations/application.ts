import type { Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { User } from '../../../src/entities';
import { ConversationsModule } from '../../../src/modules/conversations/conversations.module';
import { ConversationsService } from '../../../src/modules/conversations/conversations.service';
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
