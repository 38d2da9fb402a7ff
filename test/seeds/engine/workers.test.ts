import { entities } from '../../../src/entities';
import { compileTables, type Table } from '../../../seeds/engine/tables';
import { Workers } from '../../../seeds/engine/workers';
import { makeChunks, type MakeChunks } from '../../../seeds/engine/writer';
import { factories } from '../../../seeds/factories';
import { metadataOf } from '../metadata';

const BASIS = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };

let tables: Table[];
let workers: Workers;

beforeAll(async () => {
  tables = compileTables(await metadataOf(entities), factories, BASIS);
  workers = new Workers(2, BASIS);
});

afterAll(() => workers.stop());

async function textOf(make: MakeChunks, table: Table, rows: Iterable<number>): Promise<string> {
  let text = '';
  for await (const chunk of make(table, rows)) {
    const lines = new TextDecoder().decode(chunk.text);
    expect(chunk.rows).toBe(lines.split('\n').length - 1);
    text += lines;
  }
  return text;
}

function* numbers(count: number): Generator<number> {
  for (let row = 0; row < count; row++) if (row % 7 !== 3) yield row;
}

describe('Workers', () => {
  it('make the same rows as this thread, in their order', async () => {
    for (const table of tables) {
      const count = Math.min(400, table.rows(100));
      const made = await textOf((...asked) => workers.makeChunks(...asked), table, numbers(count));
      expect(made).toBe(await textOf(makeChunks, table, numbers(count)));
    }
  });

  it('say why a row can’t be made, and go on with others', async () => {
    const unknown = { name: 'nothing' } as Table;
    await expect(textOf((...asked) => workers.makeChunks(...asked), unknown, [0])).rejects.toThrow();
    await expect(textOf((...asked) => workers.makeChunks(...asked), tables[0], [0])).resolves.not.toBe('');
  });

  it('fail what waits for a thread that has ended', async () => {
    const short = new Workers(1, BASIS);
    const made = textOf((...asked) => short.makeChunks(...asked), tables[0], numbers(100_000));
    await short.stop();
    await expect(made).rejects.toThrow('A thread that makes rows has ended.');
  });
});
