/** The milliseconds that `work` takes. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
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
