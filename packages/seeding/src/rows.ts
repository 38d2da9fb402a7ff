import { UserError } from '@entity-backend/schema';
import type { Position, Rows } from './factory';
import { hash, type List, type Random, scramble } from './random';
import type { Table } from './tables';

/** A row in the making, whatever its table. */
export type AnyRow = Position & Record<string, unknown>;

/** Makes the value of a column or relation. */
export type Maker = (row: AnyRow, random: Random, rows: Rows) => unknown;

interface Common {
  readonly seed: number;
  readonly random: Random;
  readonly tables: ReadonlyMap<unknown, Table>;
}

const IN_THE_MAKING = Symbol('in the making');
/** Where a row has what is not its table's: no property of an entity can have these names. */
const KIND = Symbol('kind');
const VALUES = Symbol('values');

/**
 * A row, which makes the value of a column or relation when it is first asked for it. Those of all tables are of this one
 * class: V8 finds what an object holds at once where all objects that come by are alike, and rows are looked at everywhere.
 */
class Row {
  readonly [KIND]: RowKind;
  readonly [VALUES]: unknown[];

  constructor(
    kind: RowKind,
    readonly index: number,
  ) {
    this[KIND] = kind;
    this[VALUES] = new Array<unknown>(kind.properties.length);
  }

  get ordinal(): number {
    return this[KIND].table.ordinal(this.index);
  }
}

/** The names that properties have in some table, by a number for each. */
const numbers = new Map<string, number>();

/** Lets rows have a property. @returns its number */
function numberOf(property: string): number {
  let number = numbers.get(property);
  if (number === undefined) {
    const own = (number = numbers.size);
    numbers.set(property, own);
    Object.defineProperty(Row.prototype, property, {
      get(this: Row) {
        const slot = this[KIND].slots[own];
        return slot === undefined ? undefined : valueAt(this, slot);
      },
    });
  }
  return number;
}

/** The value of a column or relation by its place among the makers. */
export function valueAt(row: AnyRow | Row, slot: number): unknown {
  const known = (row as Row)[VALUES][slot];
  return known !== undefined && known !== IN_THE_MAKING ? known : (row as Row)[KIND].make(row as Row, slot);
}

/** How the rows of a table are made. */
export class RowKind {
  readonly properties: readonly string[];
  /** The place of each property among the makers, by its number; undefined: the table has no such property. */
  readonly slots: readonly (number | undefined)[];
  private readonly makers: readonly Maker[];
  private readonly fields: readonly number[];
  private readonly random: Random;
  private readonly rows: Rows;
  private current = 0;

  constructor(
    readonly table: Table,
    makers: ReadonlyMap<string, Maker>,
    { seed, random, tables }: Common,
  ) {
    this.properties = [...makers.keys()];
    this.makers = [...makers.values()];
    this.fields = this.properties.map((property) => scramble(hash(`${table.name}.${property}`) ^ scramble(seed)));
    const slots: (number | undefined)[] = [];
    for (const [slot, property] of this.properties.entries()) slots[numberOf(property)] = slot;
    this.slots = Array.from(slots);
    this.random = random;
    this.rows = (entity) => tables.get(entity)!.rowsBeside(table, this.current) as List<never>;
  }

  row(index: number): AnyRow {
    return new Row(this, index) as unknown as AnyRow;
  }

  // This is where the time goes: no closures.
  make(row: Row, slot: number): unknown {
    const { random, current } = this;
    const values = row[VALUES];
    // A maker may look at other fields and at other rows of the same table.
    const { key, counter } = random;
    this.current = row.index;
    random.start(this.fields[slot], row.index);
    try {
      if (values[slot] === IN_THE_MAKING) throw new Error('it depends on itself');
      values[slot] = IN_THE_MAKING;
      const value = this.makers[slot](row as unknown as AnyRow, random, this.rows);
      if (value === undefined) throw new Error('its factory makes no value');
      return (values[slot] = value);
    } catch (error) {
      values[slot] = undefined;
      throw locate(error, this.table.name, this.properties[slot], row.index);
    } finally {
      this.current = current;
      random.key = key;
      random.counter = counter;
    }
  }
}

/** Does what may fail for a column; an error says which column. */
export function located<T>(work: () => T, table: string, property: string): T {
  try {
    return work();
  } catch (error) {
    throw locate(error, table, property);
  }
}

/** The error with the column, and the row where there is one, that it is about. */
export function locate(error: unknown, table: string, property: string, row?: number): UserError {
  if (error instanceof UserError) return error;
  const where = row === undefined ? `${table}.${property}` : `${table}.${property}, row ${row}`;
  return new UserError(`${where}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
}
