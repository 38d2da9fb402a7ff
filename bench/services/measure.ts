import { median } from '../median';

/** The milliseconds that `work` takes. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * The median time of each of several works in milliseconds. They run by turns, so that what else the machine does is the
 * same for all of them; first `warmUps` times unmeasured.
 */
export async function mediansOf(
  works: readonly (() => Promise<number>)[],
  rounds: number,
  warmUps: number,
): Promise<number[]> {
  const times: number[][] = works.map(() => []);
  for (let round = -warmUps; round < rounds; round++) {
    for (const [index, work] of works.entries()) {
      const time = await work();
      if (round >= 0) times[index].push(time);
    }
  }
  return times.map(median);
}
