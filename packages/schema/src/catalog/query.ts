/** Runs a statement and gives its rows. */
export type Query = (sql: string, parameters?: unknown[]) => Promise<unknown[]>;

/** A row about an object of a relation. */
export type OfRelation<T> = T & { relation: string };

/** What there is for each relation, by its name, in the order of the rows. */
export async function byRelation<R, T>(
  query: Query,
  sql: string,
  toObject: (row: R) => T,
): Promise<(relation: string) => T[]> {
  const rows = (await query(sql)) as OfRelation<R>[];
  return (name) =>
    rows.filter(({ relation }) => relation === name).map(({ relation: _, ...row }) => toObject(row as unknown as R));
}

/** Whether an object is no part of an extension. */
export const ownObject = (catalog: string, id: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend WHERE classid = '${catalog}'::regclass AND objid = ${id} AND deptype = 'e')`;

/**
 * The objects of the schema that another one can't do without: 'table.column', 'function()', or the name of a table, view,
 * sequence, index, key or type.
 */
export const uses = (catalog: string, id: string): string =>
  `ARRAY(
    SELECT DISTINCT
      (CASE
        WHEN relation.oid IS NOT NULL THEN concat_ws('.', relation.relname, attribute.attname)
        WHEN function.oid IS NOT NULL THEN function.proname || '()'
        WHEN key.oid IS NOT NULL THEN key.conname
        ELSE type.typname
      END)::text COLLATE "C" AS used
    FROM pg_depend dependency
      LEFT JOIN pg_class relation
        ON dependency.refclassid = 'pg_class'::regclass AND relation.oid = dependency.refobjid
      LEFT JOIN pg_attribute attribute
        ON attribute.attrelid = relation.oid AND attribute.attnum = dependency.refobjsubid AND dependency.refobjsubid > 0
      LEFT JOIN pg_proc function
        ON dependency.refclassid = 'pg_proc'::regclass AND function.oid = dependency.refobjid
      LEFT JOIN pg_constraint key
        ON dependency.refclassid = 'pg_constraint'::regclass AND key.oid = dependency.refobjid
      LEFT JOIN pg_type type
        ON dependency.refclassid = 'pg_type'::regclass AND type.oid = dependency.refobjid
    WHERE dependency.classid = '${catalog}'::regclass AND dependency.objid = ${id}
      AND coalesce(relation.relnamespace, function.pronamespace, key.connamespace, type.typnamespace) = 'public'::regnamespace
    ORDER BY used
  )`;
