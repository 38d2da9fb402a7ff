import type { Policy, Table } from '../catalog/catalog';
import { common, missing, sameDefinition } from '../catalog/compare';
import type { ChangeStep } from './change';
import { commentChanges } from './comments';
import { quoteIdentifier } from '../sql';
import { commentOn, createPolicy } from './statements';

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
