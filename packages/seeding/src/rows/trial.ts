import { UserError } from '@entity-backend/schema';
import { checksOfRows, type Constraints, constraintsOf, uniqueSetsOf } from '../inference';
import { scramble, TWO_TO_THE_32ND } from '../random/random';
import { locate } from '../shape/locate';
import { capacitiesOf } from './row-functions';
import type { Table } from './table';

/** All rows of a smaller table are made to see whether the entity's rules hold for them. */
const FEW_ROWS = 40;
/** So many rows of a larger one are made from its beginning, and so many from all over: nobody seeds until then. */
const TRIAL_ROWS = 16;

/**
 * Sees whether the rows of some tables can be what their entities demand, before any of them is sent: that there are
 * enough unique values, and that rows from the first to the last keep the rules, whoever makes their values.
 *
 * @param sizes how many rows each table is to have
 * @throws UserError where they can't, naming table and column
 */
export function checkTables(sizes: ReadonlyMap<Table, number>): void {
  for (const [table, rows] of sizes) {
    if (rows === 0) continue;
    checkCapacities(table, rows, (other) => sizes.get(other) ?? Infinity);
    checkRows(table, trialsOf(table, rows));
  }
}

/** Which rows are tried: the first, each twice as far as the one before, some from all over, and the last. */
function trialsOf({ shape: { entity } }: Table, rows: number): number[] {
  const [first, last] = [0, rows - 1];
  // A vector is a thousand numbers.
  if (entity.columns.some(({ type }) => type === 'vector')) return [...new Set([first, last])];
  if (rows <= FEW_ROWS) return numbers(rows);
  const doubled: number[] = [];
  for (let row = 1; row < rows; row *= 2) doubled.push(row);
  const scattered = numbers(TRIAL_ROWS).map((row) => Math.floor((scramble(row + 1) / TWO_TO_THE_32ND) * rows));
  return [...new Set([...numbers(TRIAL_ROWS), ...doubled, ...scattered, last])];
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}

function checkCapacities(table: Table, rows: number, sizeOf: (other: Table) => number): void {
  for (const { properties, combinations, relation, perParent } of capacitiesOf(table.shape, table.common.random.now)) {
    const other = relation && table.tableOf(relation);
    const different = combinations * (other ? sizeOf(other) : 1);
    const wanted = perParent ? mostSiblings(table, rows) : rows;
    if (wanted <= different) continue;
    const whose = perParent ? ` per row of ${table.parent!.name}` : '';
    const found =
      different === 0 ? `no ${other!.name} are available` : `only ${different} exist${different === 1 ? 's' : ''}`;
    const remedy = other ? `add ${other.name}=<n> to --rows` : 'ask for fewer rows';
    throw new UserError(
      `${table.name} needs ${wanted} distinct (${properties.join(', ')})${whose}, but ${found}: ${remedy}.`,
    );
  }
}

/** The most rows that one parent has, as far as the first ones tell. */
function mostSiblings(table: Table, rows: number): number {
  const parents = Math.min(table.shape.placement!.parentOf(rows - 1), 1000) + 1;
  return Math.max(...Array.from({ length: parents }, (_, parent) => table.shape.placement!.childrenOf(parent)));
}

function checkRows(table: Table, indexes: readonly number[]): void {
  for (const index of indexes) checkRow(table, index);
  for (const properties of uniqueSetsOf(table.shape.entity)) checkUnique(table, indexes, properties);
}

/**
 * Sees whether a row keeps the rules of its entity.
 *
 * @throws UserError where it does not, naming table and column
 */
export function checkRow(table: Table, index: number, row = table.row(index)): void {
  for (const { property, encode, constraints, isNullable } of columnsOf(table)) {
    try {
      const value = row[property];
      encode(value);
      const broken =
        value === null
          ? nullRule(isNullable, constraints.allowsNull(row))
          : constraints.rules.find((rule) => !rule.allows(value, row))?.says;
      if (broken) throw new Error(`${shown(value)} violates ${broken}`);
    } catch (error) {
      throw locate(error, table.name, property, index);
    }
  }
  for (const { name, properties, holds } of checksOfRows(table.shape.entity)) {
    if (holds(row)) continue;
    const values = properties.map((property) => `${property} ${shown(row[property])}`).join(', ');
    throw new UserError(
      `${table.name}.${properties.join(', ')}, row ${index}: ${values} violate CHECK ${name}. Change the factory so that its values satisfy it.`,
    );
  }
}

const checked = new WeakMap<Table, CheckedColumn[]>();

type CheckedColumn = Table['columns'][number] & { readonly isNullable: boolean; readonly constraints: Constraints };

/** A table's columns with what is demanded of them. */
function columnsOf(table: Table): CheckedColumn[] {
  let columns = checked.get(table);
  if (!columns) {
    const demanded = table.shape.entity.columns.map((column) => ({
      isNullable: column.isNullable,
      constraints: constraintsOf(column),
    }));
    columns = table.columns.map((column, place) => ({ ...column, ...demanded[place] }));
    checked.set(table, columns);
  }
  return columns;
}

function nullRule(isNullable: boolean, isAllowed: boolean): string | undefined {
  if (!isNullable) return 'NOT NULL';
  return isAllowed ? undefined : 'a rule of class-validator';
}

function checkUnique(table: Table, indexes: readonly number[], properties: readonly string[]): void {
  const seen = new Map<string, number>();
  const columns = properties.map((property) => table.columns.find((one) => one.property === property)!);
  for (const index of indexes) {
    const row = table.row(index);
    if (properties.some((property) => row[property] === null)) continue;
    const values = columns.map(({ property, encode }) => encode(row[property])).join(', ');
    const other = seen.get(values);
    if (other !== undefined) {
      throw new UserError(
        `${table.name}.${properties.join(', ')}: rows ${other} and ${index} both have ${values}, but it must be unique.`,
      );
    }
    seen.set(values, index);
  }
}

/** A value as an error may show it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
