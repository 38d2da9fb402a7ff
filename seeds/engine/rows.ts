import { UserError } from '../../src/database/errors';
import type { Position, Rows } from './factory';
import { hash, type List, type Random, scramble } from './random';
import type { Table } from './tables';

/** A row in the making, whatever its table. */
export type AnyRow = Position & Record<string, unknown>;

/** Makes the value of a column or relation. */
export type Maker = (row: AnyRow, random: Random, rows: Rows) => unknown;

export type RowClass = new (index: number) => AnyRow & { [VALUE_AT](slot: number): unknown };

interface Common {
  readonly seed: number;
  readonly random: Random;
  readonly tables: ReadonlyMap<unknown, Table>;
}

const IN_THE_MAKING = Symbol('in the making');

/** How a row gives the value of a column or relation by its place among the makers: a name would be looked up each time. */
export const VALUE_AT = Symbol('value at');

/** A class of rows with a getter for each column and relation, which makes the value when it is first asked for it. */
export function rowClass(table: Table, makers: ReadonlyMap<string, Maker>, { seed, random, tables }: Common): RowClass {
  const properties = [...makers.keys()];
  const make = [...makers.values()];
  const fields = properties.map((property) => scramble(hash(`${table.name}.${property}`) ^ scramble(seed)));
  let current = 0;
  const rows: Rows = (entity) => tables.get(entity)!.rowsBeside(table, current) as List<never>;

  class Row {
    readonly values = new Array<unknown>(make.length);

    constructor(readonly index: number) {}

    get ordinal(): number {
      return table.ordinal(this.index);
    }

    // This is where the time goes: no closures, and one look at a value that is known.
    [VALUE_AT](slot: number): unknown {
      const { values, index } = this;
      const known = values[slot];
      if (known !== undefined && known !== IN_THE_MAKING) return known;
      // A maker may look at other fields and at other rows of the same table.
      const outer = current;
      const { key, counter } = random;
      current = index;
      random.start(fields[slot], index);
      try {
        if (known === IN_THE_MAKING) throw new Error('it depends on itself');
        values[slot] = IN_THE_MAKING;
        const value = make[slot](this as unknown as AnyRow, random, rows);
        if (value === undefined) throw new Error('its factory makes no value');
        return (values[slot] = value);
      } catch (error) {
        values[slot] = undefined;
        throw locate(error, table.name, properties[slot], index);
      } finally {
        current = outer;
        random.key = key;
        random.counter = counter;
      }
    }
  }

  for (const [slot, property] of properties.entries()) {
    Object.defineProperty(Row.prototype, property, {
      get(this: Row) {
        return this[VALUE_AT](slot);
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
