import type { Catalog, Constraint, Sequence, Table } from '../catalog/catalog';
import { type Change, type ChangeStep, inOrder } from '../changes/change';
import { common, missing, named, sameDefinition } from '../catalog/compare';
import { hazards } from '../changes/hazards';
import { quoteIdentifier } from '../sql';

/** A table's or column's former name. */
export interface Rename {
  /** The table, by its new name. */
  table: string;
  /** The column, by its new name; absent where the table itself was renamed. */
  column?: string;
  formerName: string;
}

interface Renaming {
  /** The renames that are to be done, of those that are declared. */
  pending: Rename[];
  changes: Change[];
  /** The schema after them. */
  catalog: Catalog;
}

/** The renames on the way from one schema to another. */
export function renamesBetween(from: Catalog, to: Catalog, renames: readonly Rename[]): Renaming {
  const pending = pendingRenames(from, to, renames);
  const catalog = pending.reduce(renamed, from);
  const following = followingRenames(catalog, to);
  return {
    pending,
    changes: inOrder([...pending.map(renameChange), ...following.map(({ change }) => change)]),
    catalog: following.reduce((before, { apply }) => apply(before), catalog),
  };
}

function renameChange({ table, column, formerName }: Rename): ChangeStep {
  const what = column === undefined ? 'table' : 'column';
  return {
    step: 'rename',
    summary:
      column === undefined
        ? `${formerName}: the table is now called ${table}`
        : `${table}: ${formerName} is now called ${column}`,
    statements: [
      column === undefined
        ? `ALTER TABLE ${quoteIdentifier(formerName)} RENAME TO ${quoteIdentifier(table)}`
        : `ALTER TABLE ${quoteIdentifier(table)} RENAME COLUMN ${quoteIdentifier(formerName)} TO ${quoteIdentifier(column)}`,
    ],
    table,
    hazard: hazards.rename(what),
  };
}

interface FollowingRename {
  change: ChangeStep;
  apply: (catalog: Catalog) => Catalog;
}

/** Constraints, indexes and serials' sequences that differ in nothing but the name. */
function followingRenames(from: Catalog, to: Catalog): FollowingRename[] {
  const ofTables = common(from.tables, to.tables).flatMap(([before, after]) => [
    ...sameByAnotherName(before.constraints, after.constraints).map(([old, now]): FollowingRename => ({
      change: followingChange(
        `${after.name}: ${old.kind} ${old.name}`,
        now.name,
        `TABLE ${quoteIdentifier(after.name)} RENAME CONSTRAINT ${quoteIdentifier(old.name)}`,
      ),
      apply: (catalog) => withNewName(catalog, after.name, 'constraints', old.name, now.name),
    })),
    ...sameByAnotherName(before.indexes, after.indexes).map(([old, now]): FollowingRename => ({
      change: followingChange(
        `${after.name}: index ${old.name}`,
        now.name,
        `INDEX ${quoteIdentifier(old.name)} RENAME`,
      ),
      apply: (catalog) => withNewName(catalog, after.name, 'indexes', old.name, now.name),
    })),
  ]);
  const ofSequences = sameByAnotherName(from.sequences.filter(isOwned), to.sequences.filter(isOwned)).map(
    ([old, now]): FollowingRename => ({
      change: followingChange(`sequence ${old.name}`, now.name, `SEQUENCE ${quoteIdentifier(old.name)} RENAME`),
      apply: (catalog) => withRenamedSequence(catalog, old.name, now.name),
    }),
  );
  return [...ofTables, ...ofSequences];
}

const isOwned = ({ ownedBy }: Sequence): boolean => ownedBy !== null;

function followingChange(what: string, name: string, alter: string): ChangeStep {
  return {
    step: 'rename',
    summary: `${what} is now called ${name}`,
    statements: [`ALTER ${alter} TO ${quoteIdentifier(name)}`],
  };
}

/** Pairs of an object that is gone and a new one that is the same but for its name. */
function sameByAnotherName<T extends { name: string }>(from: T[], to: T[]): [T, T][] {
  const candidates = missing(to, from);
  return missing(from, to).flatMap((old) => {
    const position = candidates.findIndex((now) => sameDefinition(old, now));
    return position < 0 ? [] : [[old, ...candidates.splice(position, 1)] as [T, T]];
  });
}

function withNewName(
  catalog: Catalog,
  table: string,
  kind: 'constraints' | 'indexes',
  name: string,
  newName: string,
): Catalog {
  const rename = <T extends { name: string }>(one: T): T => (one.name === name ? { ...one, name: newName } : one);
  const tables = catalog.tables.map((one) =>
    one.name === table ? { ...one, [kind]: (one[kind] as Constraint[]).map(rename) } : one,
  );
  return withNewUses({ ...catalog, tables }, name, newName);
}

/** Foreign keys name the key that they rest on. */
function withNewUses(catalog: Catalog, name: string, newName: string): Catalog {
  const rename = <T extends { uses: string[] }>(one: T): T => ({
    ...one,
    uses: one.uses.map((used) => (used === name ? newName : used)),
  });
  return { ...catalog, tables: catalog.tables.map((one) => ({ ...one, constraints: one.constraints.map(rename) })) };
}

function withRenamedSequence(catalog: Catalog, name: string, newName: string): Catalog {
  const inDefault = (expression: string | null): string | null =>
    expression?.replace(`'${quoteIdentifier(name)}'::regclass`, `'${quoteIdentifier(newName)}'::regclass`) ?? null;
  return {
    ...catalog,
    sequences: catalog.sequences.map((one) => (one.name === name ? { ...one, name: newName } : one)),
    tables: catalog.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) => ({ ...column, default: inDefault(column.default) })),
    })),
  };
}

/** Those renames that are still to be done: the old name is there, the new one is not. Tables come first. */
function pendingRenames(from: Catalog, to: Catalog, renames: readonly Rename[]): Rename[] {
  const tables = renames.filter(
    ({ table, column, formerName }) =>
      column === undefined && named(from.tables, formerName) && !named(from.tables, table) && named(to.tables, table),
  );
  const columns = renames.filter(({ table, column, formerName }) => {
    if (column === undefined) return false;
    const tableBefore = tables.find((rename) => rename.table === table)?.formerName ?? table;
    const before = named(from.tables, tableBefore)?.columns ?? [];
    const after = named(to.tables, table)?.columns ?? [];
    return named(before, formerName) && !named(before, column) && named(after, column) && !named(after, formerName);
  });
  return [...tables, ...columns];
}

/** The renames that undo `renames`, to be done in this order. */
export function inverted(renames: readonly Rename[]): Rename[] {
  const tableBefore = (table: string): string =>
    renames.find((rename) => rename.column === undefined && rename.table === table)?.formerName ?? table;
  return renames.map(({ table, column, formerName }) =>
    column === undefined
      ? { table: formerName, formerName: table }
      : { table: tableBefore(table), column: formerName, formerName: column },
  );
}

/** The catalog as it is after a rename: PostgreSQL prints every expression with the new name. */
function renamed(catalog: Catalog, rename: Rename): Catalog {
  return {
    ...catalog,
    tables: catalog.tables.map((table) => renamedTable(table, rename)),
    sequences: catalog.sequences.map((one) => ({ ...one, ownedBy: renamedOwner(one.ownedBy, rename) })),
    // A view's own columns keep their names, so its text changes in another way: it is made anew.
    views: catalog.views.map((one) => withRenamedUses(one, rename)),
  };
}

function renamedTable(owner: Table, rename: Rename): Table {
  const { table, column, formerName } = rename;
  const isIt = (name: string): boolean => name === (column === undefined ? formerName : table);
  const isOwn = isIt(owner.name);
  const text = <T extends string | null>(sql: T): T => (sql === null ? null : renamedIn(sql, rename, isOwn)) as T;
  const columnName = (name: string): string => (isOwn && name === formerName ? (column ?? name) : name);
  return {
    ...owner,
    name: isOwn && column === undefined ? table : owner.name,
    columns: owner.columns.map((one) => ({
      ...withRenamedUses(one, rename),
      name: columnName(one.name),
      generated: one.generated && { ...one.generated, expression: text(one.generated.expression) },
    })),
    constraints: owner.constraints.map((one) => ({
      ...withRenamedUses(one, rename),
      definition: one.references
        ? renamedInForeignKey(one.definition, rename, isOwn, isIt(one.references.table))
        : text(one.definition),
      columns: one.columns.map(columnName),
      references: one.references && renamedReference(one.references, rename),
    })),
    indexes: owner.indexes.map((one) => ({ ...withRenamedUses(one, rename), definition: text(one.definition) })),
    triggers: owner.triggers.map((one) => ({ ...withRenamedUses(one, rename), definition: text(one.definition) })),
    policies: owner.policies.map((one) => ({
      ...withRenamedUses(one, rename),
      using: text(one.using),
      check: text(one.check),
    })),
    grants: owner.grants.map((one) => ({ ...one, columns: one.columns && one.columns.map(columnName).sort() })),
  };
}

function withRenamedUses<T extends { uses: string[] }>(one: T, { table, column, formerName }: Rename): T {
  const former = column === undefined ? formerName : `${table}.${formerName}`;
  const current = column === undefined ? table : `${table}.${column}`;
  const renamedUse = (used: string): string =>
    used === former || used.startsWith(`${former}.`) ? current + used.slice(former.length) : used;
  return { ...one, uses: one.uses.map(renamedUse).sort() };
}

type Reference = NonNullable<Constraint['references']>;

function renamedReference(reference: Reference, { table, column, formerName }: Rename): Reference {
  if (column === undefined) return reference.table === formerName ? { ...reference, table } : reference;
  if (reference.table !== table) return reference;
  return { ...reference, columns: reference.columns.map((name) => (name === formerName ? column : name)) };
}

function renamedOwner(owner: Sequence['ownedBy'], { table, column, formerName }: Rename): Sequence['ownedBy'] {
  if (owner === null) return null;
  if (column === undefined) return owner.table === formerName ? { ...owner, table } : owner;
  return owner.table === table && owner.column === formerName ? { ...owner, column } : owner;
}

/** A foreign key names columns of two tables: its own before REFERENCES, the target's behind it. */
function renamedInForeignKey(definition: string, rename: Rename, isOwn: boolean, isTarget: boolean): string {
  const border = definition.indexOf(' REFERENCES ');
  return renamedIn(definition.slice(0, border), rename, isOwn) + renamedIn(definition.slice(border), rename, isTarget);
}

/** The parts of an SQL text: literals, names in quotes, words; the rest is of no concern here. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*/gu;

/**
 * The text as PostgreSQL prints it after the rename. It writes keywords in capitals, a column of the object's own table
 * bare (or behind the table's name, `old` or `new`), any other behind its table's name.
 *
 * @param isOwn whether the text belongs to the renamed table, or to the table of the renamed column
 */
function renamedIn(sql: string, { table, column, formerName }: Rename, isOwn: boolean): string {
  const former = quoteIdentifier(formerName);
  const current = quoteIdentifier(column ?? table);
  const owners = [quoteIdentifier(table), ...(isOwn ? ['old', 'new'] : [])];
  return sql.replace(TOKEN, (token, offset: number) => {
    if (token !== former) return token;
    const before = sql.slice(0, offset);
    const after = sql.slice(offset + token.length);
    if (before.endsWith('::')) return token;
    const owner = /([\p{L}\p{N}_$]+|"(?:[^"]|"")*")\.$/u.exec(before)?.[1];
    if (column === undefined) return owner === undefined && isTableName(before, after) ? current : token;
    if (owner !== undefined) return owners.includes(owner) ? current : token;
    return isOwn && !after.startsWith('(') ? current : token;
  });
}

/** Whether the name between two texts is that of a table: before a dot, or where only a table can be. */
function isTableName(before: string, after: string): boolean {
  return after.startsWith('.') || /\b(ON|FROM|JOIN|REFERENCES) \(*$/.test(before);
}
