import type * as ClassValidator from 'class-validator';
import { Column, Index, type ColumnOptions as TypeOrmOptions } from 'typeorm';
import { declare } from './declarations';
import { HasDefault } from './has-default';
import './metadata';
import { classValidator } from './validation';

/** What can be said of a column of any type. `V`: what its property holds; `N`: whether it may be null. */
export interface ColumnOptions<V, N extends boolean> {
  /** Whether the column takes NULL; the property's type has to say so, too. Default: false. */
  nullable?: N;
  /** With `nullable`: in which rows the validator refuses null all the same. Default: in none. */
  requiredIf?: (row: never) => boolean;
  /** The column's DEFAULT: a value, or a function that returns SQL. A property that has one may be left out. Default: none. */
  default?: NoInfer<V> | (() => string);
  /** Whether no two rows may have the same value. Default: false. */
  unique?: boolean;
  /** An index on the column: true, or its name in the database. Default: none. */
  index?: boolean | string;
  /** Whether a query that names no columns reads it. Default: true. */
  select?: boolean;
  /** The column's name in the database. Default: what the naming strategy makes of the property's. */
  name?: string;
}

/** A decorator that compiles on a property that holds `V`, and null exactly where the column takes it. */
export type ColumnDecorator<V, N extends boolean> = <P extends string, T extends { [K in P]?: Held<V, N> }>(
  target: T & (N extends true ? (null extends T[P] ? unknown : never) : unknown),
  property: P,
) => void;

type Held<V, N extends boolean> = N extends true ? V | null : V;

/** What a word of the language says of its column, by itself. */
interface Meaning {
  /** TypeORM's options: the type above all. */
  column: TypeOrmOptions;
  /** What the CHECK demands of the column. Default: nothing. */
  check?: (column: string) => string;
  /** class-validator's rules for the property. What is not a decorator is left out. */
  rules: (validator: typeof ClassValidator) => (PropertyDecorator | false | undefined)[];
}

/** A column with its nullability, CHECK, index and class-validator's rules. */
export function columnOf<V, N extends boolean>(
  { column, check, rules }: Meaning,
  { requiredIf, index = false, ...options }: ColumnOptions<V, N>,
): ColumnDecorator<V, N> {
  return (target: object, property: string): void => {
    Column({ nullable: false, ...column, ...options } as TypeOrmOptions)(target, property);
    if (check) declare(target.constructor, { kind: 'check', property, condition: check });
    if (index === true) Index()(target, property);
    else if (index) Index(index)(target, property);
    if (!classValidator) return;
    for (const rule of rules(classValidator)) if (rule) rule(target, property);
    excuseOf(classValidator, { requiredIf, ...options })?.(target, property);
  };
}

/** When the rules are not asked. */
function excuseOf<V>(
  { IsOptional, ValidateIf }: typeof ClassValidator,
  { nullable, requiredIf, default: defaultValue }: ColumnOptions<V, boolean>,
): PropertyDecorator | undefined {
  if (requiredIf) return ValidateIf((row, value) => value != null || requiredIf(row as never));
  if (nullable) return IsOptional();
  return defaultValue === undefined ? undefined : HasDefault();
}

/** Bounds of a number. */
export interface Bounds {
  min?: number;
  max?: number;
}

/** `x >= 1`, `x <= 9`, `x BETWEEN 1 AND 9`; undefined: there are no bounds. */
export function within({ min, max }: Bounds, of: (column: string) => string = (column) => column) {
  if (min !== undefined && max !== undefined) return (column: string) => `${of(column)} BETWEEN ${min} AND ${max}`;
  if (min !== undefined) return (column: string) => `${of(column)} >= ${min}`;
  if (max !== undefined) return (column: string) => `${of(column)} <= ${max}`;
  return undefined;
}
