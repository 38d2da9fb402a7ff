import type { Catalog, Column, Constraint, Index, Table } from '../catalog/catalog';
import type { Change } from '../changes/change';
import { type ChangeOptions, changesBetween } from './changes-between';
import { goesWithItsColumn, has, named, usesAny } from '../catalog/compare';
import { definitionOfKeysIndex } from '../changes/constraints';
import { withoutDependents } from './dependents';
import { inverted, renamesBetween } from './renames';
import { nameWithSuffix, quoteIdentifier } from '../sql';

/** One migration file's worth of changes. */
export interface Stage {
  /**
   * `main`: the change itself, new constraints NOT VALID. `concurrent`: indexes of existing tables, which can't run in a
   * transaction. `validate`: constraints are validated, and whatever waited for an index or a validation.
   */
  phase: 'main' | 'concurrent' | 'validate';
  up: Change[];
  /** Leads back to the catalog before this stage; always able to run in a transaction. */
  down: Change[];
}

/**
 * The changes that lead from one schema to another while others work with the database, as a sequence of migrations:
 * at most one `main`, one `concurrent` and two `validate`, in this order, none of them empty.
 *
 * What would lock a table for long is not done at once but over schemas in between; so each stage, and its way back, is the
 * plain difference of two schemas.
 */
export function stagesBetween(
  from: Catalog,
  to: Catalog,
  { renames = [] }: Pick<ChangeOptions, 'renames'> = {},
): Stage[] {
  const { pending, catalog } = renamesBetween(from, to, renames);
  const { changed, indexed, validated, required, attached } = schemasBetween(catalog, to);
  const stages: Stage[] = [
    {
      phase: 'main',
      up: changesBetween(from, changed, { renames }),
      down: changesBetween(changed, from, { renames: inverted(pending) }),
    },
    {
      phase: 'concurrent',
      up: changesBetween(changed, indexed, { concurrently: true }),
      down: changesBetween(indexed, changed),
    },
    {
      phase: 'validate',
      up: [
        ...changesBetween(indexed, validated),
        ...changesBetween(validated, required),
        ...changesBetween(required, attached),
      ],
      down: changesBetween(attached, indexed),
    },
    { phase: 'validate', up: changesBetween(attached, to), down: changesBetween(to, attached) },
  ];
  return stages.filter(({ up }) => up.length > 0);
}

/** The schemas on the way from one to another. */
interface SchemasBetween {
  /** All but what takes long: new constraints NOT VALID, indexes and keys as before. */
  changed: Catalog;
  /** With the indexes, those too that keys will be made of. */
  indexed: Catalog;
  /** With all constraints validated that there are. */
  validated: Catalog;
  /** With columns NOT NULL, which their checks have made sure of. */
  required: Catalog;
  /** Without these checks; with keys made of their indexes and NOT VALID the foreign keys that waited for a key. */
  attached: Catalog;
}

function schemasBetween(from: Catalog, to: Catalog): SchemasBetween {
  const staying = withoutDependents(from, to);
  const plans = to.tables.map((table) => planOf(named(staying.tables, table.name), table));
  const awaited = new Set(plans.flatMap(({ awaited: names }) => names));
  const schema = (tableOf: (plan: Plan) => Table): Catalog => ({ ...to, tables: plans.map(tableOf) });
  const changed = (plan: Plan): Table => changedTable(plan, from, to, awaited);
  const indexed = (plan: Plan): Table => indexedTable(plan, changed(plan));
  return {
    changed: schema(changed),
    indexed: schema(indexed),
    validated: schema((plan) => validatedTable(plan, indexed(plan))),
    required: schema((plan) => ({ ...validatedTable(plan, indexed(plan)), columns: plan.after.columns })),
    attached: schema((plan) => attachedTable(plan, awaited)),
  };
}

/** A key, and the index that is built for it first. */
interface Key {
  constraint: Constraint;
  index: Index;
}

/** What of a table's change can't be done at once. Nothing, where the table is new. */
interface Plan {
  /** The table as it is without what has to make way; absent where it is new. */
  staying?: Table;
  after: Table;
  keys: Key[];
  /** Columns that are no longer to take NULL. */
  required: Column[];
  /** Keys and unique indexes that a foreign key may have to wait for. */
  awaited: string[];
}

function planOf(staying: Table | undefined, after: Table): Plan {
  if (!staying) return { after, keys: [], required: [], awaited: [] };
  const keys = after.constraints
    .filter((one) => !has(staying.constraints, one))
    .flatMap((constraint) => {
      const index = indexFor(constraint, staying);
      return index ? [{ constraint, index }] : [];
    });
  const uniqueIndexes = after.indexes.filter((one) => one.unique && !has(staying.indexes, one));
  return {
    staying,
    after,
    keys,
    required: after.columns.filter(({ name, nullable }) => !nullable && named(staying.columns, name)?.nullable),
    awaited: [...keys.map(({ constraint }) => constraint.name), ...uniqueIndexes.map(({ name }) => name)],
  };
}

/** The index for a key: one that is there, or one to build, under another name where the key's is still in use. */
function indexFor(constraint: Constraint, { constraints, indexes }: Table): Index | undefined {
  const definition = definitionOfKeysIndex(constraint);
  if (definition === undefined) return undefined;
  const existing = indexes.find((one) => one.unique && one.valid && one.definition === definition);
  if (existing) return existing;
  const { name, uses } = constraint;
  const isTaken = named(constraints, name) ?? named(indexes, name);
  const newName = isTaken ? nameWithSuffix(name, '_new') : name;
  return { name: newName, unique: true, definition, valid: true, comment: null, uses };
}

function changedTable(
  { staying, after, keys, required }: Plan,
  from: Catalog,
  to: Catalog,
  awaited: ReadonlySet<string>,
): Table {
  if (!staying) return { ...after, constraints: after.constraints.filter((one) => !isAwaiting(one, awaited)) };
  const before = named(from.tables, after.name);
  const former = staying.constraints.filter((one) => !goesWithItsColumn(one, staying, after));
  const replacesPrimaryKey = keys.some(({ constraint }) => constraint.kind === 'primary key');
  return {
    ...after,
    columns: after.columns.map((column) => (required.includes(column) ? { ...column, nullable: true } : column)),
    constraints: [
      ...after.constraints.flatMap((one) => {
        if (has(staying.constraints, one)) return [one];
        if (keys.some(({ constraint }) => constraint === one)) return former.filter(({ name }) => name === one.name);
        if (isAwaiting(one, awaited)) return before && has(before.constraints, one) ? [one] : [];
        return [one.kind === 'check' || one.kind === 'foreign key' ? { ...one, validated: false } : one];
      }),
      ...former.filter(
        ({ kind, name }) => kind === 'primary key' && replacesPrimaryKey && !named(after.constraints, name),
      ),
      ...required.map((column) => notNullCheck(after, column)),
    ],
    indexes: staying.indexes
      .filter((one) => !goesWithItsColumn(one, staying, after) && !isNameOfAnotherTable(one.name, after, to))
      .map((index) => after.indexes.find((one) => has([index], one)) ?? index),
  };
}

/** Whether an index or key of another table wants the name. */
function isNameOfAnotherTable(name: string, table: Table, { tables }: Catalog): boolean {
  return tables.some(
    (other) => other.name !== table.name && (named(other.indexes, name) ?? named(other.constraints, name)),
  );
}

/** Whether a foreign key can only be added when a key has been made. */
function isAwaiting(constraint: Constraint, awaited: ReadonlySet<string>): boolean {
  return constraint.kind === 'foreign key' && usesAny(constraint, awaited);
}

/** Once it is validated, SET NOT NULL needs no look at the rows. */
function notNullCheck(table: Table, { name }: Column): Constraint {
  return {
    name: nameWithSuffix(`chk_${table.name}_${name}`, '_not_null'),
    kind: 'check',
    definition: `CHECK (${quoteIdentifier(name)} IS NOT NULL)`,
    validated: false,
    columns: [name],
    references: null,
    comment: null,
    uses: [`${table.name}.${name}`],
  };
}

function indexedTable({ staying, after, keys }: Plan, changed: Table): Table {
  return staying ? { ...changed, indexes: [...after.indexes, ...keys.map(({ index }) => index)] } : changed;
}

function validatedTable({ after }: Plan, indexed: Table): Table {
  const constraints = indexed.constraints.map((one) => ({
    ...one,
    validated: named(after.constraints, one.name)?.validated ?? true,
  }));
  return { ...indexed, constraints };
}

function attachedTable({ after }: Plan, awaited: ReadonlySet<string>): Table {
  const constraints = after.constraints.map((one) => (isAwaiting(one, awaited) ? { ...one, validated: false } : one));
  return { ...after, constraints };
}
