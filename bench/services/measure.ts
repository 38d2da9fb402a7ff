import { median } from '../median';

/** The milliseconds that `work` takes. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * The median time of each of several works in milliseconds. They run by turns, forwards and backwards, so that what else
 * the machine does and what the one before has left in its caches is the same for all of them; first `warmUps` times
 * unmeasured.
 */
export async function mediansOf(
  works: readonly (() => Promise<number>)[],
  rounds: number,
  warmUps: number,
): Promise<number[]> {
  const times: number[][] = works.map(() => []);
  for (let round = -warmUps; round < rounds; round++) {
    const order = [...works.keys()];
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      const time = await works[index]();
      if (round >= 0) times[index].push(time);
    }
  }
  return times.map(median);
}
