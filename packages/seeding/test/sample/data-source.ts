import { SnakeCase } from './naming-strategy';
import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { entities } from './entities';
import { Sample1767225600000 } from './migration';

/** The sample's entities and migrations on a database; not initialized yet. */
export function dataSourceAt(url: string, poolSize = 1): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations: [Sample1767225600000],
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeCase(),
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    logging: process.env.DATABASE_LOG === 'true',
    poolSize,
  });
}

// What the command takes.
export default dataSourceAt(process.env.DATABASE_URL ?? 'postgres://127.0.0.1:1/none');
