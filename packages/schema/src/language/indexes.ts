import { type DecoratorOfClassWith, declare, type IndexKey } from './declarations';

/** A key of an index: a property, or one with its order or operator class. */
type Property = string | (IndexKey & { property: string });

/** A key of an index: a property, or an expression in SQL. */
type Key = Property | (IndexKey & { expression: string; property?: never });

/** The property that a key names; never, where it is an expression. */
type PropertyOf<K extends Key> = K extends string ? K : K extends { property: infer P extends string } ? P : never;

/** The property of the class itself that a path into an embedded class begins with: `home.zip` → `home`. */
type RootOf<P extends string> = P extends `${infer R}.${string}` ? R : P;

interface IndexOptions<I extends string> {
  /** Whether no two rows may agree in all keys. Default: false. */
  unique?: boolean;
  /** With `unique`: whether two NULLs count as equal. Default: false. */
  nullsNotDistinct?: boolean;
  /** The access method: btree (the default), hash, gin, gist, brin, hnsw … */
  method?: string;
  /** Properties stored in the index without being keys, so that a query needs no look at the table. */
  include?: I[];
  /** The predicate of a partial index, in SQL. It has to be immutable: no now(). */
  where?: string;
}

/** The key of `property`, largest first. NULLs come first then, unless `nulls` says otherwise. */
export function desc<K extends string>(property: K, nulls?: 'FIRST' | 'LAST'): IndexKey & { property: K } {
  return { property, order: 'DESC', nulls };
}

/**
 * An index with all that PostgreSQL offers: the order of its keys, INCLUDE, a predicate, the access method, operator
 * classes, expressions, NULLS NOT DISTINCT. A property that the class does not have is a compile error.
 *
 *     @Index('idx_tasks_user_id_created_at', ['userId', desc('createdAt')])
 *
 * A property of an embedded class is named by its path: `['home.zip']`. Without a name the naming strategy gives one, as a
 * base class needs that several entities extend, and an embedded class that stands in several places.
 *
 * It takes the place of TypeORM's own `Index`, whose generator sees none of these (typeorm#3336).
 */
export function Index<const K extends Key, I extends string = never>(
  name: string,
  keys: readonly K[],
  options?: IndexOptions<I>,
): DecoratorOfClassWith<RootOf<PropertyOf<K> | I>>;
export function Index<const K extends Property, I extends string = never>(
  keys: readonly K[],
  options?: IndexOptions<I>,
): DecoratorOfClassWith<RootOf<PropertyOf<K> | I>>;
export function Index(
  ...given: [string, readonly Key[], IndexOptions<string>?] | [readonly Key[], IndexOptions<string>?]
): DecoratorOfClassWith<never> {
  const [first, second, third] = given;
  return typeof first === 'string'
    ? indexOf(first, second as readonly Key[], third)
    : indexOf('', first, second as IndexOptions<string>);
}

function indexOf(
  name: string,
  keys: readonly Key[],
  { unique = false, nullsNotDistinct = false, method = 'btree', include = [], where }: IndexOptions<string> = {},
): DecoratorOfClassWith<never> {
  return (target) =>
    declare(target, {
      kind: 'index',
      name,
      keys: keys.map((key) => (typeof key === 'string' ? { property: key } : key)),
      unique,
      nullsNotDistinct,
      method,
      include,
      where,
    });
}
