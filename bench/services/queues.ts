import Table from 'cli-table3';
import { mediansOf, timeOf } from './measure';
import { graphileWorker } from './queues/graphile-worker';
import { intentsQueue } from './queues/intents';
import { pgBoss } from './queues/pg-boss';
import { BATCH, type Queue, WORKERS } from './queues/queue';

/** Prints how fast due intents are claimed and completed, beside queues that do the same. */
export async function compareQueues(jobs: number, rounds: number): Promise<void> {
  const queues = [await intentsQueue(), await graphileWorker(WORKERS + 1), await graphileWorker(BATCH), await pgBoss()];
  try {
    const times = await mediansOf(
      queues.map((queue) => () => drained(queue, jobs)),
      rounds,
      1,
    );
    console.log(
      `Claim and complete: ${jobs} jobs, ${WORKERS} workers in one process, median of ${rounds} rounds by turns.`,
    );
    const table = new Table({
      head: ['', 'seconds', 'jobs/s', 'times ours', 'settings'],
      colAligns: ['left', 'right', 'right', 'right', 'left'],
      style: { head: [], border: [], compact: true },
    });
    for (const [index, { name, settings }] of queues.entries()) {
      const time = times[index];
      table.push([
        name,
        (time / 1000).toFixed(2),
        Math.round(jobs / (time / 1000)),
        (time / times[0]).toFixed(2),
        settings,
      ]);
    }
    console.log(table.toString());
  } finally {
    for (const queue of queues) await queue.close();
  }
}

async function drained(queue: Queue, jobs: number): Promise<number> {
  await queue.fill(jobs);
  const time = await timeOf(() => queue.drain());
  const completed = await queue.completed();
  if (completed !== jobs) throw new Error(`${queue.name} has completed ${completed} of ${jobs} jobs.`);
  return time;
}
