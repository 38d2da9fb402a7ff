import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';
import { UserError } from '../../src/database/errors';
import { valueByMetadata } from './defaults';
import { type Encoder, encoderOf } from './encoders';
import { type Count, type Factory, perScale, type Position, type Rows } from './factory';
import { makeKey, type Origin, readKey } from './keys';
import { inForeignKeyOrder } from './order';
import { Placement } from './placement';
import { hash, type List, Random, scramble } from './random';

/** What all rows depend on, beside table and number. */
export interface Basis {
  /** 0 to 2^30 - 1. */
  seed: number;
  /** The moment that all dates hang off. */
  referenceDate: Date;
}

/** A row in the making, whatever its table. */
export type AnyRow = Position & Record<string, unknown>;
export type AnyMake = (row: AnyRow, random: Random, rows: Rows) => unknown;

/** The rows of a table that nobody has written a factory for. */
const WITHOUT_FACTORY: Count = perScale(10);

/**
 * The tables of these entities and of all that they refer to, in the order in which they can be filled.
 *
 * @throws UserError where a factory or an entity can't be filled, naming table and column
 */
export function compileTables(entities: EntityMetadata[], factories: readonly Factory[], basis: Basis): Table[] {
  const random = new Random(basis.referenceDate.getTime());
  const tables = new Map<unknown, Table>();
  for (const entity of inForeignKeyOrder(entities)) {
    const factory = factories.find((one) => one.entity === entity.target);
    tables.set(entity.target, new Table(entity, factory, { seed: basis.seed, random, tables }));
  }
  return [...tables.values()];
}

/** What the tables share. */
interface Common {
  readonly seed: number;
  readonly random: Random;
  readonly tables: ReadonlyMap<unknown, Table>;
}

interface Column {
  readonly name: string;
  readonly property: string;
  readonly encode: Encoder;
}

/** A table to be filled: its rows by number, each a function of (seed, table, number) alone. */
export class Table {
  readonly name: string;
  readonly columns: readonly Column[];
  private readonly hash: number;
  private readonly count: Count;
  private readonly fields: Record<string, unknown>;
  private readonly placement?: Placement;
  private readonly Row: new (index: number) => AnyRow;
  /** Children come in the order of their parents, so the row that is asked for is often the one asked for before. */
  private last?: AnyRow;
  /** The number of the row whose field is being made. */
  private current = 0;

  constructor(
    readonly entity: EntityMetadata,
    factory: Factory | undefined,
    private readonly common: Common,
  ) {
    this.name = entity.tableName;
    this.hash = hash(this.name);
    this.count = factory?.count ?? WITHOUT_FACTORY;
    this.fields = (factory?.fields ?? {}) as Record<string, unknown>;
    if (this.count.kind === 'per parent') this.placement = new Placement(this.count.pattern);
    this.columns = entity.columns.map((column) => this.column(column));
    this.Row = this.rowClass();
  }

  /** How many rows it has at a scale. */
  rows(scale: number): number {
    if (this.count.kind === 'per scale') return this.count.at(scale);
    return this.placement!.childrenBefore(this.parent.rows(scale));
  }

  row(index: number): AnyRow {
    if (this.last?.index !== index) this.last = new this.Row(index);
    return this.last;
  }

  /** A row as a line of COPY's text format, without its end. */
  line(index: number): string {
    const row = this.row(index);
    let line = '';
    for (const { property, encode } of this.columns) {
      const value = row[property];
      try {
        line += (line && '\t') + encode(value);
      } catch (error) {
        throw this.located(error, property, index);
      }
    }
    return line;
  }

  /** The column that holds the key. */
  get keyColumn(): string {
    return this.primary.databaseName;
  }

  /** Which row has the key; undefined: none that a seeder has made, with this seed or another. */
  origin(key: string): Origin | undefined {
    const relation = this.primary.relationMetadata;
    if (!relation) return readKey(this.hash, key);
    // The key is the parent's: see whether that one has a child.
    const parent = this.tableOf(relation).origin(key);
    if (!parent || !this.placement?.childrenOf(parent.index)) return undefined;
    return { ...parent, index: this.placement.childrenBefore(parent.index) };
  }

  private get primary(): ColumnMetadata {
    return this.entity.primaryColumns[0];
  }

  private get parent(): Table {
    return this.tableOf(this.parentRelation!);
  }

  private get parentRelation(): RelationMetadata | undefined {
    const { count } = this;
    if (count.kind === 'per scale') return undefined;
    return this.entity.relations.find((relation) => relation.propertyName === count.relation);
  }

  private tableOf(relation: RelationMetadata): Table {
    return this.common.tables.get(relation.inverseEntityMetadata.target)!;
  }

  private ordinal(index: number): number {
    return this.placement ? index - this.placement.childrenBefore(this.placement.parentOf(index)) : index;
  }

  /** The smallest scale at which a row exists. */
  private scaleOf(index: number): number {
    if (this.placement) return this.parent.scaleOf(this.placement.parentOf(index));
    let high = 1;
    while (this.rows(high) <= index) high *= 2;
    let low = Math.floor(high / 2);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.rows(middle) <= index) low = middle;
      else high = middle;
    }
    return high;
  }

  /** The rows of another table, to be referred to by the row that is being made. */
  private readonly rowsOf: Rows = (entity) => {
    const rows: List<unknown> = this.common.tables.get(entity)!.list(this.scaleOf(this.current));
    return rows as List<never>;
  };

  private list(scale: number): List<AnyRow> {
    return { length: this.rows(scale), at: (index) => this.row(index) };
  }

  private column(column: ColumnMetadata): Column {
    try {
      return { name: column.databaseName, property: column.propertyName, encode: encoderOf(column) };
    } catch (error) {
      throw this.located(error, column.propertyName);
    }
  }

  /** A class of rows with a getter for each column and relation, which makes the value once. */
  private rowClass(): new (index: number) => AnyRow {
    const ordinal = (index: number): number => this.ordinal(index);
    class Row {
      readonly values: unknown[] = [];
      constructor(readonly index: number) {}
      get ordinal(): number {
        return ordinal(this.index);
      }
    }
    const makes = [
      ...this.entity.columns.map((column) => [column.propertyName, this.makeColumn(column)] as const),
      ...this.entity.relations.map((relation) => [relation.propertyName, this.makeRelation(relation)] as const),
    ];
    makes.forEach(([property, make], slot) => {
      const value = this.valueMaker(property, make);
      Object.defineProperty(Row.prototype, property, {
        get(this: Row) {
          const known = this.values[slot];
          if (known !== undefined) return known;
          // Found again before it is made, it is its own cause.
          this.values[slot] = IN_THE_MAKING;
          return (this.values[slot] = value(this as unknown as AnyRow));
        },
      });
    });
    return Row as unknown as new (index: number) => AnyRow;
  }

  private valueMaker(property: string, make: AnyMake): (row: AnyRow) => unknown {
    const { random, seed } = this.common;
    const field = scramble(hash(`${this.name}.${property}`) ^ scramble(seed));
    return (row) => {
      const outer = this.current;
      this.current = row.index;
      try {
        const value = random.during(field, row.index, () => make(row, random, this.rowsOf));
        if (value === undefined) throw new Error('its factory made no value');
        return value;
      } catch (error) {
        throw this.located(error, property, row.index);
      } finally {
        this.current = outer;
      }
    };
  }

  /** What the factory says about a property; undefined: nothing. */
  private declared(property: string): AnyMake | undefined {
    const field = this.fields[property];
    if (field === undefined) return undefined;
    return typeof field === 'function' ? (field as AnyMake) : () => field;
  }

  private makeColumn(column: ColumnMetadata): AnyMake {
    const declared = this.declared(column.propertyName);
    if (declared) return declared;
    if (column.isPrimary && column.isGenerated) {
      return ({ index }) => makeKey(this.hash, { seed: this.common.seed, index });
    }
    const relations = this.entity.relations.filter((relation) => relation.joinColumns.includes(column));
    const relation = relations.find((one) => this.isMade(one)) ?? relations.find((one) => !one.isNullable);
    if (relation) {
      const referenced = referencedColumn(relation, column).propertyName;
      return (row) => (row[relation.propertyName] as AnyRow | null)?.[referenced] ?? null;
    }
    return relations.length > 0 ? () => null : valueByMetadata(column);
  }

  private makeRelation(relation: RelationMetadata): AnyMake {
    if (relation.isOneToMany || relation.isOneToOneNotOwner) return this.makeChildren(relation);
    const declared = this.declared(relation.propertyName);
    if (declared) return declared;
    const { placement } = this;
    if (placement && relation === this.parentRelation) {
      return ({ index }) => this.parent.row(placement.parentOf(index));
    }
    const column = relation.joinColumns.find((one) => referencedColumn(relation, one).isPrimary);
    if (column && this.isDetermined(column)) {
      return (row) => this.tableOf(relation).rowOf(row[column.propertyName] as string | null);
    }
    if (relation.isNullable) return () => null;
    return ({ index }, random) => random.pick(this.tableOf(relation).list(this.scaleOf(index)));
  }

  /** The rows of another table that are made for this one's. */
  private makeChildren(relation: RelationMetadata): AnyMake {
    return ({ index }) => {
      const table = this.tableOf(relation);
      const { placement } = table;
      if (!placement || table.parentRelation !== relation.inverseRelation) {
        throw new Error(`${table.name} are not made per row of ${this.name}, so nobody knows which belong to one`);
      }
      const first = placement.childrenBefore(index);
      const rows = Array.from({ length: placement.childrenOf(index) }, (_, ordinal) => table.row(first + ordinal));
      return relation.isOneToMany ? rows : (rows[0] ?? null);
    };
  }

  /** Whether the factory says which row a relation refers to. */
  private isMade(relation: RelationMetadata): boolean {
    return relation.propertyName in this.fields || relation === this.parentRelation;
  }

  /** Whether a foreign key's column follows from the factory. */
  private isDetermined(column: ColumnMetadata): boolean {
    return (
      column.propertyName in this.fields ||
      this.entity.relations.some((relation) => relation.joinColumns.includes(column) && this.isMade(relation))
    );
  }

  /** The row that has a key of this table. */
  private rowOf(key: string | null): AnyRow | null {
    const origin = key === null ? undefined : this.origin(key);
    return origin ? this.row(origin.index) : null;
  }

  private located(error: unknown, property: string, index?: number): UserError {
    if (error instanceof UserError) return error;
    const where = `${this.name}.${property}` + (index === undefined ? '' : `, row ${index}`);
    return new UserError(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The column that a foreign key's column refers to. A column may be part of several foreign keys. */
function referencedColumn(relation: RelationMetadata, column: ColumnMetadata): ColumnMetadata {
  const key = relation.foreignKeys[0];
  return key.referencedColumns[key.columns.indexOf(column)];
}

const IN_THE_MAKING = Symbol('in the making');
