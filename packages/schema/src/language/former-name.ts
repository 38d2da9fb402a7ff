import { declare } from './declarations';

/**
 * The name that a table (on the class) or a column (on the property) has in the database until now, so that a rename is
 * a rename and not a loss of data. It may stay: it says nothing any more once the old name is gone.
 */
export function FormerName(formerName: string) {
  return (target: object, property?: string): void =>
    declare(property === undefined ? target : target.constructor, { kind: 'former-name', property, formerName });
}
