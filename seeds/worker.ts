import 'reflect-metadata';
import { parentPort, workerData } from 'node:worker_threads';
import dataSource from '../ormconfig';
import { type Basis, compileTables } from './engine/tables';
import type { Answer, Batch } from './engine/workers';
import { rowsIn } from './engine/writer';
import { factories } from './factories';

// A thread that makes rows for --jobs: asked for a batch, it answers with the rows as COPY takes them.

const port = parentPort!;
// Whoever asks may do so at once: what comes before the tables are compiled waits.
const compiled = dataSource
  .describeEntities()
  .then((entities) => new Map(compileTables(entities, factories, workerData as Basis).map((one) => [one.name, one])));

port.on('message', (batch: Batch) => void answer(batch));

async function answer({ table: name, rows, format }: Batch): Promise<void> {
  try {
    const table = (await compiled).get(name)!;
    const made = rowsIn(format);
    for (const row of rows) made.add(table, row);
    const bytes = made.take();
    port.postMessage({ bytes } satisfies Answer, [bytes.buffer as ArrayBuffer]);
  } catch (error) {
    port.postMessage({ error: (error as Error).message } satisfies Answer);
  }
}
