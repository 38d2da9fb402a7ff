import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { PlatformModule } from '../../../src/modules/platform.module';
import { DecisionsService } from '../../../src/modules/social/decisions.service';
import { PostsService } from '../../../src/modules/social/posts.service';
import { SocialModule } from '../../../src/modules/social/social.module';
import { dataSourceAt } from '../../template';

const SCORES = { sssScore: 1, arsScore: 1, evsScore: 1, trsScore: 1 };

/**
 * A worker that deals with posts: `posts-worker.ts <url> <now> [hold]`. It prints the id of each post that it has decided
 * on. With "hold" it claims some, says so and does no more, until it is killed.
 */
async function work([url, now, hold]: string[]): Promise<void> {
  const imports = [PlatformModule.on(dataSourceAt(url)), SocialModule];
  const app = await NestFactory.createApplicationContext({ module: class {}, imports }, { logger: false });
  const [posts, decisions] = [app.get(PostsService), app.get(DecisionsService)];
  for (;;) {
    const claimed = await posts.claim(10, new Date(now));
    if (hold) {
      console.log(claimed.map(({ id }) => id).join('\n'));
      await new Promise((resolve) => process.stdin.once('data', resolve));
    }
    if (claimed.length === 0) break;
    for (const { id } of claimed) {
      await decisions.record({ postId: id, mode: 'HYBRID', ...SCORES });
      console.log(id);
    }
  }
  await app.close();
}

void work(process.argv.slice(2));
