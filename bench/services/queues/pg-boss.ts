import { createRequire } from 'node:module';
import { Pool } from 'pg';
import { createDatabase, dropDatabase } from '../../databases';
import { BATCH, type Queue, WORKERS } from './queue';

/** What is used of pg-boss. It is installed in bench/ alone, so its types are not known everywhere. */
interface PgBoss {
  on(event: 'error', listener: (error: Error) => void): void;
  start(): Promise<unknown>;
  stop(options: object): Promise<void>;
  createQueue(name: string): Promise<void>;
  insert(jobs: object[]): Promise<void>;
  fetch(name: string, options: { batchSize: number }): Promise<{ id: string }[]>;
  complete(name: string, ids: string[]): Promise<unknown>;
}

/**
 * By fetch and complete instead of work(), which sleeps half a second at least after each batch: to its advantage. Its own
 * maintenance is off while it is measured.
 */
export async function pgBoss(): Promise<Queue> {
  const Boss = createRequire(__filename)('pg-boss') as new (options: object) => PgBoss;
  const connectionString = await createDatabase('pg_boss');
  const boss = new Boss({ connectionString, max: WORKERS, supervise: false, schedule: false });
  boss.on('error', console.error);
  await boss.start();
  await boss.createQueue('done');
  const pool = new Pool({ connectionString, max: 1 });
  const worker = async () => {
    for (;;) {
      const jobs = await boss.fetch('done', { batchSize: BATCH });
      if (jobs.length === 0) return;
      await boss.complete(
        'done',
        jobs.map(({ id }) => id),
      );
    }
  };
  return {
    name: 'pg-boss',
    settings: `fetch with batchSize ${BATCH}, complete of each batch`,
    async fill(jobs) {
      await pool.query('TRUNCATE pgboss.job');
      await boss.insert(Array.from({ length: jobs }, () => ({ name: 'done' })));
      await pool.query('VACUUM ANALYZE pgboss.job');
    },
    async drain() {
      await Promise.all(Array.from({ length: WORKERS }, worker));
    },
    async completed() {
      const { rows } = await pool.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pgboss.job WHERE state = 'completed'`,
      );
      return rows[0].count;
    },
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
      await dropDatabase('pg_boss');
    },
  };
}
