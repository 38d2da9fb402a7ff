import { createRequire } from 'node:module';
import { Pool } from 'pg';
import { createDatabase, dropDatabase } from '../../databases';
import { type Queue, WORKERS } from './queue';

/** What is used of graphile-worker. It is installed in bench/ alone, so its types are not known everywhere. */
interface GraphileWorker {
  Logger: new (factory: () => () => void) => unknown;
  runMigrations: (options: object) => Promise<void>;
  run: (options: object) => Promise<{ stop(): Promise<void> }>;
}

/**
 * As https://worker.graphile.org/docs/performance has it: with a local queue, for which it names concurrentJobs + 1 as a
 * good starting point and 500 in its own benchmark, and completions in batches.
 *
 * @param localQueue how many jobs it fetches at a time
 */
export async function graphileWorker(localQueue: number): Promise<Queue> {
  const { Logger, run, runMigrations } = createRequire(__filename)('graphile-worker') as GraphileWorker;
  const database = `graphile_worker_${localQueue}`;
  // One more, which listens for new jobs.
  const pgPool = new Pool({ connectionString: await createDatabase(database), max: WORKERS + 1 });
  for (const event of ['error', 'connect']) pgPool.on(event as 'error', () => {});
  const logger = new Logger(() => () => undefined);
  await runMigrations({ pgPool, logger });
  let filled = 0;
  const left = async (): Promise<number> => {
    const { rows } = await pgPool.query<{ count: number }>('SELECT count(*)::int AS count FROM graphile_worker.jobs');
    return rows[0].count;
  };
  return {
    name: 'graphile-worker',
    settings: `concurrentJobs ${WORKERS}, localQueue.size ${localQueue}, completeJobBatchDelay 0`,
    async fill(jobs) {
      filled = jobs;
      await pgPool.query('TRUNCATE graphile_worker._private_jobs');
      await pgPool.query(`SELECT graphile_worker.add_job('done') FROM generate_series(1, $1::int)`, [jobs]);
      await pgPool.query('VACUUM ANALYZE graphile_worker._private_jobs');
    },
    async drain() {
      let started = 0;
      let allStarted = () => {};
      const all = new Promise<void>((resolve) => (allStarted = resolve));
      const runner = await run({
        pgPool,
        logger,
        noHandleSignals: true,
        preset: {
          worker: {
            concurrentJobs: WORKERS,
            localQueue: { size: localQueue },
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
          },
        },
        taskList: {
          done: () => {
            if (++started === filled) allStarted();
          },
        },
      });
      await all;
      // Ends when the last completion is written.
      await runner.stop();
    },
    async completed() {
      return filled - (await left());
    },
    async close() {
      await pgPool.end();
      await dropDatabase(database);
    },
  };
}
