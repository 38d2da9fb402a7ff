import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { PlatformModule } from '../../../src/modules/platform.module';
import { IntentsModule } from '../../../src/modules/intents/intents.module';
import { IntentsService } from '../../../src/modules/intents/intents.service';
import { dataSourceAt } from '../../template';

/** What a worker says to the process that has forked it; it starts when that one says anything. */
export type Report = 'ready' | 'done' | readonly string[];

/**
 * Carries out intents until none is due: reports the ids of each claim, and records their executions then.
 *
 *     node --require ./typescript.js worker.ts URL NOW
 */
async function work(url: string, now: Date): Promise<void> {
  const modules = [PlatformModule.on(dataSourceAt(url)), IntentsModule];
  const app = await NestFactory.createApplicationContext({ module: class {}, imports: modules }, { logger: false });
  const intents = app.get(IntentsService);
  report('ready');
  await new Promise((resolve) => process.once('message', resolve));
  for (;;) {
    const claims = await intents.claimDue(25, now);
    if (claims.length === 0) break;
    report(claims.map(({ id }) => id));
    await intents.recordExecutions(
      claims.map((intent) => ({ intent, outcome: { status: 'success' } })),
      now,
    );
  }
  report('done');
  await app.close();
  process.disconnect();
}

function report(message: Report): void {
  process.send!(message);
}

void work(process.argv[2], new Date(process.argv[3]));
