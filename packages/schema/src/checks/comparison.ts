import { isDeepStrictEqual } from 'node:util';
import type { Catalog } from '../catalog/catalog';
import { changesBetween } from '../plan/changes-between';
import type { Finding } from './finding';

/** A difference between two catalogs. */
export interface Difference {
  /** In words. */
  summary: string;
  /** The SQL that makes the one as the other; none where the generator has no statement for it. */
  statements: string[];
}

/**
 * What leads from one catalog to another: nothing where both say the same. A comparison must not be blind where the
 * generator is: what it has no change for is told as well, by its place.
 */
export function differencesBetween(from: Catalog, to: Catalog): Difference[] {
  const changes = changesBetween(from, to);
  if (changes.length) return changes;
  return placesThatDiffer(comparable(from), comparable(to)).map((place) => ({
    summary: `${place} differs, and the generator has no statement for it`,
    statements: [],
  }));
}

/** What leads from one catalog to another, as findings of a rule. */
export function compare(from: Catalog, to: Catalog, rule: Pick<Finding, 'rule' | 'danger' | 'safeWay'>): Finding[] {
  return differencesBetween(from, to).map(({ summary, statements }) => ({ ...rule, place: summary, sql: statements }));
}

/** Columns without their order, which PostgreSQL can not change; no extensions, since one more does no harm. */
function comparable(catalog: Catalog): Catalog {
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return {
    ...catalog,
    extensions: [],
    tables: catalog.tables.map((table) => ({ ...table, columns: table.columns.toSorted(byName) })),
  };
}

/** The paths, by names where there are any, of the innermost values that differ: 'tables.tasks.policies.own.using'. */
function placesThatDiffer(a: unknown, b: unknown, path: string[] = []): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  if (!isObject(a) || !isObject(b)) return [path.join('.')];
  const [left, right] = [byKey(a), byKey(b)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
    placesThatDiffer(left[key], right[key], [...path, key]),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The values of an object; those of a list by their names, where each has one of its own. */
function byKey(value: object): Record<string, unknown> {
  if (!Array.isArray(value)) return value as Record<string, unknown>;
  const list = value as ({ name?: string } | null)[];
  const names = list.map((one) => one?.name);
  const areKeys = names.every(Boolean) && new Set(names).size === names.length;
  return Object.fromEntries<unknown>(list.map((one, index) => [areKeys ? names[index]! : index, one]));
}
