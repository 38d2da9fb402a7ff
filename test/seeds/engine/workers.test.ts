import { entities } from '../../../src/entities';
import { compileTables, type Table } from '../../../seeds/engine/tables';
import { Workers } from '../../../seeds/engine/workers';
import { type Chunk, type Format, makeChunks, type MakeChunks } from '../../../seeds/engine/writer';
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

async function made(
  make: MakeChunks,
  table: Table,
  rows: Iterable<number>,
  format: Format = 'text',
): Promise<{ bytes: string; count: number }> {
  const chunks: Chunk[] = [];
  for await (const chunk of make(table, rows, format)) chunks.push(chunk);
  return {
    bytes: Buffer.concat(chunks.map(({ bytes }) => bytes)).toString('latin1'),
    count: chunks.reduce((sum, chunk) => sum + chunk.rows, 0),
  };
}

function* numbers(count: number): Generator<number> {
  for (let row = 0; row < count; row++) if (row % 7 !== 3) yield row;
}

describe('Workers', () => {
  it.each<Format>(['binary', 'text'])('make the same rows as this thread, in their order, as %s', async (format) => {
    for (const table of tables) {
      const count = Math.min(400, table.rows(100));
      const there = await made((...asked) => workers.makeChunks(...asked), table, numbers(count), format);
      expect(there).toEqual(await made(makeChunks, table, numbers(count), format));
    }
  });

  it('say why a row can’t be made, and go on with others', async () => {
    const unknown = { name: 'nothing' } as Table;
    await expect(made((...asked) => workers.makeChunks(...asked), unknown, [0])).rejects.toThrow();
    await expect(made((...asked) => workers.makeChunks(...asked), tables[0], [0])).resolves.toMatchObject({ count: 1 });
  });

  it('fail what waits for a thread that has ended', async () => {
    const short = new Workers(1, BASIS);
    const unfinished = made((...asked) => short.makeChunks(...asked), tables[0], numbers(100_000));
    await short.stop();
    await expect(unfinished).rejects.toThrow('A thread that makes rows has ended.');
  });
});
