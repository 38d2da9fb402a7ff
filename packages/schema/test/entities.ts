import { Entity, Index as TypeOrmIndex, PrimaryGeneratedColumn, ViewColumn, ViewEntity } from 'typeorm';
import { Index as OurIndex } from '../src';
import type { EntityClass } from '../src/language/declarations';

/** A decorator of a class or property, of TypeORM or of ours, whatever properties it asks for. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the classes are made here: the compiler can't know them
type Decorator = (target: any, property?: any) => void;

/**
 * An entity class as a person would write it, made of its properties and their decorators. It has a property `id`, a uuid,
 * unless it says what `id` is.
 */
export function entity(
  table: string,
  properties: Record<string, Decorator | Decorator[]> = {},
  ...decorators: Decorator[]
): EntityClass {
  const target = { [table]: class {} }[table] as EntityClass & { prototype: object };
  const all = { id: PrimaryGeneratedColumn('uuid') as Decorator, ...properties };
  for (const [property, decorator] of Object.entries(all)) {
    for (const decorate of [decorator].flat().reverse()) decorate(target.prototype, property);
  }
  for (const decorate of decorators.toReversed()) decorate(target);
  Entity(table, { comment: tableComments.get(target) })(target);
  return target;
}

const tableComments = new WeakMap<object, string>();

/** The table's comment, which a person writes as a doc comment of the class. */
export function comment(text: string): Decorator {
  return (target: object) => tableComments.set(target, text);
}

/** A view entity with a column `title`. */
export function view(name: string, expression: string, materialized = false): EntityClass {
  const target = { [name]: class {} }[name] as EntityClass & { prototype: object };
  ViewColumn()(target.prototype, 'title');
  ViewEntity({ name, expression, materialized })(target);
  return target;
}

/** The decorator for indexes: ours, or TypeORM's own as far as it goes. */
export type IndexDecorator = (name: string, keys: Key[], options?: IndexOptions) => Decorator;

type Key =
  | string
  | {
      property?: string;
      expression?: string;
      order?: 'ASC' | 'DESC';
      nulls?: 'FIRST' | 'LAST';
      operatorClass?: string;
    };

interface IndexOptions {
  unique?: boolean;
  nullsNotDistinct?: boolean;
  method?: string;
  include?: string[];
  where?: string;
}

export const ourIndex: IndexDecorator = (name, keys, options) =>
  OurIndex(name, keys as never, options as never) as Decorator;

/** What TypeORM's own decorator can say of the same index. */
export const typeOrmIndex: IndexDecorator = (name, keys, { unique, where, method } = {}) =>
  TypeOrmIndex(
    name,
    keys.map((key) => (typeof key === 'string' ? key : key.property)).filter((property) => property !== undefined),
    { unique, where, type: method as never },
  ) as Decorator;
