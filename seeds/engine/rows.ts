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
    readonly values = new Array<unknown>(makers.size);

    constructor(readonly index: number) {}

    get ordinal(): number {
      return table.ordinal(this.index);
    }
  }

  let current = 0;
  const rows: Rows = (entity) => tables.get(entity)!.rowsBeside(table, current) as List<never>;

  for (const [slot, [property, maker]] of [...makers].entries()) {
    const field = scramble(hash(`${table.name}.${property}`) ^ scramble(seed));
    Object.defineProperty(Row.prototype, property, {
      // This is where the time goes: no closures, and one look at a value that is known.
      get(this: Row & AnyRow) {
        const { values, index } = this;
        const known = values[slot];
        if (known !== undefined && known !== IN_THE_MAKING) return known;
        // A maker may look at other fields and at other rows of the same table.
        const outer = current;
        const { key, counter } = random;
        current = index;
        random.start(field, index);
        try {
          if (known === IN_THE_MAKING) throw new Error('it depends on itself');
          values[slot] = IN_THE_MAKING;
          const value = maker(this, random, rows);
          if (value === undefined) throw new Error('its factory makes no value');
          return (values[slot] = value);
        } catch (error) {
          values[slot] = undefined;
          throw locate(error, table.name, property, index);
        } finally {
          current = outer;
          random.key = key;
          random.counter = counter;
        }
      },
    });
  }
  return Row as unknown as RowClass;
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
