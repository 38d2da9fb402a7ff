import type { Catalog, Grant, Policy, Role, Table } from './catalog';
import type { ChangeStep } from './change';
import { commentChanges } from './comments';
import { common, missing, sameDefinition } from './compare';
import { quoteIdentifier } from './sql';
import { commentOn, commentOnRole, createPolicy, createRole, grants, grantToOwner, revoke } from './statements';

/**
 * The changes of roles. They belong to the whole cluster, where others may use them: a role is made if it is missing, and
 * never dropped.
 */
export function roleChanges(from: Catalog, to: Catalog): ChangeStep[] {
  const change = (role: Role, summary: string, ...statements: string[]): ChangeStep => ({
    step: 'create role',
    summary: `role ${role.name}: ${summary}`,
    statements,
  });
  const created = missing(to.roles, from.roles).map((role) =>
    change(
      role,
      'made, if the cluster does not have it',
      createRole(role),
      ...(role.comment === null ? [] : [commentOnRole(role)]),
      ...(role.grantedToOwner ? [grantToOwner(role)] : []),
    ),
  );
  const changed = common(from.roles, to.roles).flatMap(([before, after]) => [
    ...(before.comment === after.comment ? [] : [change(after, 'comment', commentOnRole(after))]),
    ...(after.grantedToOwner && !before.grantedToOwner
      ? [change(after, "the tables' owner becomes a member", grantToOwner(after))]
      : []),
    ...(before.grantedToOwner && !after.grantedToOwner
      ? [
          change(
            after,
            "the tables' owner is no longer a member",
            `REVOKE ${quoteIdentifier(after.name)} FROM CURRENT_USER`,
          ),
        ]
      : []),
  ]);
  return [...created, ...changed];
}

/** The changes of row-level security and its policies on a table that both schemas have. */
export function rowLevelSecurityChanges(from: Table, to: Table): ChangeStep[] {
  const statements = rowLevelSecurityStatements(from, to);
  const both = common(from.policies, to.policies);
  const replaced = both.filter(([before, after]) => !sameDefinition(before, after));
  const kept = both.filter((pair) => !replaced.includes(pair));
  return [
    ...missing(from.policies, to.policies).map((policy) => dropPolicy(to, policy)),
    ...missing(to.policies, from.policies).map((policy) => addPolicy(to, policy)),
    ...replaced.map(([, policy]) => replacePolicy(to, policy)),
    ...(statements.length ? [securityChange(to, statements)] : []),
    ...kept.flatMap(([before, after]) => commentChanges(policyOn(to, after), to.name, before, after)),
  ];
}

function securityChange(table: Table, statements: string[]): ChangeStep {
  const { enabled, forced } = table.rowLevelSecurity;
  const state = enabled ? (forced ? 'enabled and forced' : 'enabled, but not for the owner') : 'disabled';
  return {
    step: 'row-level security',
    summary: `${table.name}: row-level security is ${state}`,
    statements,
    table: table.name,
  };
}

export function rowLevelSecurityStatements(from: Pick<Table, 'rowLevelSecurity'> | undefined, to: Table): string[] {
  const before = from?.rowLevelSecurity ?? { enabled: false, forced: false };
  const { enabled, forced } = to.rowLevelSecurity;
  const alter = `ALTER TABLE ${quoteIdentifier(to.name)}`;
  return [
    ...(enabled === before.enabled ? [] : [`${alter} ${enabled ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`]),
    ...(forced === before.forced ? [] : [`${alter} ${forced ? 'FORCE' : 'NO FORCE'} ROW LEVEL SECURITY`]),
  ];
}

const policyOn = (table: Table, { name }: Policy): string =>
  `POLICY ${quoteIdentifier(name)} ON ${quoteIdentifier(table.name)}`;

const dropPolicyStatement = (table: Table, policy: Policy): string => `DROP ${policyOn(table, policy)}`;

export function dropPolicy(table: Table, policy: Policy): ChangeStep {
  return {
    step: 'drop policy',
    summary: `${table.name}: policy ${policy.name} is dropped`,
    statements: [dropPolicyStatement(table, policy)],
    table: table.name,
  };
}

export function addPolicy(table: Table, policy: Policy): ChangeStep {
  return {
    step: 'create policy',
    summary: `${table.name}: new policy ${policy.name}, ${policy.command} for ${policy.roles.join(', ')}`,
    statements: policyStatements(table, policy),
    table: table.name,
  };
}

/** Both statements in one transaction: nobody ever sees the table without it. */
function replacePolicy(table: Table, policy: Policy): ChangeStep {
  return {
    step: 'create policy',
    summary: `${table.name}: policy ${policy.name} changes`,
    statements: [dropPolicyStatement(table, policy), ...policyStatements(table, policy)],
    table: table.name,
  };
}

export function policyStatements(table: Table, policy: Policy): string[] {
  return [
    createPolicy(table.name, policy),
    ...(policy.comment === null ? [] : [commentOn(policyOn(table, policy), policy.comment)]),
  ];
}

/** The changes of the rights on a table or view. */
export function grantChanges(relation: string, from: Grant[], to: Grant[]): ChangeStep[] {
  const before = from.flatMap(perColumn);
  const after = to.flatMap(perColumn);
  const lost = before.filter((right) => !includes(after, right));
  // To take away a right on the table takes away that on its columns too; so what shall stay is granted again.
  const isRevoked = ({ role, privilege }: Grant): boolean =>
    lost.some((right) => right.role === role && right.privilege === privilege);
  const granted = to.filter((right) => isRevoked(right) || !perColumn(right).every((one) => includes(before, one)));
  const roles = [...new Set(lost.map(({ role }) => role))];
  return [
    ...roles.map((role): ChangeStep => {
      const privileges = [...new Set(lost.filter((right) => right.role === role).map(({ privilege }) => privilege))];
      return {
        step: 'revoke',
        summary: `${relation}: ${role} loses ${privileges.join(', ')}`,
        statements: [revoke(relation, privileges, role)],
        table: relation,
      };
    }),
    ...grants(relation, granted).map((statement): ChangeStep => ({
      step: 'grant',
      summary: `${relation}: ${statement.replace(/^GRANT (.*) ON .* TO (.*)$/, '$2 may $1')}`,
      statements: [statement],
      table: relation,
    })),
  ];
}

/** A right on several columns as one for each. */
function perColumn(right: Grant): Grant[] {
  return right.columns ? right.columns.map((column) => ({ ...right, columns: [column] })) : [right];
}

function includes(rights: Grant[], { role, privilege, columns, grantable }: Grant): boolean {
  return rights.some(
    (right) =>
      right.role === role &&
      right.privilege === privilege &&
      right.grantable === grantable &&
      right.columns?.[0] === columns?.[0],
  );
}
