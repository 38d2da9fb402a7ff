import { byRelation, type Query } from './query';

export interface Grant {
  /** 'public' is everybody. */
  role: string;
  privilege: string;
  /** The columns it is limited to, sorted; null: the whole table. */
  columns: string[] | null;
  grantable: boolean;
}

/** Rights on a relation, or on its columns, of all but its owner. */
export const RIGHTS = `
  SELECT relation.relname::text AS relation, relation.relowner AS owner, right_.grantee, right_.privilege_type AS privilege,
    right_.is_grantable AS grantable, NULL::text AS column
  FROM pg_class relation, aclexplode(relation.relacl) right_
  WHERE relation.relnamespace = 'public'::regnamespace AND relation.relkind IN ('r', 'p', 'v', 'm')
  UNION ALL
  SELECT relation.relname::text, relation.relowner, right_.grantee, right_.privilege_type, right_.is_grantable, attname::text
  FROM pg_class relation JOIN pg_attribute ON attrelid = relation.oid AND NOT attisdropped, aclexplode(attacl) right_
  WHERE relation.relnamespace = 'public'::regnamespace AND relation.relkind IN ('r', 'p', 'v', 'm')`;

const GRANTS = `
  SELECT relation, coalesce(rolname::text, 'public') AS role, privilege, grantable,
    array_agg("column" ORDER BY "column" COLLATE "C") FILTER (WHERE "column" IS NOT NULL) AS columns
  FROM (${RIGHTS}) AS grants LEFT JOIN pg_roles ON pg_roles.oid = grantee
  WHERE grantee <> owner
  GROUP BY relation, rolname, privilege, grantable, "column" IS NULL
  ORDER BY relation COLLATE "C", rolname, array_position('{SELECT,INSERT,UPDATE,DELETE}', privilege), privilege, grantable, columns NULLS FIRST`;

export function readGrants(query: Query): Promise<(relation: string) => Grant[]> {
  return byRelation(query, GRANTS, (grant: Grant) => grant);
}
