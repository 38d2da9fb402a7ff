import { hash, type List, type Random, scramble } from '../random/random';
import { locate } from '../shape/locate';
import type { AnyRow, RowFunction, Rows } from '../shape/row';
import type { RowSource } from './row-source';

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

/** The value of a column or relation by its place among the row functions. */
export function valueAt(row: AnyRow | Row, slot: number): unknown {
  const known = (row as Row)[VALUES][slot];
  return known !== undefined && known !== IN_THE_MAKING ? known : (row as Row)[KIND].make(row as Row, slot);
}

/** What the rows of all tables share. */
export interface Shared {
  readonly seed: number;
  readonly random: Random;
  /** By the entity's class. */
  readonly tables: ReadonlyMap<unknown, RowSource>;
}

/** How the rows of a table are made. */
export class RowKind {
  readonly properties: readonly string[];
  /** The place of each property among the row functions, by its number; undefined: the table has no such property. */
  readonly slots: readonly (number | undefined)[];
  private readonly functions: readonly RowFunction[];
  private readonly fields: readonly number[];
  private readonly random: Random;
  private readonly rows: Rows;
  private current = 0;

  constructor(
    readonly table: RowSource,
    functions: ReadonlyMap<string, RowFunction>,
    { seed, random, tables }: Shared,
  ) {
    this.properties = [...functions.keys()];
    this.functions = [...functions.values()];
    this.fields = this.properties.map((property) => scramble(hash(`${table.shape.name}.${property}`) ^ scramble(seed)));
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
    // A row function may look at other fields and at other rows of the same table.
    const { key, counter } = random;
    this.current = row.index;
    random.start(this.fields[slot], row.index);
    try {
      if (values[slot] === IN_THE_MAKING) throw new Error('it depends on itself');
      values[slot] = IN_THE_MAKING;
      const value = this.functions[slot](row as unknown as AnyRow, random, this.rows);
      if (value === undefined) throw new Error('its factory makes no value');
      return (values[slot] = value);
    } catch (error) {
      values[slot] = undefined;
      throw locate(error, this.table.shape.name, this.properties[slot], row.index);
    } finally {
      this.current = current;
      random.key = key;
      random.counter = counter;
    }
  }
}
