import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { DatabaseModule } from '../../src/database/database.module';
import { EngagementModule } from '../../src/modules/engagement/engagement.module';
import { MessageQueueService } from '../../src/modules/engagement/message-queue.service';
import type { Outcome } from '../../src/modules/intents/execution';
import { IntentsModule } from '../../src/modules/intents/intents.module';
import { IntentsService } from '../../src/modules/intents/intents.service';
import { DecisionsService } from '../../src/modules/social/decisions.service';
import { PostsService, type Sighting } from '../../src/modules/social/posts.service';
import { SocialModule } from '../../src/modules/social/social.module';
import { dataSourceAt } from '../template';

/** What is to be done by all workers at once. */
export interface Round {
  now: string;
  sightings: Sighting[];
}

/** What a worker has done: the ids, and how many sightings and outcomes were refused. */
export interface Done {
  executed: string[];
  sent: string[];
  decided: string[];
  refused: { sightings: number; outcomes: number };
}

/** What goes wrong reads like this. */
export const POISON = `read \0 of "😀`.slice(0, -1);

/** What comes of an intent, by its name. */
const OUTCOMES: Record<string, Outcome> = {
  good: { status: 'success' },
  text: { status: 'success', messagePreview: POISON, triggerData: { [POISON]: [[POISON]] } },
  gone: { status: 'success', messageId: '00000000-0000-4000-8000-000000000000' },
  large: { status: 'success', evaluationMs: 2 ** 40 },
};

const SCORES = { sssScore: 1, arsScore: 1, evsScore: 1, trsScore: 1 };

/** A worker of all queues, in which much goes wrong: `poison-worker.ts <url>`. It does each round that it is sent. */
async function work(url: string): Promise<void> {
  const imports = [DatabaseModule.on(dataSourceAt(url)), IntentsModule, EngagementModule, SocialModule];
  const app = await NestFactory.createApplicationContext({ module: class {}, imports }, { logger: false });
  const [intents, queue] = [app.get(IntentsService), app.get(MessageQueueService)];
  const [posts, decisions] = [app.get(PostsService), app.get(DecisionsService)];

  async function round({ now: moment, sightings }: Round): Promise<Done> {
    const now = new Date(moment);
    const done: Done = { executed: [], sent: [], decided: [], refused: { sightings: 0, outcomes: 0 } };
    done.refused.sightings = (await posts.ingest(sightings, now)).refused.length;
    for (let claimed = await intents.claimDue(7, now); claimed.length > 0; claimed = await intents.claimDue(7, now)) {
      const executions = claimed.map((intent) => ({ intent, outcome: OUTCOMES[intent.intentName] }));
      done.executed.push(...claimed.map(({ id }) => id));
      done.refused.outcomes += (await intents.recordExecutions(executions, now)).length;
    }
    for (let claimed = await queue.claim(7, now); claimed.length > 0; claimed = await queue.claim(7, now)) {
      for (const message of claimed) {
        if (message.messageKey === 'poison') await queue.markFailed(message, POISON, now);
        else await queue.markSent(message, now);
        if (message.messageKey !== 'poison') done.sent.push(message.id);
      }
    }
    for (let claimed = await posts.claim(7, now); claimed.length > 0; claimed = await posts.claim(7, now)) {
      for (const post of claimed) {
        if (post.content.startsWith('poison')) await posts.markFailed(post, POISON, now);
        else done.decided.push((await decisions.record({ postId: post.id, mode: 'HYBRID', ...SCORES }, now)).postId);
      }
    }
    return done;
  }

  process.on('message', (message: Round) => void round(message).then((done) => process.send!(done)));
  process.once('disconnect', () => void app.close());
  process.send!('ready');
}

if (require.main === module) void work(process.argv[2]);
