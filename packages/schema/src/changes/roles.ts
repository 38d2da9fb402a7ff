import type { Catalog, Role } from '../catalog/catalog';
import { common, missing } from '../catalog/compare';
import type { ChangeStep } from './change';
import { quoteIdentifier } from '../sql';
import { commentOnRole, createRole, grantToOwner } from './statements';

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
