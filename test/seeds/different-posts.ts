import 'reflect-metadata';
import { compileTables } from '@entity-backend/seeding';
import { factories } from '../../seeds/factories';
import { entities } from '../../src/entities';
import { metadataOf } from './metadata';

/** Prints how many different texts so many posts have, as a process of its own: jest is five times as slow. */
async function printDifferent(posts: number): Promise<void> {
  const basis = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };
  const table = compileTables(await metadataOf(entities), factories, basis).find(({ name }) => name === 'posts')!;
  const texts = new Set<unknown>();
  for (let index = 0; index < posts; index++) texts.add(table.row(index).content);
  console.log(texts.size);
}

void printDifferent(Number(process.argv[2]));
