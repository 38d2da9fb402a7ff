import {
  type Command,
  type DecoratorOfClassWith,
  declare,
  type EntityClass,
  type PolicyDeclaration,
  type Role,
} from './declarations';

/** Row-level security, enabled and forced: the table's owner is subject to the policies too. Without a policy nobody sees a row. */
export function RowLevelSecurity() {
  return (target: EntityClass): void => declare(target, { kind: 'row-level-security' });
}

/**
 * What a role may do to which rows. `using` is the predicate, in SQL, of the rows that it may see, change or delete;
 * `check` that of the rows it may leave behind by INSERT and UPDATE.
 */
export function Policy(policy: Omit<PolicyDeclaration, 'kind'>) {
  return (target: EntityClass): void => declare(target, { kind: 'policy', ...policy });
}

/** Lets a role give these commands on the table; with `properties`, on their columns alone. */
export function Grant<K extends string = never>(
  role: Role,
  commands: readonly Command[],
  properties?: readonly K[],
): DecoratorOfClassWith<K> {
  return (target) => declare(target, { kind: 'grant', role, commands, properties });
}
