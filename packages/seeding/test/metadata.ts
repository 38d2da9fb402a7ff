import { SnakeCase } from './sample/naming-strategy';
import 'reflect-metadata';
import { DataSource, type EntityMetadata } from 'typeorm';
import { entityMetadatasOf, UserError } from '@entity-backend/schema';
import { compileTables, type Table } from '../src';
import { entities as sample } from './sample/entities';
import { factories } from './sample/seeds';

export const BASIS = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };

/** What TypeORM knows about entities, without a database. */
export function metadataOf(entities: (new () => object)[]): Promise<EntityMetadata[]> {
  return entityMetadatasOf(new DataSource({ type: 'postgres', entities, namingStrategy: new SnakeCase() }));
}

/** The sample's tables, in the order of their foreign keys. */
export async function sampleTables(): Promise<Table[]> {
  return compileTables(await metadataOf(sample), factories, BASIS);
}

/** What a UserError of some work says, which is one line. */
export async function messageOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).not.toContain('\n');
  return (error as UserError).message;
}
