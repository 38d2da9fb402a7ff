import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';
import { UserError } from '@entity-backend/schema';
import { type BinaryRows, type FieldWriter, writerOf } from './binary';
import { type Encoder, encoderOf } from './encoders';
import { defaultCount } from './defaults';
import type { Factory } from './factory';
import { keyBits, makeKey, MAX_ROWS, type Origin, readKey } from './keys';
import { type KeyWriter, keyWriter, makersOf, refuseUnknown } from './makers';
import { inForeignKeyOrder } from './order';
import { Placement } from './placement';
import { hash, type List, Random } from './random';
import { type AnyRow, locate, located, RowKind, valueAt } from './rows';

/** What all rows depend on, beside table and number. */
export interface Basis {
  /** 0 to 2^30 - 1. */
  seed: number;
  /** The moment that all dates hang off. */
  referenceDate: Date;
}

/** What the tables share. */
interface Common {
  readonly seed: number;
  readonly random: Random;
  readonly tables: ReadonlyMap<unknown, Table>;
}

const RECENT_ROWS = 64;

/**
 * The tables of these entities and of all that they refer to, in the order in which they can be filled. With `only`, those
 * that it does not need are left out where they can't be filled.
 *
 * @param only the names of tables
 * @throws UserError where an entity can't be filled as its factory says, naming table and column
 */
export function compileTables(
  entities: EntityMetadata[],
  factories: readonly Factory[],
  { only, ...basis }: Basis & { only?: readonly string[] },
): Table[] {
  const needed = only && new Set(inForeignKeyOrder(entities.filter(({ tableName }) => only.includes(tableName))));
  const random = new Random(basis.referenceDate.getTime());
  const tables = new Map<unknown, Table>();
  for (const entity of inForeignKeyOrder(entities)) {
    const { count = defaultCount(entity), fields = {} } = factories.find((one) => one.entity === entity.target) ?? {};
    try {
      tables.set(entity.target, new Table(entity, count, fields, { seed: basis.seed, random, tables }));
    } catch (error) {
      if (!needed || needed.has(entity)) throw error;
    }
  }
  return [...tables.values()];
}

interface Column {
  readonly name: string;
  readonly property: string;
  readonly encode: Encoder;
  readonly write: FieldWriter;
  /** Where it holds the key of a row: writes that, sooner than `write`, which takes its text. */
  readonly writeKey?: KeyWriter;
}

/** A table to be filled: its rows by number, each a function of (seed, table, number) alone. */
export class Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The relation to the table whose rows this one's are made for; undefined: they are made for no other's. */
  readonly parentRelation?: RelationMetadata;
  readonly placement?: Placement;
  private readonly primary: ColumnMetadata;
  private readonly hash: number;
  /** Made with the first row: not all tables are filled. */
  private kind: RowKind | undefined = undefined;
  /** The rows made last: parents are asked for by each of their children, and children by each other. */
  private readonly recent = new Array<AnyRow | undefined>(RECENT_ROWS);
  private lastScale = 1;

  constructor(
    readonly entity: EntityMetadata,
    private readonly count: Factory['count'],
    readonly fields: Readonly<Record<string, unknown>>,
    readonly common: Common,
  ) {
    this.name = entity.tableName;
    this.hash = hash(this.name);
    // Both are there always: all tables are alike to V8 then.
    const perParent = count.kind === 'per parent' ? count : undefined;
    this.parentRelation = perParent && parentRelation(entity, perParent.relation);
    this.placement = perParent && new Placement(perParent.pattern);
    this.primary = primaryColumn(entity, this.parentRelation);
    this.columns = entity.columns.map((column) => {
      const { databaseName, propertyName } = column;
      const write = located(() => writerOf(column), this.name, propertyName);
      return {
        name: databaseName,
        property: propertyName,
        encode: located(() => encoderOf(column), this.name, propertyName),
        write,
        writeKey: keyWriter(this, column, write),
      };
    });
    refuseUnknown(this);
  }

  /** How many rows it has at a scale. */
  rows(scale: number): number {
    if (this.count.kind === 'per scale') return this.count.at(scale);
    return this.placement!.childrenBefore(this.parent.rows(scale));
  }

  row(index: number): AnyRow {
    const place = index % RECENT_ROWS;
    const recent = this.recent[place];
    if (recent?.index === index) return recent;
    this.kind ??= new RowKind(this, makersOf(this), this.common);
    return (this.recent[place] = this.kind.row(index));
  }

  /** A row as a line of COPY's text format, without its end. */
  line(index: number): string {
    const row = this.row(index);
    const fields = this.columns.map(({ encode, property }) => {
      const value = row[property];
      try {
        return encode(value);
      } catch (error) {
        throw locate(error, this.name, property, index);
      }
    });
    return fields.join('\t');
  }

  /** Writes a row in COPY's binary format. This is where the time goes: no closures. */
  write(index: number, out: BinaryRows): void {
    const row = this.row(index);
    const { columns } = this;
    out.int16(columns.length);
    let slot = 0;
    try {
      for (; slot < columns.length; slot++) {
        const { writeKey, write } = columns[slot];
        // The makers of the columns come first, in their order.
        if (writeKey === undefined) write(valueAt(row, slot), out);
        else writeKey(row, out);
      }
    } catch (error) {
      throw locate(error, this.name, columns[slot].property, index);
    }
  }

  /** The rows that there are at the smallest scale at which row `index` of another table exists. */
  rowsBeside(other: Table, index: number): List<AnyRow> {
    return { length: this.rows(other.scaleOf(index)), at: (one) => this.row(one) };
  }

  /** The number of a row among its parent's children. */
  ordinal(index: number): number {
    return this.placement ? index - this.placement.childrenBefore(this.placement.parentOf(index)) : index;
  }

  key(index: number): string {
    return makeKey(this.hash, { seed: this.common.seed, index });
  }

  /** Writes the key of a row, without making a text of it. */
  writeKey(index: number, out: BinaryRows): void {
    out.uuid(keyBits(this.hash, { seed: this.common.seed, index }));
  }

  get keyColumn(): string {
    return this.primary.databaseName;
  }

  /** Which row has the key; undefined: none that a seeder has made, with this seed or another. */
  origin(key: string): Origin | undefined {
    if (this.primary.isGenerated) return readKey(this.hash, key);
    // The key is the parent's: see whether that one has a child.
    const { placement } = this;
    const parent = this.parent.origin(key);
    if (!parent || !placement || placement.childrenOf(parent.index) === 0) return undefined;
    return { seed: parent.seed, index: placement.childrenBefore(parent.index) };
  }

  /** The table that a relation leads to. */
  tableOf(relation: RelationMetadata): Table {
    return this.common.tables.get(relation.inverseEntityMetadata.target)!;
  }

  private get parent(): Table {
    return this.tableOf(this.parentRelation!);
  }

  /**
   * The smallest scale at which a row exists.
   *
   * @throws UserError where it exists at none
   */
  scaleOf(index: number): number {
    if (this.placement) return this.parent.scaleOf(this.placement.parentOf(index));
    // Rows are made in their order, so it is often that of the row before.
    if (!this.beginsAt(this.lastScale, index)) this.lastScale = this.searchScale(index);
    return this.lastScale;
  }

  private searchScale(index: number): number {
    let [tooSmall, enough] = [0, 1];
    while (this.rows(enough) <= index) {
      if (enough > MAX_ROWS) throw new UserError(`${this.name} has no row ${index} at any scale.`);
      [tooSmall, enough] = [enough, 2 * enough];
    }
    while (enough - tooSmall > 1) {
      const middle = Math.floor((tooSmall + enough) / 2);
      if (this.rows(middle) > index) enough = middle;
      else tooSmall = middle;
    }
    return enough;
  }

  /** Whether a row exists at a scale and at no smaller one. */
  private beginsAt(scale: number, index: number): boolean {
    return this.rows(scale) > index && (scale === 1 || this.rows(scale - 1) <= index);
  }
}

function parentRelation(entity: EntityMetadata, name: string): RelationMetadata {
  return located(
    () => {
      const relation = entity.relations.find((one) => one.propertyName === name);
      if (!relation?.isOwning) throw new Error('rows are made per row of another table that they refer to');
      return relation;
    },
    entity.tableName,
    name,
  );
}

/** The key's column: a UUID of its own, or that of the row which its row is made for. */
function primaryColumn(
  { tableName, primaryColumns: [column, ...more] }: EntityMetadata,
  parent?: RelationMetadata,
): ColumnMetadata {
  return located(
    () => {
      const known = column.isGenerated ? column.type === 'uuid' : parent?.joinColumns.includes(column);
      if (more.length > 0 || !known) throw new Error('only a key that is one UUID tells whose row it is');
      return column;
    },
    tableName,
    column.propertyName,
  );
}
