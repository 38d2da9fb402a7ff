import type { QueryRunner } from 'typeorm';
import { UserError } from '../errors';
import { type EnumType, readEnumTypes } from './enum-types';
import { type Extension, readExtensions } from './extensions';
import { type DatabaseFunction, readFunctions } from './functions';
import type { Query } from './query';
import { readRoles, type Role } from './roles';
import { readSequences, type Sequence } from './sequences';
import { readTables, type Table } from './tables';
import { readViews, type View } from './views';

export type { Column } from './columns';
export type { Constraint } from './constraints';
export type { EnumType } from './enum-types';
export type { Extension } from './extensions';
export type { DatabaseFunction } from './functions';
export type { Grant } from './grants';
export type { Index } from './indexes';
export type { Policy } from './policies';
export type { Query } from './query';
export type { Role } from './roles';
export type { Sequence } from './sequences';
export type { Table } from './tables';
export type { Trigger } from './triggers';
export type { View } from './views';
export { BOOKKEEPING_TABLES } from './bookkeeping';

/**
 * A database's schema as plain data: what the generator compares. Two databases of the same schema give the same
 * catalog, whatever their server (but for the text of views, which PostgreSQL 15 and 16+ print differently).
 */
export interface Catalog {
  extensions: Extension[];
  /** The roles that grants and policies name. Roles belong to the whole cluster. */
  roles: Role[];
  enumTypes: EnumType[];
  functions: DatabaseFunction[];
  /** Sequences, but for those behind an identity column. */
  sequences: Sequence[];
  tables: Table[];
  views: View[];
}

/**
 * Reads the schema `public` of a database, all but the objects of extensions and the bookkeeping tables.
 *
 * @throws UserError when the connection's search_path is not the default one: PostgreSQL prints names by it
 */
export async function readCatalog(query: Query): Promise<Catalog> {
  await refuseOtherSearchPath(query);
  return {
    extensions: await readExtensions(query),
    roles: await readRoles(query),
    enumTypes: await readEnumTypes(query),
    functions: await readFunctions(query),
    sequences: await readSequences(query),
    tables: await readTables(query),
    views: await readViews(query),
  };
}

/** The catalog of the database that a query runner is connected to. */
export function catalogOf(runner: QueryRunner): Promise<Catalog> {
  return readCatalog((sql, parameters) => runner.query(sql, parameters) as Promise<unknown[]>);
}

const SEARCH_PATH = `SELECT array_to_string(current_schemas(false), ', ') AS schemas`;

async function refuseOtherSearchPath(query: Query): Promise<void> {
  const [{ schemas }] = (await query(SEARCH_PATH)) as [{ schemas: string }];
  if (schemas === 'public') return;
  throw new UserError(
    `The connection's search_path finds the schemas "${schemas}", but a schema is only compared as "public": ` +
      'reset the search_path of the login and of the database.',
  );
}
