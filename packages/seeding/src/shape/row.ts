import type { List, Random } from '../random/random';

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

/** A row in the making, whatever its table. */
export type AnyRow = Position & Record<string, unknown>;

/** Makes the value of a column or relation of a row, with draws of its own. */
export type RowFunction = (row: AnyRow, random: Random, rows: Rows) => unknown;
