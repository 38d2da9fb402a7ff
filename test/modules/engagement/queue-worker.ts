import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { PlatformModule } from '../../../src/modules/platform.module';
import { EngagementModule } from '../../../src/modules/engagement/engagement.module';
import { MessageQueueService } from '../../../src/modules/engagement/message-queue.service';
import { dataSourceAt } from '../../template';

/**
 * A worker of the message queue: `queue-worker.ts <url> <now> [hold]`. It prints the id of each message that it has sent.
 * With "hold" it claims some, says so and does no more, until it is killed.
 */
async function work([url, now, hold]: string[]): Promise<void> {
  const dataSource = await dataSourceAt(url).initialize();
  const app = await Test.createTestingModule({ imports: [PlatformModule.on(dataSource), EngagementModule] }).compile();
  const queue = app.get(MessageQueueService);
  for (;;) {
    const claimed = await queue.claim(10, new Date(now));
    if (hold) {
      console.log(claimed.map(({ id }) => id).join('\n'));
      await new Promise((resolve) => process.stdin.once('data', resolve));
    }
    if (claimed.length === 0) break;
    for (const message of claimed) {
      await queue.markSent(message, new Date(now));
      console.log(message.id);
    }
  }
  await app.close();
}

void work(process.argv.slice(2));
