import { declare, type EntityClass } from './declarations';

/** A PostgreSQL extension that the table's columns or indexes need. It is made before the table. */
export function Extension(name: string) {
  return (target: EntityClass): void => declare(target, { kind: 'extension', name });
}
