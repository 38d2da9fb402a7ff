import { inOneForm } from './expression';
import { byRelation, type Query, uses } from './query';

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

const POLICIES = `
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

const POLICY_COMMANDS = { '*': 'ALL', r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' } as const;

type PolicyRow = Omit<Policy, 'command'> & { command: keyof typeof POLICY_COMMANDS };

export function readPolicies(query: Query): Promise<(table: string) => Policy[]> {
  return byRelation(query, POLICIES, policyOf);
}

function policyOf(policy: PolicyRow): Policy {
  return {
    ...policy,
    command: POLICY_COMMANDS[policy.command],
    using: inOneForm(policy.using),
    check: inOneForm(policy.check),
  };
}
