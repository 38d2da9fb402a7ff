import type { Catalog, Grant, Table } from '../catalog/catalog';
import { common, missing, named, sameDefinition, usesAny } from '../catalog/compare';
import { replacedFunctions } from '../changes/functions';
import { isOfType, remadeTypes } from '../changes/enum-types';
import { comparable } from '../changes/type-changes';
import { sameView } from '../changes/views';

/**
 * The schema without what PostgreSQL would not let stay while it is changed to `to`: a policy, trigger or view that uses a
 * column whose type changes, a column computed from it, a view on a view that changes … They are dropped first; and those
 * that are in `to` are made again.
 */
export function withoutDependents(from: Catalog, to: Catalog): Catalog {
  const functions = replacedFunctions(from, to);
  const replaceable = new Set([
    ...functions.map(({ name }) => `${name}()`),
    ...remadeTypes(from, to).map(({ name }) => name),
  ]);
  const keys = changingKeys(from, to);
  const changing = new Set([
    ...replaceable,
    ...keys,
    ...changingColumns(from, to),
    ...missing(from.tables, to.tables).map(({ name }) => name),
  ]);
  const replaced = replacedByUse(from, to, changing);
  const remade = new Set([...replaceable, ...replaced]);
  const unconnected = new Set([...keys, ...changingColumns(from, to, (type, next) => !comparable(type, next))]);
  return {
    ...from,
    functions: from.functions.filter((one) => !functions.includes(one)),
    views: from.views.filter(({ name }) => !replaced.has(name)),
    tables: from.tables.map((table) => {
      // With a table that is dropped goes all that belongs to it.
      const stays = named(to.tables, table.name) !== undefined;
      return {
        ...table,
        columns: table.columns.filter(({ name }) => !replaced.has(`${table.name}.${name}`)),
        constraints: table.constraints.filter(
          (one) => !usesAny(one, remade) && !(stays && one.references && usesAny(one, unconnected)),
        ),
        indexes: table.indexes.filter((one) => !usesAny(one, remade)),
        triggers: table.triggers.filter((one) => !usesAny(one, stays ? changing : remade)),
        policies: table.policies.filter((one) => !usesAny(one, stays ? changing : remade)),
        grants: grantsWithout(table.grants, (name) => replaced.has(`${table.name}.${name}`)),
      };
    }),
  };
}

function grantsWithout(grants: Grant[], isDropped: (column: string) => boolean): Grant[] {
  return grants
    .map((one) => ({ ...one, columns: one.columns && one.columns.filter((name) => !isDropped(name)) }))
    .filter(({ columns }) => columns?.length !== 0);
}

/** The columns whose type or collation changes so that `matters`, or that are dropped: 'table.column'. */
function changingColumns(
  from: Catalog,
  to: Catalog,
  matters: (type: string, next: string) => boolean = () => true,
): string[] {
  const remade = remadeTypes(from, to);
  return common(from.tables, to.tables).flatMap(([before, after]) =>
    before.columns
      .filter((column) => {
        const next = named(after.columns, column.name);
        if (!next) return true;
        const isRemade = remade.some((type) => isOfType(column, type));
        return (
          (next.type !== column.type || next.collation !== column.collation || isRemade) &&
          matters(column.type, next.type)
        );
      })
      .map(({ name }) => `${before.name}.${name}`),
  );
}

/**
 * The views that change and the columns that are to be computed in another way, and whatever is computed from them or from
 * `changing`, which they are added to.
 */
function replacedByUse(from: Catalog, to: Catalog, changing: Set<string>): Set<string> {
  const candidates = [
    ...from.views.map((view) => ({ ...view, changes: !sameView(view, named(to.views, view.name)) })),
    ...common(from.tables, to.tables).flatMap(([before, after]) => computedColumns(before, after)),
  ];
  const replaced = new Set<string>();
  for (let known = -1; known !== replaced.size;) {
    known = replaced.size;
    for (const { name } of candidates.filter((one) => one.changes || usesAny(one, changing))) {
      replaced.add(name);
      changing.add(name);
    }
  }
  return replaced;
}

function computedColumns(before: Table, after: Table): { name: string; uses: string[]; changes: boolean }[] {
  return common(before.columns, after.columns)
    .filter(([, { generated }]) => generated)
    .map(([old, { type, generated }]) => ({
      name: `${before.name}.${old.name}`,
      uses: old.generated ? old.uses : [],
      changes: old.type !== type || !sameDefinition({ generated: old.generated }, { generated }),
    }));
}

/** The keys, which foreign keys may rest on, that are dropped or replaced. */
function changingKeys(from: Catalog, to: Catalog): Set<string> {
  const changed = from.tables.flatMap((table) => {
    const after = named(to.tables, table.name);
    const keys = [
      ...table.constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique'),
      ...table.indexes.filter(({ unique }) => unique),
    ];
    const keysAfter = [...(after?.constraints ?? []), ...(after?.indexes ?? [])];
    return keys.filter((key) => {
      const next = named<{ name: string }>(keysAfter, key.name);
      return !next || !sameDefinition(key, next);
    });
  });
  return new Set(changed.map(({ name }) => name));
}
