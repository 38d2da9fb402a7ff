import type { DataSource } from 'typeorm';
import { ConversationsService } from '../../../src/modules/conversations/conversations.service';
import { describeOnServer } from '../../databases';
import { type Application, contents, moments, says, startApplication } from './application';

let app: Application;
let dataSource: DataSource;
let conversations: ConversationsService;
let ada: string;

beforeAll(async () => {
  app = await startApplication();
  ({ conversations, dataSource } = app);
  [ada] = await app.newPeople('ada');
});

afterAll(() => app.close());

describeOnServer('many at once', () => {
  it('append to one thread: nothing is lost, the order is total, and a reader who follows by cursor misses nothing', async () => {
    const { id } = await conversations.create(ada);
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let turn = 0; turn < 10; turn++) {
        await conversations.append(ada, id, [says(`${writer}:${turn}:a`), says(`${writer}:${turn}:b`)]);
      }
    });
    const read = await followed(id, Promise.all(writers));

    const { all } = await thread(id);
    expect(read).toEqual(all);
    expect(all).toHaveLength(160);
    const times = await moments(dataSource, id);
    expect(times.every((time, index) => index === 0 || time > times[index - 1])).toBe(true);
    for (let writer = 0; writer < 8; writer++) {
      const own = all.filter((content) => content.startsWith(`${writer}:`));
      expect(own).toEqual(
        Array.from({ length: 10 }, (_, turn) => [`${writer}:${turn}:a`, `${writer}:${turn}:b`]).flat(),
      );
    }
    // An append is one whole: nobody speaks in between.
    expect(all.filter((_, index) => index % 2 === 1)).toEqual(
      all.filter((_, index) => index % 2 === 0).map((content) => content.replace(/a$/, 'b')),
    );
  });

  /** The whole thread, and where it ends. */
  async function thread(id: string, from?: string): Promise<{ all: string[]; last: string | undefined }> {
    const all: string[] = [];
    let last = from;
    for (;;) {
      const { items, next } = await conversations.thread(ada, id, { limit: 7, after: last });
      if (next === null) return { all: [...all, ...contents(items)], last };
      all.push(...contents(items));
      last = next;
    }
  }

  /** What a reader sees who asks for what is new again and again until `work` is done. */
  async function followed(id: string, work: Promise<unknown>): Promise<string[]> {
    let done = false;
    const finished = work.finally(() => (done = true));
    const read: string[] = [];
    let after: string | undefined;
    while (!done) {
      const { items, next } = await conversations.thread(ada, id, { limit: 5, after });
      if (next === null) continue;
      read.push(...contents(items));
      after = next;
    }
    await finished;
    const rest = await thread(id, after);
    return [...read, ...rest.all];
  }
});
