import type { Catalog } from '../catalog/catalog';
import { type Change, inOrder } from '../changes/change';
import { functionChanges, lateFunctions } from '../changes/functions';
import { enumTypeChanges } from '../changes/enum-types';
import { extensionChanges } from '../changes/extensions';
import { sequenceChanges } from '../changes/sequences';
import { withoutDependents } from './dependents';
import { type Rename, renamesBetween } from './renames';
import { roleChanges } from '../changes/roles';
import { tableChanges } from '../changes/tables';
import { viewChanges } from '../changes/views';

export interface ChangeOptions {
  /** Renames whose old name is gone, or whose new name is already there, are ignored. Default: none. */
  renames?: readonly Rename[];
  /** Indexes of existing tables without a lock: outside a transaction, and repeatable after a failure. Default: false. */
  concurrently?: boolean;
}

/**
 * The changes that lead from one schema to another directly, in one transaction (unless `concurrently`), their locks held
 * to its end. For a database in use there is `stagesBetween`.
 */
export function changesBetween(
  from: Catalog,
  to: Catalog,
  { renames = [], concurrently = false }: ChangeOptions = {},
): Change[] {
  const { changes, catalog } = renamesBetween(from, to, renames);
  const between = withoutDependents(catalog, to);
  return [...changes, ...differences(catalog, between, concurrently), ...differences(between, to, concurrently)];
}

function differences(from: Catalog, to: Catalog, concurrently: boolean): Change[] {
  return inOrder([
    ...extensionChanges(from, to),
    ...enumTypeChanges(from, to),
    ...roleChanges(from, to),
    ...sequenceChanges(from, to),
    ...functionChanges(from, to),
    ...tableChanges(from, to, lateFunctions(to), concurrently),
    ...viewChanges(from, to),
  ]);
}
