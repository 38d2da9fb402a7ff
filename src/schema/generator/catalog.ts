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

export interface Extension {
  name: string;
}

export interface Role {
  name: string;
  comment: string | null;
  /** Whether the owner of the database's tables is a member. */
  grantedToOwner: boolean;
}

export interface EnumType {
  name: string;
  values: string[];
  comment: string | null;
}

export interface DatabaseFunction {
  name: string;
  /** The types of its arguments, as DROP FUNCTION wants them: 'uuid, text'. */
  arguments: string;
  returns: string;
  /** The whole CREATE OR REPLACE FUNCTION. */
  definition: string;
  comment: string | null;
}

export interface Sequence {
  name: string;
  /** What follows CREATE SEQUENCE name: 'AS integer START WITH 1 …'. */
  definition: string;
  /** The column it is owned by (a serial), as 'table.column'. */
  ownedBy: string | null;
  comment: string | null;
}

export interface Table {
  name: string;
  comment: string | null;
  /** In the table's own order. The order is no difference: PostgreSQL can only append. */
  columns: Column[];
  constraints: Constraint[];
  /** Those that back no constraint. */
  indexes: Index[];
  triggers: Trigger[];
  rowLevelSecurity: { enabled: boolean; forced: boolean };
  policies: Policy[];
  grants: Grant[];
}

export interface Column {
  name: string;
  /** As a person writes it: 'varchar(255)', 'timestamptz', 'vector(1536)'. */
  type: string;
  nullable: boolean;
  default: string | null;
  identity: 'always' | 'by default' | null;
  generated: { expression: string; stored: boolean } | null;
  /** Where it is not the type's own. */
  collation: string | null;
  comment: string | null;
  uses: string[];
}

export interface Constraint {
  name: string;
  kind: 'primary key' | 'unique' | 'check' | 'foreign key' | 'exclude';
  /** What follows CONSTRAINT name, without NOT VALID. */
  definition: string;
  validated: boolean;
  /** Columns of its own table. */
  columns: string[];
  /** A foreign key's target. */
  references: { table: string; columns: string[] } | null;
  comment: string | null;
  uses: string[];
}

export interface Index {
  name: string;
  unique: boolean;
  /** What follows ON table: 'USING btree (user_id, created_at DESC) WHERE …'. */
  definition: string;
  /** False for what a failed CREATE INDEX CONCURRENTLY leaves behind. */
  valid: boolean;
  comment: string | null;
  uses: string[];
}

export interface Trigger {
  name: string;
  /** The whole CREATE TRIGGER. */
  definition: string;
  enabled: 'origin' | 'disabled' | 'replica' | 'always';
  comment: string | null;
  uses: string[];
}

export interface Policy {
  name: string;
  permissive: boolean;
  command: 'ALL' | 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
  /** Sorted; 'public' is everybody. */
  roles: string[];
  using: string | null;
  check: string | null;
  comment: string | null;
  uses: string[];
}

export interface Grant {
  /** 'public' is everybody. */
  role: string;
  privilege: string;
  /** The columns it is limited to, sorted; null: the whole table. */
  columns: string[] | null;
  grantable: boolean;
}

export interface View {
  name: string;
  materialized: boolean;
  /** The query behind AS. */
  definition: string;
  /** What stands in WITH (…): 'security_barrier=true'. */
  options: string[];
  comment: string | null;
  grants: Grant[];
  indexes: Index[];
  uses: string[];
}

/** Runs a statement and gives its rows. The connection's search_path has to be the default one, with no schema before public. */
export type Query = (sql: string, parameters?: unknown[]) => Promise<Record<string, unknown>[]>;

/** Tables that TypeORM and the release runner keep for themselves: no part of the schema. */
export const BOOKKEEPING_TABLES = ['migrations', 'typeorm_metadata', 'migration_checksums'];

/** Reads the schema `public` of a database. */
export function readCatalog(_query: Query): Promise<Catalog> {
  throw new Error('not written yet');
}
