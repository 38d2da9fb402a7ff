import { escapeIdentifier } from 'pg';
import type { QueryRunner } from 'typeorm';
import type { Table } from '../rows/table';
import type { TablePlan } from './plan';

/** So many rows a table, on average, pay for making its indexes anew. */
const WORTHWHILE = 1000;

/** The tables to be loaded without their indexes: those without rows, where enough are to come. */
function tablesToRebuild(plans: readonly TablePlan[]): Table[] {
  const empty = plans.filter(({ kept, added }) => kept === 0 && added > 0);
  const rows = empty.reduce((sum, { added }) => sum + added, 0);
  return rows >= WORTHWHILE * empty.length ? empty.map(({ table }) => table) : [];
}

/**
 * The tables that nobody may read meanwhile: those that are loaded without their indexes, and all others without rows, whose
 * foreign keys to these cost nothing to make again.
 */
export function tablesToLock(plans: readonly TablePlan[]): Table[] {
  if (tablesToRebuild(plans).length === 0) return [];
  return plans.filter(({ kept }) => kept === 0).map(({ table }) => table);
}

/** Makes the indexes of a table again, when all its rows are there. */
export type MakeIndexes = (table: Table) => Promise<void>;

/**
 * Fills tables: those that are empty without their indexes, keys and the foreign keys between them, which are made again
 * when their rows are there, exactly as they were. One pass over all rows costs less than a step for each.
 *
 * It asks the catalog what there is, and not the entities: a database may have more than they declare. What can't be made
 * again as it was, or is needed meanwhile, is left alone. It needs a transaction, and locks those tables against readers.
 *
 * @param load sends the rows of these tables in this order, and has the indexes of each made again when it has sent them;
 *   those of some may be sent as frozen
 * @param onBuild hears what is made, before it is
 */
export async function withoutIndexes(
  connection: QueryRunner,
  plans: readonly TablePlan[],
  load: (tables: readonly Table[], makeIndexes: MakeIndexes, freezable: ReadonlySet<string>) => Promise<void>,
  onBuild: (what: string) => void,
): Promise<void> {
  const filling = plans.filter(({ added }) => added > 0);
  const filled = filling.map(({ table }) => table);
  const ids = await changeable(connection, tablesToRebuild(plans), filled);
  const empty = await changeable(connection, tablesToLock(plans), filled);
  const foreignKeys = (await connection.query(FOREIGN_KEYS, [ids, empty])) as Part[];
  await drop(connection, foreignKeys);
  // Read only now: what a foreign key needed is needed no more.
  const indexes = (await connection.query(INDEXES, [ids])) as Part[];
  await drop(connection, indexes);
  const isFree = ids.length > 0 && !(await haveForeignKeys(connection, filled));
  // The small ones first: while the server makes their indexes, rows of larger ones are made, which it then needn't wait for.
  const order = isFree ? filling.toSorted((a, b) => a.added - b.added).map(({ table }) => table) : filled;
  const makeIndexes: MakeIndexes = async ({ name }) => {
    const own = indexes.filter(({ table }) => table === name);
    if (own.length === 0) return;
    onBuild(`indexes of ${name}`);
    // No table can be altered while a deferred check of its rows waits.
    await connection.query('SET CONSTRAINTS ALL IMMEDIATE');
    await create(connection, own);
  };
  await load(order, makeIndexes, await renew(connection, ids));
  // In the order in which they were made, which is the order in which PostgreSQL obeys them: so at the end.
  for (const name of new Set(foreignKeys.map(({ table }) => table))) {
    onBuild(`foreign keys of ${name}`);
    await create(
      connection,
      foreignKeys.filter(({ table }) => table === name),
    );
  }
}

/** What is taken from a table and given back. */
interface Part {
  readonly table: string;
  readonly drop: string;
  /** Makes it as it was, its comments included. */
  readonly create: string;
}

async function drop(connection: QueryRunner, parts: readonly Part[]): Promise<void> {
  if (parts.length > 0) await connection.query(parts.map((part) => part.drop).join('; '));
}

async function create(connection: QueryRunner, parts: readonly Part[]): Promise<void> {
  await connection.query(parts.map((part) => part.create).join('; '));
}

/**
 * Gives tables new files, so that their rows can be frozen when they come: written as what everybody sees, which spares every
 * later look at them, and a VACUUM. (A transaction that has looked at the database before sees them, too, and not as it was then.)
 *
 * @returns their names
 */
async function renew(connection: QueryRunner, tables: readonly number[]): Promise<Set<string>> {
  const renewable = (await connection.query(RENEWABLE, [tables])) as { name: string; relation: string }[];
  const relations = renewable.map(({ relation }) => `ONLY ${relation}`);
  if (relations.length > 0) await connection.query(`TRUNCATE ${relations.join(', ')}`);
  return new Set(renewable.map(({ name }) => name));
}

/** Whether tables still have foreign keys, so that the rows of some have to come before those of others. */
async function haveForeignKeys(connection: QueryRunner, tables: readonly Table[]): Promise<boolean> {
  const [{ found }] = (await connection.query(
    `SELECT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY ($1::text[]::regclass[])) AS found`,
    [tables.map(({ name }) => escapeIdentifier(name))],
  )) as [{ found: boolean }];
  return found;
}

/** The oids of those of the tables that may be changed while others are filled. */
async function changeable(
  connection: QueryRunner,
  tables: readonly Table[],
  filled: readonly Table[],
): Promise<number[]> {
  const names = [tables, filled].map((some) => some.map(({ name }) => escapeIdentifier(name)));
  const rows = (await connection.query(CHANGEABLE, names)) as { id: number }[];
  return rows.map(({ id }) => id);
}

/**
 * Those of the tables $1 that the login owns and may make indexes on. None, where rows for the tables $2 fire triggers:
 * who knows what those look up, or which conflicts they count on.
 */
const CHANGEABLE = `
  SELECT oid AS id
  FROM pg_class
  WHERE oid = ANY ($1::text[]::regclass[]) AND relkind = 'r' AND NOT relispartition
    AND pg_has_role(relowner, 'USAGE') AND has_schema_privilege(relnamespace, 'CREATE')
    AND NOT EXISTS (
      SELECT FROM pg_trigger
      WHERE tgrelid = ANY ($2::text[]::regclass[]) AND NOT tgisinternal AND tgenabled <> 'D'
        AND (tgtype & 4) <> 0 -- ON INSERT
    )`;

/**
 * Those of the tables $1 that TRUNCATE can take nothing from, since there is no page of a row, and does nothing else to: no trigger,
 * and no subscriber who would do the same.
 */
const RENEWABLE = `
  SELECT relname::text AS name, pg_class.oid::regclass::text AS relation
  FROM pg_class
  WHERE oid = ANY ($1::oid[]) AND pg_relation_size(oid) = 0 AND has_table_privilege(oid, 'TRUNCATE')
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = pg_class.oid)
    AND NOT EXISTS (SELECT FROM pg_publication WHERE pubtruncate)
    AND NOT EXISTS (
      SELECT FROM pg_trigger
      WHERE tgrelid = pg_class.oid AND NOT tgisinternal AND (tgtype & 32) <> 0 -- ON TRUNCATE
    )`;

/** That none of a constraint's own triggers is switched off, as ALTER TABLE … DISABLE TRIGGER ALL does. */
const isEnabled = (constraint: string): string =>
  `NOT EXISTS (SELECT FROM pg_trigger WHERE tgconstraint = ${constraint} AND tgenabled <> 'O')`;

const addConstraint = (table: string, constraint: string): string => `
  format('ALTER TABLE %1$s ADD CONSTRAINT %2$I %3$s; COMMENT ON CONSTRAINT %2$I ON %1$s IS %4$L', ${table}::regclass,
    conname, pg_get_constraintdef(${constraint}), obj_description(${constraint}, 'pg_constraint'))`;

/**
 * The foreign keys to the tables $1 from the tables $2. Those NOT VALID stay: new rows have to satisfy them, and would not be looked at
 * when they are made again. In the order in which they were made, which is the order in which PostgreSQL obeys them.
 */
const FOREIGN_KEYS = `
  SELECT relname::text AS table, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
    ${addConstraint('conrelid', 'key.oid')} AS create
  FROM pg_constraint AS key JOIN pg_class ON pg_class.oid = conrelid
  WHERE contype = 'f' AND confrelid = ANY ($1::oid[]) AND conrelid = ANY ($2::oid[])
    AND convalidated AND conparentid = 0 AND ${isEnabled('key.oid')}
  ORDER BY key.oid`;

/**
 * The indexes of the tables $1, with the primary keys, unique and exclusion constraints that they are there for. Those stay
 * that something depends on (another table's foreign key, a view, an extension), and those with what their definition
 * doesn't say: flags, a tablespace, a constraint's storage options, statistics targets.
 */
const INDEXES = `
  SELECT relation.relname::text AS table,
    CASE WHEN rule.oid IS NULL THEN format('DROP INDEX %s', indexrelid::regclass)
      ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', indrelid::regclass, conname) END AS drop,
    concat(
      CASE WHEN rule.oid IS NULL THEN pg_get_indexdef(indexrelid) ELSE ${addConstraint('indrelid', 'rule.oid')} END,
      format('; COMMENT ON INDEX %s IS %L', indexrelid::regclass, obj_description(indexrelid, 'pg_class'))
    ) AS create
  FROM pg_index
    JOIN pg_class AS index ON index.oid = indexrelid
    JOIN pg_class AS relation ON relation.oid = indrelid
    LEFT JOIN pg_constraint AS rule ON conindid = indexrelid AND contype IN ('p', 'u', 'x')
  WHERE indrelid = ANY ($1::oid[])
    AND indisvalid AND NOT indisreplident AND NOT indisclustered AND index.reltablespace = 0
    AND (rule.oid IS NULL OR index.reloptions IS NULL AND ${isEnabled('rule.oid')})
    AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = indexrelid AND attstattarget >= 0)
    AND NOT EXISTS (
      SELECT FROM pg_depend
      WHERE (refclassid, refobjid) IN (('pg_class'::regclass, indexrelid), ('pg_constraint'::regclass, rule.oid))
        AND deptype <> 'i'
        OR (classid, objid) = ('pg_class'::regclass, indexrelid) AND refclassid = 'pg_extension'::regclass
    )
  ORDER BY indexrelid`;
