import { isDeepStrictEqual } from 'node:util';
import type { Table } from './catalog';

interface Named {
  name: string;
}

export function named<T extends Named>(objects: readonly T[], name: string): T | undefined {
  return objects.find((object) => object.name === name);
}

/** The objects that one list has and the other does not, by name. */
export function missing<T extends Named>(objects: readonly T[], others: readonly T[]): T[] {
  return objects.filter(({ name }) => !named(others, name));
}

/** The objects that both lists have, by name, as they are in the one and in the other. */
export function common<T extends Named>(from: readonly T[], to: readonly T[]): [T, T][] {
  return from.flatMap((before) => {
    const after = named(to, before.name);
    return after ? [[before, after] as [T, T]] : [];
  });
}

/** Whether two objects are the same but for their names, their comments and what they use. */
export function sameDefinition(first: object, second: object): boolean {
  const definition = ({ name: _, comment: __, uses: ___, ...rest }: Record<string, unknown>): object => rest;
  return isDeepStrictEqual(definition(first as Record<string, unknown>), definition(second as Record<string, unknown>));
}

/** Whether there is the same object under the same name. */
export function has<T extends Named>(objects: readonly T[], one: T): boolean {
  const same = named(objects, one.name);
  return same !== undefined && sameDefinition(same, one);
}

/** Whether one of the names in `used` is in `names`, or is a column of a table in `names`. */
export function usesAny({ uses }: { uses: string[] }, names: ReadonlySet<string>): boolean {
  return uses.some((used) => names.has(used) || names.has(used.split('.')[0]));
}

/** Whether PostgreSQL drops an object of the former table together with one of its columns. */
export function goesWithItsColumn({ uses }: { uses: string[] }, from: Table, to: Table): boolean {
  return missing(from.columns, to.columns).some(({ name }) => uses.includes(`${from.name}.${name}`));
}
