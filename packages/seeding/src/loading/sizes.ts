import { UserError } from '@entity-backend/schema';
import type { Table } from '../rows/table';
import { MAX_ROWS } from '../shape/keys';
import { inForeignKeyOrder } from '../shape/order';
import { didYouMean } from './did-you-mean';

/** How many rows tables are to have. */
export interface SizeOptions {
  /** How much of everything: 1 is a few rows, 1000 a thousand times as many, 0 nothing but `rows`. */
  scale: number;
  /** Tables, by name, that have exactly so many rows, whatever the scale. Default: none. */
  rows?: Readonly<Record<string, number>>;
  /** The tables to fill, with all that they refer to. Default: all. */
  only?: readonly string[];
}

/** How many rows each table is to have: those numbered from 0 to one less. Tables that nobody wants filled are missing. */
export type Sizes = ReadonlyMap<Table, number>;

/** The size of a table for the number of its rows that is asked for. Default: that number. */
type RowsFor = (table: Table, rows: number) => number;

/**
 * How many rows the tables have by the options. A table is as large as the scale says; one that is made per parent, as
 * its parent says. One that is too small for the rows that refer to it grows, and its children with it.
 *
 * @param tables all tables, in the order of their foreign keys
 * @throws UserError where the options ask for what can't be
 */
export function sizesOf(tables: readonly Table[], options: SizeOptions, rowsFor: RowsFor = (_, rows) => rows): Sizes {
  const chosen = chosenTables(tables, options);
  const exact = exactSizes(tables, chosen, options, rowsFor);
  const sizes = new Map(chosen.map((table) => [table, exact.get(table) ?? sizeByScale(table, options, rowsFor)]));

  let grown: boolean;
  const atLeast = (table: Table, rows: number, cause: Table): void => {
    if (rows <= sizes.get(table)!) return;
    if (exact.has(table)) throw tooFew(table, exact.get(table)!, rows, cause, sizes.get(cause)!);
    sizes.set(table, rows);
    grown = true;
  };
  do {
    grown = false;
    for (const table of chosen) {
      const { parent } = table;
      if (parent && !exact.has(table))
        atLeast(table, table.shape.placement!.childrenBefore(sizes.get(parent)!), parent);
      const rows = sizes.get(table)!;
      if (rows === 0) continue;
      if (parent) atLeast(parent, table.shape.placement!.parentOf(rows - 1) + 1, table);
      for (const other of referencedBy(table, chosen)) {
        if (refersBeyond(table, rows, other, sizes.get(other)!)) {
          atLeast(other, other.rows(table.scaleOf(rows - 1)), table);
        }
      }
    }
  } while (grown);
  for (const [table, rows] of sizes) refuseTooMany(table, rows, options);
  return sizes;
}

/** The tables to fill: those of `only`, and all that they refer to. */
function chosenTables(tables: readonly Table[], { only }: SizeOptions): Table[] {
  const named = only?.map((name) => tableNamed(name, tables, '--only').shape.entity);
  const chosen = named && new Set(inForeignKeyOrder(named));
  return tables.filter((table) => !chosen || chosen.has(table.shape.entity));
}

/** The sizes that `rows` asks for. */
function exactSizes(
  tables: readonly Table[],
  chosen: readonly Table[],
  { rows: wanted = {} }: SizeOptions,
  rowsFor: RowsFor,
): Map<Table, number> {
  const sizes = new Map<Table, number>();
  for (const [name, rows] of Object.entries(wanted)) {
    const table = tableNamed(name, tables, '--rows');
    if (!chosen.includes(table))
      throw new UserError(`--rows names ${name}, but --only leaves it out. Add ${name} to --only.`);
    const size = rowsFor(table, rows);
    const most = mostRows(table);
    if (size > most) throw new UserError(`${name} can't have ${size} rows: its factory makes at most ${most}.`);
    sizes.set(table, size);
  }
  return sizes;
}

/** A table that is made per parent grows with it. */
function sizeByScale(table: Table, { scale }: SizeOptions, rowsFor: RowsFor): number {
  if (table.parent || scale === 0) return 0;
  return Math.min(rowsFor(table, table.rows(scale)), mostRows(table));
}

/** Whether one of a table's rows refers to a row of another table that is not among the first `limit`. */
function refersBeyond(table: Table, rows: number, other: Table, limit: number): boolean {
  if (other.rows(table.scaleOf(rows - 1)) <= limit) return false;
  // Rows that exist at a scale refer to those alone that exist at it: so only the rows of larger scales are looked at.
  const scale = other.scaleOf(limit) - 1;
  for (let index = scale === 0 ? 0 : table.rows(scale); index < rows; index++) {
    const row = table.row(index);
    for (const column of keysTo(other, table)) {
      const key = row[column] as string | null;
      if (key !== null && other.origin(key)!.index >= limit) return true;
    }
  }
  return false;
}

/** The properties of a table that hold keys of another one. */
function keysTo(other: Table, { shape }: Table): string[] {
  return shape.entity.foreignKeys
    .filter((key) => key.referencedEntityMetadata === other.shape.entity)
    .map(({ columns, referencedColumns }) => columns[referencedColumns.findIndex(({ isPrimary }) => isPrimary)])
    .map(({ propertyName }) => propertyName);
}

/** The tables that a table's foreign keys lead to. */
function referencedBy({ shape }: Table, tables: readonly Table[]): Table[] {
  const referenced = new Set(shape.entity.foreignKeys.map((key) => key.referencedEntityMetadata));
  return tables.filter((table) => referenced.has(table.shape.entity));
}

/** How many rows a table has at most, at any scale. */
function mostRows(table: Table): number {
  return table.rows(Number.MAX_SAFE_INTEGER);
}

function tableNamed(name: string, tables: readonly Table[], option: string): Table {
  const table = tables.find((one) => one.name === name);
  if (table) return table;
  const names = tables.map((one) => one.name).sort();
  const similar = didYouMean(name, names);
  throw new UserError(
    `There is no table ${name} for ${option}: ${similar ? `did you mean ${similar}?` : `choose from ${names.join(', ')}.`}`,
  );
}

function tooFew(table: Table, has: number, needs: number, cause: Table, causeRows: number): UserError {
  return new UserError(
    `--rows ${table.name}=${has} is too few: ${causeRows} rows of ${cause.name} need ${needs}. Ask for more ${table.name}, or for fewer ${cause.name}.`,
  );
}

function refuseTooMany(table: Table, rows: number, { scale, rows: wanted }: SizeOptions): void {
  if (rows > MAX_ROWS) {
    const what = wanted ? '--rows' : `Scale ${scale}`;
    throw new UserError(`${what} asks for more than ${MAX_ROWS} rows in ${table.name}. Give a smaller number.`);
  }
}
