import type { Random } from '../random/random';
import type { Row, Rows } from './row';

/** Makes a value of a field for a row. `random` draws for this field of this row alone: the same values every time. */
export type Make<E, V> = (row: Row<E>, random: Random, rows: Rows) => V;

/** What a row of a table looks like: a value for all rows, or how to make it. */
export type Fields<E> = { readonly [P in keyof E]?: E[P] | Make<E, E[P]> };

/** How many rows a table has. */
export type Count<P extends string = string> = PerScale | PerParent<P>;

interface PerScale {
  readonly kind: 'per scale';
  /** The number of rows at a scale, never falling. */
  readonly at: (scale: number) => number;
}

interface PerParent<P extends string> {
  readonly kind: 'per parent';
  readonly relation: P;
  readonly pattern: readonly number[];
}

/**
 * How many rows a table has that is made for no other's: so many at scale 1, and that many times the scale; or any number
 * that a function gives for a scale (1, 2, 3 …), never falling.
 */
export function perScale(rows: number | ((scale: number) => number)): PerScale {
  return { kind: 'per scale', at: typeof rows === 'number' ? (scale) => rows * scale : rows };
}

/**
 * How many rows a table has for each row of another one: the first has pattern[0], the next pattern[1] …, then over again.
 *
 * @param relation the property of the relation that leads to the other table, whose foreign key this table has
 */
export function perParent<P extends string>(relation: P, pattern: readonly number[]): PerParent<P> {
  return { kind: 'per parent', relation, pattern };
}

/** A pattern for `perParent`: the first of each `parents` rows has a child, the others none. */
export function oneIn(parents: number): number[] {
  return [1, ...Array<number>(parents - 1).fill(0)];
}

/** How a table is filled, made by `defineFactory`. */
export interface Factory<E extends object = object, S extends string = string> {
  readonly entity: new () => E;
  readonly count: Count;
  /** By property; their types have done their work. */
  readonly fields: UntypedFields;
  /** By the state's name: the fields that a row in that state has instead. */
  readonly states: Readonly<Record<S, UntypedFields>>;
}

export type UntypedFields = Readonly<Record<string, unknown>>;

/**
 * How a table is filled: how many rows, and what they look like where the entity alone can't say it. A column that has no
 * field follows from the entity: a key from its row, a foreign key from its relation's row, anything else from default,
 * nullability, type, CHECKs, class-validator's rules and unique constraints.
 *
 *     export const taskFactory = defineFactory(
 *       Task,
 *       perParent('user', [4, 3, 0]),
 *       {
 *         title: (_, random) => random.pick(TITLES),
 *         completed: (_, random) => random.chance(0.4),
 *         createdAt: (task, random) => random.between(task.user.createdAt, random.now),
 *       },
 *       { Done: { completed: true } },
 *     );
 *
 * @param count `perScale(…)` or `perParent(…)`
 * @param fields by property: a value for all rows, or a function that makes it. Default: what follows from the entity
 * @param states what rows look like that tests ask for by name: `factory(Task).state('Done')`. Default: none
 */
export function defineFactory<E extends object, S extends string = never>(
  entity: new () => E,
  count: Count<keyof E & string>,
  fields: Fields<E>,
  states: Readonly<Record<S, Fields<E>>> = {} as Record<S, Fields<E>>,
): Factory<E, S> {
  return { entity, count, fields, states };
}
