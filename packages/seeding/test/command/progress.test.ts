import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lines, Progress } from '../../src/command/progress';
import { describeOnTerminal, linesOf, onTerminal, showsCursor, type Terminal } from '../terminal';
import { command, environment, PACKAGE } from './command';

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

describeOnTerminal('on a terminal', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'terminal-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** Writes rows into files, which needs no database. */
  const write = (...parameters: string[]): Promise<Terminal> =>
    onTerminal(command('--to-csv', join(folder, 'csv'), ...parameters), environment({}), PACKAGE);

  it('draws a bar, which makes way for the report', async () => {
    const terminal = await write('--only', 'decisions', '--scale', '250');
    expect(await terminal.ended).toBe(0);
    const { transcript } = terminal;
    expect(transcript).toMatch(/\[1G░{40} 0 % of \d+ rows \| authors/);
    expect(transcript).toMatch(/\[1G█{40} 100 % of \d+ rows \| decisions, \d+ rows\/s/);
    const [first, head] = linesOf(transcript);
    expect(first).toMatch(/^┌─+┬─+┬─+┐$/);
    expect(head).toMatch(/^│ table +│ rows │ added │$/);
    expect(linesOf(transcript).join('\n')).not.toMatch(/█|░| % of /);
    expect(showsCursor(transcript)).toBe(true);
  });

  it.each([
    ['Ctrl-C', 130, (terminal: Terminal) => terminal.press('\x03')],
    ['kill', 143, ({ pid }: Terminal) => process.kill(pid)],
    ['the end of its window', 129, ({ pid }: Terminal) => process.kill(pid, 'SIGHUP')],
  ])('leaves nothing but a line after %s, and the cursor', async (_, code, stop) => {
    const terminal = await write('--profile', 'load');
    await terminal.shows(/ % of \d+ rows \| posts/);
    expect(showsCursor(terminal.transcript)).toBe(false);
    stop(terminal);
    expect(await terminal.ended).toBe(code);
    expect(linesOf(terminal.transcript)).toEqual(['Stopped: no files have been written.', '']);
    expect(showsCursor(terminal.transcript)).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });
});
