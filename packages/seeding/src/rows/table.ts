import { UserError } from '@entity-backend/schema';
import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';
import { type FieldWriter, writerOf } from '../encoding/binary';
import type { BinaryRows } from '../encoding/binary-rows';
import { type Encoder, encoderOf } from '../encoding/text';
import { hash, type List, Random } from '../random/random';
import type { Factory } from '../shape/factory';
import { keyBits, makeKey, MAX_ROWS, type Origin, readKey } from '../shape/keys';
import { located } from '../shape/locate';
import { inForeignKeyOrder } from '../shape/order';
import type { AnyRow } from '../shape/row';
import { shapeOf, type TableShape } from '../shape/table-shape';
import { RowKind, type Shared } from './row';
import { isOwnKey, keyRelation, rowFunctionsOf } from './row-functions';
import type { RowSource } from './row-source';

/** What all rows depend on, beside table and number. */
export interface Basis {
  /** Which demo data: 0 to 2^30 - 1. */
  seed: number;
  /** The date that all generated dates are relative to. */
  referenceDate: Date;
}

/** What the tables share. */
interface Common extends Shared {
  readonly tables: ReadonlyMap<unknown, Table>;
}

const RECENT_ROWS = 64;

/**
 * The tables of these entities and of all that they refer to, in the order in which they can be filled: each after those
 * that its foreign keys lead to. With `only`, a table that can't be filled is left out where those tables don't need it.
 *
 * @param only the names of tables. Default: all are needed
 * @param factories how tables are filled; one without a factory is filled as its entity says
 * @throws UserError where an entity can't be filled as its factory says, naming table and column
 */
export function compileTables(
  entities: readonly EntityMetadata[],
  factories: readonly Factory[],
  { only, ...basis }: Basis & { only?: readonly string[] },
): Table[] {
  const needed = only && new Set(inForeignKeyOrder(entities.filter(({ tableName }) => only.includes(tableName))));
  const random = new Random(basis.referenceDate.getTime());
  const tables = new Map<unknown, Table>();
  for (const entity of inForeignKeyOrder(entities)) {
    const factory = factories.find((one) => one.entity === entity.target);
    try {
      tables.set(entity.target, new Table(shapeOf(entity, factory), { seed: basis.seed, random, tables }));
    } catch (error) {
      if (!(error instanceof UserError) || !needed || needed.has(entity)) throw error;
    }
  }
  return [...tables.values()];
}

/** A column and how its values are written. */
interface Column {
  readonly name: string;
  readonly property: string;
  readonly encode: Encoder;
  readonly write: FieldWriter;
  /** Where it holds the key of a row: writes that, sooner than `write`, which takes its text. */
  readonly writeKey: ((row: AnyRow, out: BinaryRows) => void) | undefined;
}

/** A table to be filled: its rows by number, each a function of (seed, table, number) alone. */
export class Table implements RowSource {
  readonly name: string;
  readonly columns: readonly Column[];
  private readonly hash: number;
  /** Made with the first row: not all tables are filled. */
  private kind: RowKind | undefined = undefined;
  /** The rows made last: parents are asked for by each of their children, and children by each other. */
  private readonly recent = new Array<AnyRow | undefined>(RECENT_ROWS);
  private lastScale = 1;

  constructor(
    readonly shape: TableShape,
    readonly common: Common,
  ) {
    this.name = shape.name;
    this.hash = hash(this.name);
    this.columns = shape.entity.columns.map((column) => this.column(column));
  }

  /** How many rows it has at a scale. */
  rows(scale: number): number {
    const { count, placement } = this.shape;
    if (count.kind === 'per scale') return count.at(scale);
    return placement!.childrenBefore(this.parent!.rows(scale));
  }

  row(index: number): AnyRow {
    const place = index % RECENT_ROWS;
    const recent = this.recent[place];
    if (recent?.index === index) return recent;
    this.kind ??= new RowKind(this, rowFunctionsOf(this, this.common.random.now), this.common);
    return (this.recent[place] = this.kind.row(index));
  }

  rowsBeside(other: RowSource, index: number): List<AnyRow> {
    return { length: this.rows(other.scaleOf(index)), at: (one) => this.row(one) };
  }

  ordinal(index: number): number {
    const { placement } = this.shape;
    return placement ? index - placement.childrenBefore(placement.parentOf(index)) : index;
  }

  key(index: number): string {
    return makeKey(this.hash, { seed: this.common.seed, index });
  }

  /** Writes the key of a row, without making a text of it. */
  writeKey(index: number, out: BinaryRows): void {
    out.uuid(keyBits(this.hash, { seed: this.common.seed, index }));
  }

  origin(key: string): Origin | undefined {
    if (this.shape.key.isGenerated) return readKey(this.hash, key);
    // The key is the parent's: see whether that one has a child.
    const { placement } = this.shape;
    const parent = this.parent!.origin(key);
    if (!parent || !placement || placement.childrenOf(parent.index) === 0) return undefined;
    return { seed: parent.seed, index: placement.childrenBefore(parent.index) };
  }

  tableOf(relation: RelationMetadata): Table {
    return this.common.tables.get(relation.inverseEntityMetadata.target)!;
  }

  /** The table whose rows this one's are made for; undefined: they are made for no other's. */
  get parent(): Table | undefined {
    return this.shape.parentRelation && this.tableOf(this.shape.parentRelation);
  }

  /** @throws UserError where the row exists at no scale */
  scaleOf(index: number): number {
    const { placement } = this.shape;
    if (placement) return this.parent!.scaleOf(placement.parentOf(index));
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

  private column(column: ColumnMetadata): Column {
    const { databaseName: name, propertyName: property } = column;
    const encode = located(() => encoderOf(column), this.name, property);
    const write = writerOf(column);
    return { name, property, encode, write, writeKey: this.keyWriter(column, write) };
  }

  /** How a column is written that holds the key of a row; undefined: it is another column. */
  private keyWriter(column: ColumnMetadata, write: FieldWriter): Column['writeKey'] {
    if (isOwnKey(this.shape, column)) return ({ index }, out) => this.writeKey(index, out);
    const relation = keyRelation(this.shape, column);
    if (!relation) return undefined;
    return (row, out) => {
      const owner = row[relation.propertyName] as AnyRow | null;
      if (owner) this.tableOf(relation).writeKey(owner.index, out);
      else write(null, out);
    };
  }
}
