/** What `readCatalog` asks PostgreSQL: one statement for each kind of object, in the schema public, in the order of names. */

/** Whether an object is no part of an extension. */
const ownObject = (catalog: string, id: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend WHERE classid = '${catalog}'::regclass AND objid = ${id} AND deptype = 'e')`;

/**
 * The objects of the schema that another one can't do without: 'table.column', 'function()', or the name of a table, view,
 * sequence, index, key or type.
 */
const uses = (catalog: string, id: string): string =>
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

const columnNames = (table: string, numbers: string): string =>
  `ARRAY(
    SELECT attname::text
    FROM unnest(${numbers}) WITH ORDINALITY AS key (number, position)
      JOIN pg_attribute ON attrelid = ${table} AND attnum = key.number
    ORDER BY position
  )`;

/** Rights on a relation, or on its columns, of all but its owner. */
const GRANTS = `
  SELECT relation.relname::text AS relation, relation.relowner AS owner, right_.grantee, right_.privilege_type AS privilege,
    right_.is_grantable AS grantable, NULL::text AS column
  FROM pg_class relation, aclexplode(relation.relacl) right_
  WHERE relation.relnamespace = 'public'::regnamespace AND relation.relkind IN ('r', 'p', 'v', 'm')
  UNION ALL
  SELECT relation.relname::text, relation.relowner, right_.grantee, right_.privilege_type, right_.is_grantable, attname::text
  FROM pg_class relation JOIN pg_attribute ON attrelid = relation.oid AND NOT attisdropped, aclexplode(attacl) right_
  WHERE relation.relnamespace = 'public'::regnamespace AND relation.relkind IN ('r', 'p', 'v', 'm')`;

export const SEARCH_PATH = `SELECT array_to_string(current_schemas(false), ', ') AS schemas`;

export const EXTENSIONS = `
  SELECT extname::text AS name FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname`;

export const ROLES = `
  SELECT rolname::text AS name, shobj_description(role.oid, 'pg_authid') AS comment,
    EXISTS (
      SELECT FROM pg_auth_members member
      WHERE member.roleid = role.oid
        AND member.member IN (SELECT relowner FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        -- Since PostgreSQL 16 who makes a role is a member that may not use it.
        AND to_jsonb(member) ->> 'inherit_option' IS DISTINCT FROM 'false'
    ) AS "grantedToOwner"
  FROM pg_roles role
  WHERE role.oid IN (SELECT grantee FROM (${GRANTS}) AS grants WHERE grantee <> owner)
    OR role.oid IN (
      SELECT unnest(polroles) FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
      WHERE relnamespace = 'public'::regnamespace
    )
  ORDER BY rolname`;

export const ENUM_TYPES = `
  SELECT typname::text AS name, obj_description(pg_type.oid, 'pg_type') AS comment,
    ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = pg_type.oid ORDER BY enumsortorder) AS values
  FROM pg_type
  WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' AND ${ownObject('pg_type', 'pg_type.oid')}
  ORDER BY typname`;

export const FUNCTIONS = `
  SELECT proname::text AS name, pg_get_function_identity_arguments(oid) AS arguments, pg_get_function_result(oid) AS returns,
    pg_get_functiondef(oid) AS definition, obj_description(oid, 'pg_proc') AS comment
  FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND ${ownObject('pg_proc', 'pg_proc.oid')}
  ORDER BY proname, pg_get_function_identity_arguments(oid) COLLATE "C"`;

export const SEQUENCES = `
  SELECT relation.relname::text AS name, obj_description(relation.oid, 'pg_class') AS comment,
    format_type(seqtypid, NULL) AS type, seqstart::text AS start, seqincrement::text AS increment, seqmin::text AS min,
    seqmax::text AS max, seqcache::text AS cache, seqcycle AS cycle, 
    CASE WHEN owner.oid IS NOT NULL THEN json_build_object('table', owner.relname, 'column', attname) END AS "ownedBy"
  FROM pg_sequence
    JOIN pg_class relation ON relation.oid = seqrelid
    LEFT JOIN pg_depend ownership
      ON ownership.classid = 'pg_class'::regclass AND ownership.objid = seqrelid AND ownership.deptype IN ('a', 'i')
      AND ownership.refclassid = 'pg_class'::regclass
    LEFT JOIN pg_class owner ON owner.oid = ownership.refobjid
    LEFT JOIN pg_attribute ON attrelid = owner.oid AND attnum = ownership.refobjsubid
  WHERE relation.relnamespace = 'public'::regnamespace AND ownership.deptype IS DISTINCT FROM 'i'
    AND coalesce(owner.relname <> ALL ($1::text[]), true) AND ${ownObject('pg_class', 'seqrelid')}
  ORDER BY relation.relname`;

export const TABLES = `
  SELECT relname::text AS name, obj_description(oid, 'pg_class') AS comment, relrowsecurity AS enabled,
    relforcerowsecurity AS forced
  FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> ALL ($1::text[])
    AND ${ownObject('pg_class', 'pg_class.oid')}
  ORDER BY relname`;

export const COLUMNS = `
  SELECT relation.relname::text AS relation, attname::text AS name, format_type(atttypid, atttypmod) AS type,
    NOT attnotnull AS nullable, attidentity AS identity, attgenerated AS generated,
    pg_get_expr(adbin, adrelid, true) AS expression,
    (SELECT quote_ident(collname) FROM pg_collation WHERE oid = attcollation AND attcollation <> typcollation) AS collation,
    col_description(relation.oid, attnum) AS comment,
    array_remove(${uses('pg_attrdef', 'pg_attrdef.oid')}, concat_ws('.', relation.relname, attname)) AS uses
  FROM pg_attribute
    JOIN pg_class relation ON relation.oid = attrelid
    JOIN pg_type ON pg_type.oid = atttypid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE relation.relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
  ORDER BY relation.relname, attnum`;

export const CONSTRAINTS = `
  SELECT relation.relname::text AS relation, conname::text AS name, contype AS kind, convalidated AS validated,
    pg_get_constraintdef(pg_constraint.oid, true) AS definition, ${columnNames('conrelid', 'conkey')} AS columns,
    target.relname::text AS target, ${columnNames('confrelid', 'confkey')} AS "targetColumns",
    obj_description(pg_constraint.oid, 'pg_constraint') AS comment,
    ${uses('pg_constraint', 'pg_constraint.oid')} AS uses
  FROM pg_constraint
    JOIN pg_class relation ON relation.oid = conrelid
    LEFT JOIN pg_class target ON target.oid = confrelid
  WHERE relation.relnamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'c', 'f', 'x')
  ORDER BY relation.relname, array_position('{p,u,x,c,f}', contype::text), conname`;

export const INDEXES = `
  SELECT relation.relname::text AS relation, index.relname::text AS name, indisunique AS unique, indisvalid AS valid,
    substr(
      pg_get_indexdef(indexrelid, 0, true),
      length(concat('CREATE ', CASE WHEN indisunique THEN 'UNIQUE ' END, 'INDEX ', quote_ident(index.relname), ' ON ', indrelid::regclass, ' ')) + 1
    ) AS definition,
    obj_description(indexrelid, 'pg_class') AS comment, ${uses('pg_class', 'indexrelid')} AS uses
  FROM pg_index
    JOIN pg_class index ON index.oid = indexrelid
    JOIN pg_class relation ON relation.oid = indrelid
  WHERE relation.relnamespace = 'public'::regnamespace AND relation.relkind IN ('r', 'p', 'm')
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
  ORDER BY relation.relname, index.relname`;

export const TRIGGERS = `
  SELECT relation.relname::text AS relation, tgname::text AS name, pg_get_triggerdef(pg_trigger.oid, true) AS definition,
    tgenabled AS enabled, obj_description(pg_trigger.oid, 'pg_trigger') AS comment,
    ${uses('pg_trigger', 'pg_trigger.oid')} AS uses
  FROM pg_trigger JOIN pg_class relation ON relation.oid = tgrelid
  WHERE relation.relnamespace = 'public'::regnamespace AND NOT tgisinternal
  ORDER BY relation.relname, tgname`;

export const POLICIES = `
  SELECT relation.relname::text AS relation, polname::text AS name, polpermissive AS permissive, polcmd AS command,
    ARRAY(
      SELECT coalesce(rolname::text, 'public')
      FROM unnest(polroles) AS named (id) LEFT JOIN pg_roles ON pg_roles.oid = named.id
      ORDER BY rolname
    ) AS roles,
    pg_get_expr(polqual, polrelid, true) AS using, pg_get_expr(polwithcheck, polrelid, true) AS check,
    obj_description(pg_policy.oid, 'pg_policy') AS comment, ${uses('pg_policy', 'pg_policy.oid')} AS uses
  FROM pg_policy JOIN pg_class relation ON relation.oid = polrelid
  WHERE relation.relnamespace = 'public'::regnamespace
  ORDER BY relation.relname, polname`;

export const COLUMN_AND_TABLE_GRANTS = `
  SELECT relation, coalesce(rolname::text, 'public') AS role, privilege, grantable,
    array_agg("column" ORDER BY "column" COLLATE "C") FILTER (WHERE "column" IS NOT NULL) AS columns
  FROM (${GRANTS}) AS grants LEFT JOIN pg_roles ON pg_roles.oid = grantee
  WHERE grantee <> owner
  GROUP BY relation, rolname, privilege, grantable, "column" IS NULL
  ORDER BY relation COLLATE "C", rolname, array_position('{SELECT,INSERT,UPDATE,DELETE}', privilege), privilege, grantable, columns NULLS FIRST`;

export const VIEWS = `
  SELECT relname::text AS name, relkind = 'm' AS materialized, pg_get_viewdef(pg_class.oid, true) AS definition,
    coalesce(reloptions, '{}') AS options, obj_description(pg_class.oid, 'pg_class') AS comment,
    array_remove(${uses('pg_rewrite', 'pg_rewrite.oid')}, relname::text) AS uses
  FROM pg_class JOIN pg_rewrite ON ev_class = pg_class.oid AND rulename = '_RETURN'
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm') AND ${ownObject('pg_class', 'pg_class.oid')}
  ORDER BY relname`;
