import type { EntityMetadata } from 'typeorm';

/** An entity class, as a decorator receives it. */
export type EntityClass = abstract new (...args: never[]) => object;

/** A class decorator that compiles only on a class that has the properties `K`. */
export type DecoratorOfClassWith<K extends string> = <T extends abstract new (...args: never[]) => Record<K, unknown>>(
  target: T,
) => void;

/** A statement that row-level security and grants speak of. */
export type Command = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** A PostgreSQL role, made without the right to log in. Roles belong to the whole cluster: made if missing, never dropped. */
export interface Role {
  readonly name: string;
  /** Its COMMENT in the catalog. */
  readonly comment: string;
  /** Whether the login that owns the tables is made a member, so that FORCE ROW LEVEL SECURITY does not lock it out. */
  readonly grantedToOwner: boolean;
}

/** A trigger function without arguments; its search_path is always fixed to the empty one, so name every object with its schema. */
export interface TriggerFunction {
  readonly name: string;
  /** Its COMMENT in the catalog. */
  readonly comment: string;
  /** PL/pgSQL, from BEGIN (or DECLARE) to END. */
  readonly body: string;
}

/** One key of an index: a property's column or an expression, with its order and operator class. */
export interface IndexKey {
  readonly property?: string;
  readonly expression?: string;
  readonly order?: 'ASC' | 'DESC';
  readonly nulls?: 'FIRST' | 'LAST';
  readonly operatorClass?: string;
}

export interface IndexDeclaration {
  readonly kind: 'index';
  /** Empty: the naming strategy gives one. */
  readonly name: string;
  readonly keys: readonly IndexKey[];
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  readonly method: string;
  readonly include: readonly string[];
  readonly where?: string;
}

export interface TriggerDeclaration {
  readonly kind: 'trigger';
  readonly name: string;
  readonly timing: 'BEFORE' | 'AFTER';
  readonly events: readonly ('INSERT' | 'UPDATE' | 'DELETE')[];
  readonly execute: TriggerFunction;
  readonly arguments: readonly string[];
}

export interface RowLevelSecurityDeclaration {
  readonly kind: 'row-level-security';
}

export interface PolicyDeclaration {
  readonly kind: 'policy';
  readonly name: string;
  readonly command: Command | 'ALL';
  readonly role: Role;
  readonly using?: string;
  readonly check?: string;
}

export interface GrantDeclaration {
  readonly kind: 'grant';
  readonly role: Role;
  readonly commands: readonly Command[];
  /** The properties that the grant is limited to; every column where absent. */
  readonly properties?: readonly string[];
}

export interface ExtensionDeclaration {
  readonly kind: 'extension';
  readonly name: string;
}

export interface FormerNameDeclaration {
  readonly kind: 'former-name';
  /** The renamed property; absent where the table itself was renamed. */
  readonly property?: string;
  /** The column's or table's name in the database until now. */
  readonly formerName: string;
}

/** A CHECK of one column, whatever the column turns out to be called. */
export interface CheckDeclaration {
  readonly kind: 'check';
  readonly property: string;
  /** The condition in SQL of the column, whose name it is given in quotes. */
  readonly condition: (column: string) => string;
}

/** A relation with its foreign key in a property beside it. */
export interface ReferenceDeclaration {
  readonly kind: 'reference';
  readonly property: string;
  /** The property of the foreign key. */
  readonly key: string;
}

export interface RetentionDeclaration {
  readonly kind: 'retention';
  /** The property that holds the time from which `keep` counts. */
  readonly by: string;
  /** '90 days', as PostgreSQL writes an interval. */
  readonly keep: string;
  readonly archive: 'json' | 'json.gz' | 'csv';
  readonly per?: 'month' | 'quarter' | 'year';
  /** The entities whose rows are deleted with these. */
  readonly with: readonly (() => EntityClass)[];
}

/** What an entity class declares beyond TypeORM's own decorators. */
export type Declaration =
  | IndexDeclaration
  | CheckDeclaration
  | ReferenceDeclaration
  | TriggerDeclaration
  | RowLevelSecurityDeclaration
  | PolicyDeclaration
  | GrantDeclaration
  | ExtensionDeclaration
  | FormerNameDeclaration
  | RetentionDeclaration;

const declarations = new Map<object, Declaration[]>();

/** Notes down what a decorator declares on `target`. */
export function declare(target: object, declaration: Declaration): void {
  const known = declarations.get(target);
  // Decorators run from the last to the first: put them back into the order in which they are read.
  if (known) known.unshift(declaration);
  else declarations.set(target, [declaration]);
}

/** All that a class and the classes it extends declare, the most general class first, in the order of the source. */
export function declarationsOf(target: object): Declaration[] {
  const parent: unknown = Object.getPrototypeOf(target);
  const inherited = typeof parent === 'function' && parent !== Function.prototype ? declarationsOf(parent) : [];
  return [...inherited, ...(declarations.get(target) ?? [])];
}

/**
 * All that is declared for a table: by the entity's class, the classes it extends, its children in single-table
 * inheritance, and the classes embedded in them, whose properties become paths (`home.zip`). Each declaration once, each
 * index with its name.
 */
export function declarationsOfTable(metadata: EntityMetadata): Declaration[] {
  // TypeORM lists a class before those it extends, then the children.
  const own = metadata.inheritanceTree.toReversed().flatMap((target) => declarations.get(target) ?? []);
  const embedded = metadata.allEmbeddeds.flatMap(({ type, propertyPath }) =>
    declarationsOf(type as object).map((declaration) => within(propertyPath, declaration)),
  );
  return [...own, ...embedded].map((one) => (one.kind === 'index' && !one.name ? withName(metadata, one) : one));
}

function withName(metadata: EntityMetadata, index: IndexDeclaration): IndexDeclaration {
  const columns = index.keys.map(
    ({ property = '' }) => metadata.findColumnWithPropertyPath(property)?.databaseName ?? property,
  );
  return { ...index, name: metadata.dataSource.namingStrategy.indexName(metadata.tableName, columns, index.where) };
}

/** A declaration of an embedded class, its properties as paths from the entity. */
function within(path: string, declaration: Declaration): Declaration {
  const inside = <P extends string | undefined>(property: P): P => property && (`${path}.${property}` as P);
  switch (declaration.kind) {
    case 'index': {
      const keys = declaration.keys.map((key) => ({ ...key, property: inside(key.property) }));
      return { ...declaration, keys, include: declaration.include.map(inside) };
    }
    case 'grant':
      return { ...declaration, properties: declaration.properties?.map(inside) };
    case 'reference':
      return { ...declaration, property: inside(declaration.property), key: inside(declaration.key) };
    case 'check':
    case 'former-name':
      return { ...declaration, property: inside(declaration.property) } as Declaration;
    default:
      return declaration;
  }
}
