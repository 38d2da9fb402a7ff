import { lines, Progress } from '../../seeds/progress';

/** What is written where there is no terminal, at most a line in so many ms. */
function written(every: number): { progress: Progress; printed: string[] } {
  const printed: string[] = [];
  return { progress: new Progress(lines(every, (line) => printed.push(line))), printed };
}

/** Lets some time pass. */
function work(): void {
  const start = performance.now();
  while (performance.now() - start < 3);
}

it('says what is done, how fast, and how long the rest will take', () => {
  const { progress, printed } = written(0);
  progress.hear('users', 10, 1000);
  work();
  progress.hear('users', 20, 1000);
  work();
  progress.hear('posts', 1000, 1000);
  progress.hear('indexes of posts', 1000, 1000);
  progress.stop();
  expect(printed[0]).toBe('1 % of 1000 rows | users');
  expect(printed[1]).toMatch(/^2 % of 1000 rows \| users, \d+ rows\/s, \d+ s left for all$/);
  expect(printed[2]).toMatch(/^100 % of 1000 rows \| posts, \d+ rows\/s$/);
  expect(printed[3]).toBe('100 % of 1000 rows | indexes of posts');
});

it('says nothing where the work is short', () => {
  const { progress, printed } = written(60_000);
  for (let sent = 0; sent < 10; sent++) progress.hear('users', sent, 10);
  expect(printed).toEqual([]);
});

it('measures how long each table takes, and all', () => {
  const { progress } = written(60_000);
  progress.hear('users', 10, 1000);
  work();
  progress.hear('users', 20, 1000);
  work();
  progress.hear('posts', 1000, 1000);
  work();
  progress.stop();
  expect(progress.of('users').rows).toBe(10);
  expect(progress.of('posts').rows).toBe(980);
  const [users, posts, all] = [progress.of('users'), progress.of('posts'), progress.all];
  for (const { milliseconds, rate } of [users, posts]) {
    expect(milliseconds).toBeGreaterThanOrEqual(3);
    expect(rate).toBeGreaterThan(0);
  }
  expect(all.rows).toBe(990);
  expect(all.milliseconds).toBeGreaterThanOrEqual(users.milliseconds + posts.milliseconds + 3);
  expect(progress.of('tasks').rate).toBeUndefined();
});
