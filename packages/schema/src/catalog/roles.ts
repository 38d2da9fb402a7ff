import { RIGHTS } from './grants';
import type { Query } from './query';

export interface Role {
  name: string;
  comment: string | null;
  /** Whether the owner of the database's tables is a member. */
  grantedToOwner: boolean;
}

const ROLES = `
  SELECT rolname::text AS name, shobj_description(role.oid, 'pg_authid') AS comment,
    EXISTS (
      SELECT FROM pg_auth_members member
      WHERE member.roleid = role.oid
        AND member.member IN (SELECT relowner FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        -- Since PostgreSQL 16 who makes a role is a member that may not use it.
        AND to_jsonb(member) ->> 'inherit_option' IS DISTINCT FROM 'false'
    ) AS "grantedToOwner"
  FROM pg_roles role
  WHERE role.oid IN (SELECT grantee FROM (${RIGHTS}) AS grants WHERE grantee <> owner)
    OR role.oid IN (
      SELECT unnest(polroles) FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
      WHERE relnamespace = 'public'::regnamespace
    )
  ORDER BY rolname`;

/** The roles that grants and policies name. Roles belong to the whole cluster. */
export async function readRoles(query: Query): Promise<Role[]> {
  return (await query(ROLES)) as Role[];
}
