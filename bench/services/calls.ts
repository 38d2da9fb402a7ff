import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import Table from 'cli-table3';
import { Client } from 'pg';
import type { DataSource, EntitySubscriberInterface } from 'typeorm';
import type { BeforeQueryEvent } from 'typeorm/subscriber/event/QueryEvent';
import type { EntityDataSource } from '../../src/database/data-source';
import { PlatformModule } from '../../src/modules/platform.module';
import { fill } from '../../test/modules/fill';
import { createMigratedDatabase, dropDatabase } from '../databases';
import { mediansOf, timeOf } from './measure';
import type { Call, Subject } from './subjects/subject';

/** A subject's services on a database of so many rows. */
interface Sample {
  readonly database: string;
  readonly dataSource: EntityDataSource;
  readonly app: INestApplicationContext;
  readonly calls: Record<string, Call>;
}

/**
 * Prints the median time of each hot call of a subject: beside that of the same statements given through bare pg, and at
 * two sizes of its tables.
 */
export async function compareCalls(subject: Subject, sizes: [number, number], rounds: number): Promise<void> {
  const [small, large] = [await sampleOf(subject, sizes[0]), await sampleOf(subject, sizes[1])];
  const client = new Client({ connectionString: small.dataSource.url });
  await client.connect();
  try {
    console.log(`${subject.name}: ${sizes.join(' and ')} rows, median of ${rounds} calls by turns, in milliseconds.`);
    const table = new Table({
      head: ['', 'service', 'bare pg', 'overhead', `at ${sizes[1]}`, 'growth'],
      colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
      style: { head: [], border: [], compact: true },
    });
    for (const name of Object.keys(small.calls)) {
      const { [name]: call } = small.calls;
      const statements = await statementsOf(small.dataSource, call);
      const works = [call, { ...call, run: () => replay(client, statements) }, large.calls[name]];
      const [service, bare, atLarge] = await mediansOf(
        works.map((work) => () => timeOfCall(work)),
        rounds,
        20,
      );
      const ratios = [(service / bare).toFixed(2), (atLarge / service).toFixed(2)];
      table.push([name, service.toFixed(2), bare.toFixed(2), ratios[0], atLarge.toFixed(2), ratios[1]]);
    }
    console.log(table.toString());
  } finally {
    await client.end();
    for (const { app, database } of [small, large]) {
      await app.close();
      await dropDatabase(database);
    }
  }
}

async function sampleOf(subject: Subject, rows: number): Promise<Sample> {
  const database = `${subject.name}_${rows}`;
  const dataSource = await createMigratedDatabase(database, 1);
  await fill(dataSource.url, subject.rows(rows));
  const modules = [PlatformModule.on(dataSource), subject.module];
  const app = await NestFactory.createApplicationContext({ module: class {}, imports: modules }, { logger: false });
  return { database, dataSource, app, calls: await subject.calls(app) };
}

async function timeOfCall({ run, undo }: Call): Promise<number> {
  const time = await timeOf(run);
  await undo?.();
  return time;
}

/** The statements that a call gives, with their values: those of its transaction, too. */
async function statementsOf(dataSource: DataSource, call: Call): Promise<BeforeQueryEvent[]> {
  const statements: BeforeQueryEvent[] = [];
  const listener: EntitySubscriberInterface = { beforeQuery: (event) => void statements.push(event) };
  dataSource.subscribers.push(listener);
  await call.run();
  dataSource.subscribers.pop();
  await call.undo?.();
  return statements;
}

async function replay(client: Client, statements: readonly BeforeQueryEvent[]): Promise<void> {
  for (const { query, parameters } of statements) await client.query(query, parameters as unknown[]);
}
