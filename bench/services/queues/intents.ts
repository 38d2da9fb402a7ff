import { NestFactory } from '@nestjs/core';
import { IntentsModule } from '../../../src/modules/intents/intents.module';
import { IntentsService } from '../../../src/modules/intents/intents.service';
import { PlatformModule } from '../../../src/modules/platform.module';
import { createMigratedDatabase, dropDatabase } from '../../databases';
import { BATCH, type Queue, WORKERS } from './queue';

/** The intents service as a queue: a third of the intents by cron, by interval and once, of a thousand people. */
export async function intentsQueue(): Promise<Queue> {
  const dataSource = await createMigratedDatabase('intents', WORKERS);
  const modules = [PlatformModule.on(dataSource), IntentsModule];
  const app = await NestFactory.createApplicationContext({ module: class {}, imports: modules }, { logger: false });
  const intents = app.get(IntentsService);
  await dataSource.query(
    `INSERT INTO users (email, sso_provider, sso_id)
     SELECT 'person' || i || '@example.org', 'bench', i FROM generate_series(0, 999) i`,
  );
  const worker = async () => {
    for (;;) {
      const claims = await intents.claimDue(BATCH);
      if (claims.length === 0) return;
      await intents.recordExecutions(claims.map((intent) => ({ intent, outcome: { status: 'success' } })));
    }
  };
  return {
    name: 'IntentsService',
    settings: `claimDue(${BATCH}), recordExecutions of each batch`,
    async fill(jobs) {
      await dataSource.query('TRUNCATE scheduled_intents, intent_executions');
      await dataSource.query(
        `INSERT INTO scheduled_intents (user_id, intent_name, trigger_type, trigger_schedule, action_type, next_check)
         SELECT users.id, 'Briefing', (ARRAY['cron', 'interval', 'once'])[1 + i % 3], (ARRAY[
             jsonb_build_object('cron', i % 60 || ' 7 * * 1-5', 'timezone', 'Europe/Vienna'),
             jsonb_build_object('everyHours', 24),
             jsonb_build_object('at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
           ])[1 + i % 3], 'briefing', now() - i * interval '1 ms'
         FROM generate_series(1, $1::int) i JOIN users ON users.sso_id = (i % 1000)::text`,
        [jobs],
      );
      await dataSource.query('VACUUM ANALYZE scheduled_intents, intent_executions');
    },
    async drain() {
      await Promise.all(Array.from({ length: WORKERS }, worker));
    },
    async completed() {
      const [{ count }] = await dataSource.query<{ count: number }[]>(
        'SELECT count(*)::int AS count FROM intent_executions',
      );
      return count;
    },
    async close() {
      await app.close();
      await dropDatabase('intents');
    },
  };
}
