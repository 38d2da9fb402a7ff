import type { BinaryRows } from '../encoding/binary-rows';
import { locate } from '../shape/locate';
import { valueAt } from './row';
import type { Table } from './table';

/** A row as a line of COPY's text format, without its end. */
export function lineOf(table: Table, index: number): string {
  const row = table.row(index);
  const fields = table.columns.map(({ encode, property }) => {
    const value = row[property];
    try {
      return encode(value);
    } catch (error) {
      throw locate(error, table.name, property, index);
    }
  });
  return fields.join('\t');
}

/** Writes a row in COPY's binary format. This is where the time goes: no closures. */
export function writeRow(table: Table, index: number, out: BinaryRows): void {
  const row = table.row(index);
  const { columns } = table;
  out.int16(columns.length);
  let slot = 0;
  try {
    for (; slot < columns.length; slot++) {
      const { writeKey, write } = columns[slot];
      // The functions of the columns come first, in their order.
      if (writeKey === undefined) write(valueAt(row, slot), out);
      else writeKey(row, out);
    }
  } catch (error) {
    throw locate(error, table.name, columns[slot].property, index);
  }
}
