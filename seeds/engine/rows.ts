import { UserError } from '../../src/database/errors';
import type { Position, Rows } from './factory';
import { hash, type List, type Random, scramble } from './random';
import type { Table } from './tables';

/** A row in the making, whatever its table. */
export type AnyRow = Position & Record<string, unknown>;

/** Makes the value of a column or relation. */
export type Maker = (row: AnyRow, random: Random, rows: Rows) => unknown;

export type RowClass = new (index: number) => AnyRow;

interface Common {
  readonly seed: number;
  readonly random: Random;
  readonly tables: ReadonlyMap<unknown, Table>;
}

const IN_THE_MAKING = Symbol('in the making');

/** A class of rows with a getter for each column and relation, which makes the value when it is first asked for it. */
export function rowClass(table: Table, makers: ReadonlyMap<string, Maker>, { seed, random, tables }: Common): RowClass {
  class Row {
    readonly values: unknown[] = [];

    constructor(readonly index: number) {}

    get ordinal(): number {
      return table.ordinal(this.index);
    }
  }

  let current = 0;
  const rows: Rows = (entity) => tables.get(entity)!.rowsBeside(table, current) as List<never>;

  function make(row: AnyRow, maker: Maker, field: number): unknown {
    // A maker may look at other rows of the same table.
    const outer = current;
    current = row.index;
    const value = random.during(field, row.index, () => maker(row, random, rows));
    current = outer;
    if (value === undefined) throw new Error('its factory makes no value');
    return value;
  }

  for (const [slot, [property, maker]] of [...makers].entries()) {
    const field = scramble(hash(`${table.name}.${property}`) ^ scramble(seed));
    Object.defineProperty(Row.prototype, property, {
      get(this: Row & AnyRow) {
        const known = this.values[slot];
        if (known !== undefined && known !== IN_THE_MAKING) return known;
        return located(
          () => {
            if (known === IN_THE_MAKING) throw new Error('it depends on itself');
            this.values[slot] = IN_THE_MAKING;
            return (this.values[slot] = make(this, maker, field));
          },
          table.name,
          property,
          this.index,
        );
      },
    });
  }
  return Row as unknown as RowClass;
}

/** Does what may fail for a column; an error says which column, and which row. */
export function located<T>(work: () => T, table: string, property: string, row?: number): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const where = row === undefined ? `${table}.${property}` : `${table}.${property}, row ${row}`;
    throw new UserError(`${where}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}
