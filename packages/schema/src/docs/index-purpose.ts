import type { Index, Table } from '../catalog/catalog';
import { readable } from './expression';
import { quoteIdentifier } from '../sql';
import { code, codes } from './markdown';

/** An index taken apart. */
interface Shape {
  method: string;
  keys: Key[];
  included: string[];
  predicate?: string;
}

interface Key {
  /** A column or an expression. */
  what: string;
  operatorClass?: string;
  descending: boolean;
}

/**
 * What an index is for, in words, told from its shape: what it finds by its keys, which foreign key it serves, what it
 * forbids, and what it holds.
 */
export function purposeOf(index: Index, table: Table): string {
  const shape = shapeOf(index.definition);
  return [
    index.unique && `No two rows agree in ${list(columnsOf(shape))}.`,
    `${searchOf(shape, table)}${shape.predicate ? `, of those with ${code(readable(shape.predicate))}` : ''}.`,
    shape.included.length > 0 && `Gives ${list(shape.included)} without a look at the table.`,
    ...foreignKeysServed(index, table).map(
      (target) => `Serves the foreign key: finds what belongs to a row of ${code(target)}.`,
    ),
  ]
    .filter(Boolean)
    .join(' ');
}

/** `USING btree (user_id, created_at DESC) INCLUDE (state) WHERE enabled`, as PostgreSQL prints it, taken apart. */
function shapeOf(definition: string): Shape {
  const parts =
    /^USING (\w+) \((.*?)\)(?: INCLUDE \((.*?)\))?(?: NULLS NOT DISTINCT)?(?: WITH \(.*?\))?(?: WHERE (.*))?$/s.exec(
      definition,
    );
  if (!parts) throw new Error(`An index of a shape that is not known: ${definition}`);
  const [, method, keys, included, predicate] = parts;
  // A comma inside parentheses separates a function's arguments.
  return { method, keys: keys.split(/, (?![^(]*\))/).map(keyOf), included: included?.split(', ') ?? [], predicate };
}

function keyOf(text: string): Key {
  const [, what, operatorClass, descending] = /^(.*?)(?: (\w+_ops))?( DESC)?(?: NULLS (?:FIRST|LAST))?$/s.exec(text)!;
  return { what, operatorClass, descending: descending !== undefined };
}

const columnsOf = ({ keys }: Shape): string[] => keys.map(({ what }) => what);

/** What the index finds: rows by equal keys, by a range or in the order of the last key, or the nearest. */
function searchOf(shape: Shape, table: Table): string {
  const { keys, method } = shape;
  if (keys[0].operatorClass?.startsWith('vector_')) {
    return `Finds the nearest neighbours of ${code(keys[0].what)} (${method}, ${keys[0].operatorClass})`;
  }
  if (method !== 'btree') return `Searches ${list(columnsOf(shape))} (${method})`;
  const last = keys.at(-1)!;
  const type = table.columns.find(({ name }) => quoteIdentifier(name) === last.what)?.type ?? '';
  if (!isRanged(type) && !last.descending) return `Finds rows by ${list(columnsOf(shape))}`;
  const direction = last.descending ? `, ${isTime(type) ? 'latest' : 'largest'} first` : '';
  if (keys.length === 1) return `Finds rows by a range of ${code(last.what)}, or in its order${direction}`;
  return `Finds the rows of one ${list(columnsOf(shape).slice(0, -1))} in the order of ${code(last.what)}${direction}`;
}

function list(columns: string[]): string {
  return [codes(columns.slice(0, -1)), code(columns.at(-1)!)].filter(Boolean).join(' and ');
}

/** Whether a column of this type is rather asked for by a range, or sorted by, than by one value. */
function isRanged(type: string): boolean {
  return isTime(type) || /^(smallint|integer|bigint|numeric|real|double)/.test(type);
}

function isTime(type: string): boolean {
  return /^(timestamp|date|time)/.test(type);
}

/** The tables whose deletions and joins need this index: of the indexes that would do, each foreign key has the shortest. */
function foreignKeysServed(index: Index, table: Table): string[] {
  return table.constraints
    .filter(({ kind }) => kind === 'foreign key')
    .filter(({ columns }) => shortest(table.indexes.filter((candidate) => serves(candidate, columns))) === index)
    .map(({ references }) => references!.table);
}

/** Whether the index finds rows by a foreign key's first column. */
function serves({ definition }: Index, [first]: readonly string[]): boolean {
  const { keys, predicate } = shapeOf(definition);
  return predicate === undefined && keys[0].what === quoteIdentifier(first);
}

function shortest(indexes: Index[]): Index | undefined {
  return indexes.toSorted((a, b) => shapeOf(a.definition).keys.length - shapeOf(b.definition).keys.length)[0];
}
