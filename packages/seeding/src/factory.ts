import type { List, Random } from './random';

/** Where a row stands. */
export interface Position {
  /** Its number in its table, from 0. */
  readonly index: number;
  /** Its number among its parent's children, from 0; `index` where it is made for no parent. */
  readonly ordinal: number;
}

/**
 * A row in the making: the entity with its columns and relations, each made when it is first looked at. A relation to
 * one gives that row; one to many, the rows of a table that is made `perParent` of this one.
 */
export type Row<E> = Position & { readonly [P in keyof E]: RowOf<E[P]> };

/** An entity's value as a row has it: entities are rows themselves, what columns hold is as it is. */
type RowOf<V> = V extends string | number | boolean | null | Date
  ? V
  : V extends readonly (infer Element)[]
    ? RowOf<Element>[]
    : string extends keyof V
      ? V
      : Row<V>;

/**
 * The rows of a table to refer to from another one, without being its child: those that exist at the smallest scale at
 * which the referring row exists, so that it refers to the same one at every scale.
 */
export type Rows = <E extends object>(entity: new () => E) => List<Row<E>>;

/** Makes a value of a field for a row, with the field's own draws. */
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

/** So many rows at scale 1, and that many times the scale; or any number that rises with the scale. */
export function perScale(rows: number | ((scale: number) => number)): PerScale {
  return { kind: 'per scale', at: typeof rows === 'number' ? (scale) => rows * scale : rows };
}

/** So many rows for each row that `relation` refers to: the first has pattern[0], the next pattern[1] …, then over again. */
export function perParent<P extends string>(relation: P, pattern: readonly number[]): PerParent<P> {
  return { kind: 'per parent', relation, pattern };
}

/** The pattern that gives the first of each `parents` rows a child, and the others none. */
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
 * @param states what rows look like that tests ask for by name: `factory(Task).state('Done')`. Default: none.
 */
export function defineFactory<E extends object, S extends string = never>(
  entity: new () => E,
  count: Count<keyof E & string>,
  fields: Fields<E>,
  states: Readonly<Record<S, Fields<E>>> = {} as Record<S, Fields<E>>,
): Factory<E, S> {
  return { entity, count, fields, states };
}
