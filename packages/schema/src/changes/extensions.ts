import type { Catalog } from '../catalog/catalog';
import { missing } from '../catalog/compare';
import type { ChangeStep } from './change';
import { quoteIdentifier } from '../sql';

/**
 * The changes of extensions. They belong to the whole database, where others may use them and often only an administrator
 * may drop them: one is made if it is missing, and never dropped.
 */
export function extensionChanges(from: Catalog, to: Catalog): ChangeStep[] {
  return missing(to.extensions, from.extensions).map(({ name }) => ({
    step: 'create extension',
    summary: `new extension ${name}`,
    statements: [`CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)}`],
  }));
}
