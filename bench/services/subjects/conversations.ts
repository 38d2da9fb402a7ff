import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { Conversation } from '../../../src/entities';
import { ConversationsModule } from '../../../src/modules/conversations/conversations.module';
import { ConversationsService } from '../../../src/modules/conversations/conversations.service';
import type { Subject } from './subject';

export const conversations: Subject = {
  name: 'conversations',
  module: ConversationsModule,
  rows: (rows) => ({ users: Math.ceil(rows / 15), conversations: Math.ceil(rows / 5), messages: rows }),
  async calls(app) {
    const service = app.get(ConversationsService);
    const repository = app.get<Repository<Conversation>>(getRepositoryToken(Conversation));
    const [{ userId, id: read }] = await repository.find({ take: 1 });
    const said = { role: 'user', content: 'How do I explain fractions?' } as const;
    await service.append(userId, read, Array<typeof said>(100).fill(said));
    const { id: written } = await service.create(userId);
    return {
      'thread page of 50': { run: () => service.thread(userId, read) },
      append: { run: () => service.append(userId, written, [said]) },
      'recent conversations': { run: () => service.recent(userId) },
    };
  },
};
