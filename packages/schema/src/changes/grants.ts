import type { Grant } from '../catalog/catalog';
import type { ChangeStep } from './change';
import { grants, revoke } from './statements';

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
