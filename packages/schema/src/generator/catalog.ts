import { UserError } from '../errors';
import * as queries from './catalog-queries';

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
  /** The column it is owned by: a serial. */
  ownedBy: { table: string; column: string } | null;
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

/** Runs a statement and gives its rows. */
export type Query = (sql: string, parameters?: unknown[]) => Promise<unknown[]>;

/** Tables that TypeORM and the release runner keep for themselves: no part of the schema. */
export const BOOKKEEPING_TABLES = ['migrations', 'typeorm_metadata', 'migration_checksums'];

/**
 * Reads the schema `public` of a database, all but the objects of extensions and the bookkeeping tables.
 *
 * @throws UserError when the connection's search_path is not the default one: PostgreSQL prints names by it
 */
export async function readCatalog(query: Query): Promise<Catalog> {
  const rows = <T>(sql: string, parameters?: unknown[]): Promise<T[]> => query(sql, parameters) as Promise<T[]>;
  await refuseOtherSearchPath(query);

  const columns = byRelation(await rows<OfRelation<ColumnRow>>(queries.COLUMNS), columnOf);
  const constraints = byRelation(await rows<OfRelation<ConstraintRow>>(queries.CONSTRAINTS), constraintOf);
  const indexes = byRelation(await rows<OfRelation<Index>>(queries.INDEXES), (index): Index => ({
    ...index,
    definition: inOneForm(index.definition),
  }));
  const triggers = byRelation(await rows<OfRelation<TriggerRow>>(queries.TRIGGERS), triggerOf);
  const policies = byRelation(await rows<OfRelation<PolicyRow>>(queries.POLICIES), policyOf);
  const grants = byRelation(await rows<OfRelation<Grant>>(queries.COLUMN_AND_TABLE_GRANTS), (grant): Grant => grant);
  const tables = await rows<TableRow>(queries.TABLES, [BOOKKEEPING_TABLES]);
  const views = await rows<Omit<View, 'grants' | 'indexes'>>(queries.VIEWS);

  return {
    extensions: await rows(queries.EXTENSIONS),
    roles: await rows(queries.ROLES),
    enumTypes: await rows(queries.ENUM_TYPES),
    functions: (await rows<DatabaseFunction>(queries.FUNCTIONS)).map(functionOf),
    sequences: (await rows<SequenceRow>(queries.SEQUENCES, [BOOKKEEPING_TABLES])).map(sequenceOf),
    tables: tables.map(({ name, comment, enabled, forced }) => ({
      name,
      comment,
      columns: columns(name),
      constraints: constraints(name),
      indexes: indexes(name),
      triggers: triggers(name),
      rowLevelSecurity: { enabled, forced },
      policies: policies(name),
      grants: grants(name),
    })),
    views: views.map((view) => ({
      ...view,
      definition: inOneForm(view.definition.replace(/;$/, '')),
      grants: grants(view.name),
      indexes: indexes(view.name),
    })),
  };
}

async function refuseOtherSearchPath(query: Query): Promise<void> {
  const [{ schemas }] = (await query(queries.SEARCH_PATH)) as [{ schemas: string }];
  if (schemas === 'public') return;
  throw new UserError(
    `The connection's search_path finds the schemas "${schemas}", but a schema is only compared as "public": ` +
      'reset the search_path of the login and of the database.',
  );
}

type OfRelation<T> = T & { relation: string };

type TableRow = Pick<Table, 'name' | 'comment'> & Table['rowLevelSecurity'];

type ColumnRow = Omit<Column, 'identity' | 'generated' | 'default'> & {
  identity: 'a' | 'd' | '';
  generated: 's' | 'v' | '';
  /** Its default, or what it is generated from. */
  expression: string | null;
};

type ConstraintRow = Omit<Constraint, 'kind' | 'references'> & {
  kind: keyof typeof CONSTRAINT_KINDS;
  target: string | null;
  targetColumns: string[];
};

type TriggerRow = Omit<Trigger, 'enabled'> & { enabled: keyof typeof TRIGGER_STATES };

type PolicyRow = Omit<Policy, 'command'> & { command: keyof typeof POLICY_COMMANDS };

interface SequenceRow {
  name: string;
  comment: string | null;
  type: string;
  start: string;
  increment: string;
  min: string;
  max: string;
  cache: string;
  cycle: boolean;
  ownedBy: Sequence['ownedBy'];
}

const LITERAL = String.raw`'(?:[^']|'')*'`;
const VARCHARS = new RegExp(String.raw`ARRAY\[((?:${LITERAL}::character varying(?:, )?)+)\]::text\[\]`, 'g');
const VARCHARS_AS_TEXT = new RegExp(String.raw`ARRAY\[((?:${LITERAL}::character varying::text(?:, )?)+)\]`, 'g');
const VARCHAR = new RegExp(`(${LITERAL})::character varying(?:::text)?`, 'g');

/**
 * An expression in one form. PostgreSQL prints `title IN ('a')` of a varchar column in one way, and in another when it has
 * read what it printed.
 */
function inOneForm<T extends string | null>(expression: T): T {
  const asTexts = (_: string, list: string): string => `ARRAY[${list.replaceAll(VARCHAR, '$1::text')}]`;
  return (expression?.replaceAll(VARCHARS, asTexts).replaceAll(VARCHARS_AS_TEXT, asTexts) ?? null) as T;
}

const CONSTRAINT_KINDS = { p: 'primary key', u: 'unique', c: 'check', f: 'foreign key', x: 'exclude' } as const;
const TRIGGER_STATES = { O: 'origin', D: 'disabled', R: 'replica', A: 'always' } as const;
const POLICY_COMMANDS = { '*': 'ALL', r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' } as const;

/** What there is for each relation, by its name, in the order of the rows. */
function byRelation<R extends { relation: string }, T>(
  rows: R[],
  toObject: (row: Omit<R, 'relation'>) => T,
): (name: string) => T[] {
  return (name) => rows.filter((row) => row.relation === name).map(({ relation: _, ...row }) => toObject(row));
}

function columnOf({ identity, generated, expression, ...column }: ColumnRow): Column {
  return {
    ...column,
    type: shortType(column.type),
    default: generated ? null : expression,
    identity: identity ? (identity === 'a' ? 'always' : 'by default') : null,
    generated: generated ? { expression: inOneForm(expression!), stored: generated === 's' } : null,
  };
}

/** A type as a person writes it. */
function shortType(type: string): string {
  return type
    .replace('character varying', 'varchar')
    .replace(/^character\b/, 'char')
    .replace('bit varying', 'varbit')
    .replace(/^(timestamp|time)(\(\d\))? with time zone/, '$1tz$2')
    .replace(/^(timestamp|time)(\(\d\))? without time zone/, '$1$2');
}

function constraintOf({ target, targetColumns, ...constraint }: ConstraintRow): Constraint {
  return {
    ...constraint,
    kind: CONSTRAINT_KINDS[constraint.kind],
    definition: inOneForm(constraint.definition.replace(/ NOT VALID$/, '')),
    references: target === null ? null : { table: target, columns: targetColumns },
  };
}

function triggerOf(trigger: TriggerRow): Trigger {
  return { ...trigger, definition: inOneForm(trigger.definition), enabled: TRIGGER_STATES[trigger.enabled] };
}

function policyOf(policy: PolicyRow): Policy {
  return {
    ...policy,
    command: POLICY_COMMANDS[policy.command],
    using: inOneForm(policy.using),
    check: inOneForm(policy.check),
  };
}

function functionOf(definition: DatabaseFunction): DatabaseFunction {
  return { ...definition, definition: definition.definition.trimEnd() };
}

/** The sequence with those options only that are not the default ones of its type. */
function sequenceOf({ name, comment, ownedBy, type, start, increment, min, max, cache, cycle }: SequenceRow): Sequence {
  const largest = { smallint: '32767', integer: '2147483647', bigint: '9223372036854775807' }[type];
  const ascends = !increment.startsWith('-');
  const isDefaultRange = ascends && min === '1' && max === largest;
  const options = [
    type !== 'bigint' && `AS ${type}`,
    increment !== '1' && `INCREMENT BY ${increment}`,
    !isDefaultRange && `MINVALUE ${min} MAXVALUE ${max}`,
    start !== '1' && `START WITH ${start}`,
    cache !== '1' && `CACHE ${cache}`,
    cycle && 'CYCLE',
  ];
  return { name, comment, ownedBy, definition: options.filter(Boolean).join(' ') };
}
