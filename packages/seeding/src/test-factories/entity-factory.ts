import {
  DataSource,
  EntityManager,
  type EntityMetadata,
  getMetadataArgsStorage,
  type NamingStrategyInterface,
} from 'typeorm';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';
import { EntityMetadataBuilder } from 'typeorm/metadata-builder/EntityMetadataBuilder';
import { UserError } from '@entity-backend/schema';
import { Random } from '../random/random';
import { Table } from '../rows/table';
import { checkRow } from '../rows/trial';
import type { Factory, UntypedFields } from '../shape/factory';
import { inForeignKeyOrder } from '../shape/order';
import { referencedColumn } from '../shape/relations';
import type { AnyRow } from '../shape/row';
import { shapeOf } from '../shape/table-shape';
import { SparseTable } from './sparse-table';

type EntityClass = new () => object;

/** Values of a row to be as the caller says. What is made from them follows: foreign keys from relations, for one. */
export type Overrides<E> = { readonly [P in keyof E]?: E[P] };

/** Makes entities for tests, as the table's factory describes them. */
export interface EntityFactory<E extends object, S extends string> {
  /** The same in these states; what a later one says holds. */
  state(...names: readonly S[]): EntityFactory<E, S>;
  /**
   * An entity with what it refers to, none of them saved.
   *
   * @throws UserError where it would break a rule, naming table and column
   */
  build(overrides?: Overrides<E>): E;
  /** Like `build`, and saved: first what it refers to, unless that is in the database. */
  create(database: DataSource | EntityManager, overrides?: Overrides<E>): Promise<E>;
  /** So many of them, one after another. */
  createMany(database: DataSource | EntityManager, count: number, overrides?: Overrides<E>): Promise<E[]>;
}

/** The factory among several that is an entity's, with its type. */
type FactoryOf<F extends Factory, E> = F extends Factory<infer X> ? ([X, E] extends [E, X] ? F : never) : never;

/** The names of the states that an entity's factory declares. */
export type StateOf<F extends Factory, E> = keyof FactoryOf<F, E>['states'] & string;

/** The dates of test data hang off this moment, so that it is the same whenever a test runs. */
const REFERENCE_DATE = new Date('2026-01-01T12:00:00Z');
const SEED = 1;

/**
 * Gives the factories of entities to tests: `factory(Author).state('PowerUser').create(dataSource)`.
 *
 * @param namingStrategy that of the DataSource. Default: TypeORM's own
 *
 * Each entity that is made is another row of its table, with a parent of its own, so that none of their unique values
 * agree; which rows they are depends on what has been made before, since the module was loaded, and on nothing else.
 */
export function entityFactories<const F extends readonly Factory[]>(
  entities: readonly EntityClass[],
  factories: F,
  namingStrategy?: NamingStrategyInterface,
): <E extends object>(entity: new () => E) => EntityFactory<E, StateOf<F[number], E>> {
  let world: World | undefined;
  return (entity) => (world ??= new World(metadataOf(entities, namingStrategy), factories)).factory(entity);
}

class World {
  private readonly tables = new Map<unknown, SparseTable>();
  private readonly inStates = new Map<string, Table>();
  private readonly entityOf = new WeakMap<AnyRow, object>();
  private readonly rowOf = new WeakMap<object, AnyRow>();
  private readonly siblings = new Map<string, number>();
  private readonly common = { seed: SEED, random: new Random(REFERENCE_DATE.getTime()), tables: this.tables };

  constructor(
    entities: EntityMetadata[],
    private readonly factories: readonly Factory[],
  ) {
    for (const metadata of inForeignKeyOrder(entities)) {
      this.tables.set(metadata.target, new SparseTable(shapeOf(metadata, this.factoryOf(metadata)), this.common));
    }
  }

  factory<E extends object, S extends string>(entity: new () => E, states: readonly S[] = []): EntityFactory<E, S> {
    const table = this.tables.get(entity);
    if (!table) throw new UserError(`There is no entity ${entity.name} among those given to entityFactories.`);
    const source = this.tableIn(table, states);
    const build = (overrides: Overrides<E> = {}): E => this.entity(table, this.make(table, source, overrides)) as E;
    const create = async (database: DataSource | EntityManager, overrides?: Overrides<E>): Promise<E> => {
      const made = build(overrides);
      const manager = database instanceof EntityManager ? database : database.manager;
      await this.saveReferenced(manager, table, made);
      await manager.insert(entity, made);
      return made;
    };
    return {
      state: (...names) => this.factory(entity, [...states, ...names]),
      build,
      create,
      async createMany(database, count, overrides) {
        const made: E[] = [];
        while (made.length < count) made.push(await create(database, overrides));
        return made;
      },
    };
  }

  private factoryOf(metadata: EntityMetadata): Factory | undefined {
    return this.factories.find(({ entity }) => entity === metadata.target);
  }

  /** The table as it is where all its rows are in these states. */
  private tableIn(table: SparseTable, names: readonly string[]): Table {
    if (names.length === 0) return table;
    const key = [table.name, ...names].join(' ');
    let source = this.inStates.get(key);
    if (!source) {
      const { count, fields } = table.shape;
      const { states = {} } = this.factoryOf(table.shape.entity) ?? {};
      const chosen = names.map((name) => {
        if (Object.hasOwn(states, name)) return states[name];
        const known = Object.keys(states).join(', ');
        throw new UserError(
          `The factory of ${table.name} declares no state ${name}: ${known ? `choose from ${known}` : 'it declares none'}.`,
        );
      });
      source = new Table(
        shapeOf(table.shape.entity, { count, fields: Object.assign({}, fields, ...chosen) as UntypedFields }),
        this.common,
      );
      this.inStates.set(key, source);
    }
    return source;
  }

  /** A row that no other one is, with some values of the caller's. */
  private make(table: SparseTable, source: Table, overrides: UntypedFields): AnyRow {
    const index = table.fresh();
    const row = source.row(index);
    const set = (property: string, value: unknown): void => {
      Object.defineProperty(row, property, { value, enumerable: true });
    };
    for (const [property, value] of Object.entries(overrides)) {
      if (value === undefined) continue;
      const relation = table.shape.entity.findRelationWithPropertyPath(property);
      if (!relation && !table.shape.entity.findColumnWithPropertyName(property))
        throw new UserError(`${table.name}.${property}: ${table.shape.entity.name} has no such property.`);
      if (!relation?.isOwning) set(property, value);
      else this.refer(table, relation, value, overrides, set);
    }
    this.followKeys(table, overrides, set);
    table.made.set(index, row);
    const { parentRelation } = table.shape;
    if (parentRelation && parentRelation.joinColumns.some(({ propertyName }) => Object.hasOwn(row, propertyName))) {
      set('ordinal', this.ordinalFor(table, row));
    }
    checkRow(source, index, row);
    return row;
  }

  /** Sets a relation, and with it the columns of its foreign key. */
  private refer(
    table: SparseTable,
    relation: RelationMetadata,
    entity: object | null,
    overrides: UntypedFields,
    set: (property: string, value: unknown) => void,
  ): void {
    const target = entity && (this.rowOf.get(entity) ?? this.adopt(table.tableOf(relation) as SparseTable, entity));
    // Where there shall be no parent, the factory goes on to see one: it makes no rows without.
    if (target || relation !== table.shape.parentRelation) set(relation.propertyName, target);
    for (const column of relation.joinColumns) {
      if (column.propertyName in overrides) continue;
      set(column.propertyName, target ? target[referencedColumn(relation, column).propertyName] : null);
    }
  }

  /** A row for an entity that was not made here: as far as the entity says nothing, as its factory says. */
  private adopt(table: SparseTable, entity: object): AnyRow {
    const known = Object.entries(entity).filter(([property]) =>
      table.shape.entity.findColumnWithPropertyName(property),
    );
    const row = this.make(table, table, Object.fromEntries(known));
    this.entityOf.set(row, entity);
    this.rowOf.set(entity, row);
    return row;
  }

  /** Where a foreign key is given instead of its relation: the row that has it, where it has been made here. */
  private followKeys(
    table: SparseTable,
    overrides: UntypedFields,
    set: (property: string, value: unknown) => void,
  ): void {
    for (const relation of table.shape.entity.relations) {
      const column = relation.isOwning && relation.joinColumns.find((one) => referencedColumn(relation, one).isPrimary);
      if (!column || relation.propertyName in overrides || overrides[column.propertyName] === undefined) continue;
      const key = overrides[column.propertyName] as string | null;
      const target = table.tableOf(relation) as SparseTable;
      const origin = key === null ? undefined : target.origin(key);
      const row = origin && target.made.get(origin.index);
      if (key === null || row) set(relation.propertyName, row ?? null);
    }
  }

  /** How many rows have been made for the parent before. */
  private ordinalFor({ name, shape: { parentRelation } }: SparseTable, row: AnyRow): number {
    const key = [name, ...parentRelation!.joinColumns.map(({ propertyName }) => String(row[propertyName]))].join(' ');
    const ordinal = this.siblings.get(key) ?? 0;
    this.siblings.set(key, ordinal + 1);
    return ordinal;
  }

  /** The entity of a row, and those of the rows that it refers to. */
  private entity(table: Table, row: AnyRow): object {
    const known = this.entityOf.get(row);
    if (known) return known;
    const entity = new (table.shape.entity.target as EntityClass)();
    this.entityOf.set(row, entity);
    this.rowOf.set(entity, row);
    const values = table.shape.entity.columns.map(({ propertyName }) => [propertyName, copied(row[propertyName])]);
    Object.assign(entity, Object.fromEntries(values));
    for (const relation of table.shape.entity.relations.filter(({ isOwning }) => isOwning)) {
      const target = this.referenced(table, row, relation);
      if (target !== undefined) Object.assign(entity, { [relation.propertyName]: target });
    }
    return entity;
  }

  /** The entity that a row refers to; undefined: one of which nothing but its key is known. */
  private referenced(table: Table, row: AnyRow, relation: RelationMetadata): object | null | undefined {
    if (relation.joinColumns.some(({ propertyName }) => row[propertyName] === null)) return null;
    const target = row[relation.propertyName] as AnyRow | null;
    const isReferenced = relation.joinColumns.every(
      (column) => target?.[referencedColumn(relation, column).propertyName] === row[column.propertyName],
    );
    if (!target || !isReferenced) return undefined;
    const other = table.tableOf(relation) as SparseTable;
    other.made.set(target.index, target);
    return this.entity(other, target);
  }

  /** Saves what an entity refers to, as far as it is not in the database. */
  private async saveReferenced(manager: EntityManager, table: Table, entity: object): Promise<void> {
    for (const relation of table.shape.entity.relations.filter(({ isOwning }) => isOwning)) {
      const referenced = (entity as Record<string, object | null | undefined>)[relation.propertyName];
      if (!referenced || !this.rowOf.has(referenced)) continue;
      const target = table.tableOf(relation);
      await this.saveReferenced(manager, target, referenced);
      await manager
        .createQueryBuilder()
        .insert()
        .into(target.shape.entity.target)
        .values(referenced)
        .orIgnore()
        .updateEntity(false)
        .execute();
    }
  }
}

/** The caller may change what it gets: nobody else has the same object or array. */
function copied(value: unknown): unknown {
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) return value.map(copied);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copied(one)]));
}

/** What TypeORM knows about entities, without a connection. */
function metadataOf(entities: readonly EntityClass[], namingStrategy?: NamingStrategyInterface): EntityMetadata[] {
  const unconnected = new DataSource({ type: 'postgres', namingStrategy });
  return new EntityMetadataBuilder(unconnected, getMetadataArgsStorage()).build([...entities]);
}
