import { isDeepStrictEqual } from 'node:util';
import type { Catalog, Column, EnumType, Sequence, Table } from './catalog';
import type { ChangeStep, Hazard } from './change';
import { advanceSequence, serialOf } from './columns';
import { commentChanges } from './comments';
import { common, missing, named } from './compare';
import { quoteIdentifier, quoteLiteral } from './sql';
import { commentOn, createSequence } from './statements';

/** The changes of what belongs to no table: extensions, enumeration types, sequences. */

/**
 * The changes of extensions. They belong to the whole database, where others may use them and often only an administrator
 * may drop them: one is made if it is missing, and never dropped.
 */
export function extensionChanges(from: Catalog, to: Catalog): ChangeStep[] {
  return missing(to.extensions, from.extensions).map(({ name }) => ({
    step: 'create extension',
    summary: `new extension ${name}`,
    statements: [`CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)}`],
  }));
}

export function enumTypeChanges(from: Catalog, to: Catalog): ChangeStep[] {
  return [
    ...missing(to.enumTypes, from.enumTypes).map((type): ChangeStep => ({
      step: 'create type',
      summary: `new type ${type.name}`,
      statements: [
        createEnumType(type),
        ...(type.comment === null ? [] : [commentOn(`TYPE ${quoteIdentifier(type.name)}`, type.comment)]),
      ],
    })),
    ...missing(from.enumTypes, to.enumTypes).map(({ name }): ChangeStep => ({
      step: 'drop type',
      summary: `type ${name} is dropped`,
      statements: [`DROP TYPE ${quoteIdentifier(name)}`],
      hazard: { kind: 'drop-type', message: 'A release that is still running and names the type fails.' },
    })),
    ...common(from.enumTypes, to.enumTypes).flatMap(([before, after]) => [
      ...(isRemade(before, after, to) ? remake(before, after, from, to) : addedValues(before, after)),
      ...commentChanges(`TYPE ${quoteIdentifier(after.name)}`, undefined, before, after),
    ]),
  ];
}

function createEnumType({ name, values }: EnumType): string {
  return `CREATE TYPE ${quoteIdentifier(name)} AS ENUM (${values.map(quoteLiteral).join(', ')})`;
}

/**
 * Enumeration types that PostgreSQL can't just add values to: those that lose a value or change the order of values, and
 * those with a new value that the schema uses, which it can't in the same transaction.
 */
export function remadeTypes(from: Catalog, to: Catalog): EnumType[] {
  return common(from.enumTypes, to.enumTypes)
    .filter(([before, after]) => isRemade(before, after, to))
    .map(([before]) => before);
}

function isRemade(before: EnumType, after: EnumType, to: Catalog): boolean {
  const kept = after.values.filter((value) => before.values.includes(value));
  const added = after.values.filter((value) => !before.values.includes(value));
  const used = (value: string): boolean =>
    JSON.stringify(to.tables).includes(
      JSON.stringify(`${quoteLiteral(value)}::${quoteIdentifier(after.name)}`).slice(1, -1),
    );
  return kept.join('\n') !== before.values.join('\n') || added.some(used);
}

/** Whether a column is of an enumeration type, or of arrays of it. */
export function isOfType({ type }: Column, { name }: EnumType): boolean {
  return type === quoteIdentifier(name) || type === `${quoteIdentifier(name)}[]`;
}

function addedValues(before: EnumType, after: EnumType): ChangeStep[] {
  return after.values
    .filter((value) => !before.values.includes(value))
    .map((value) => {
      const next = after.values.slice(after.values.indexOf(value)).find((other) => before.values.includes(other));
      const place = next === undefined ? '' : ` BEFORE ${quoteLiteral(next)}`;
      return {
        step: 'create type',
        summary: `type ${after.name}: new value ${quoteLiteral(value)}`,
        statements: [`ALTER TYPE ${quoteIdentifier(after.name)} ADD VALUE ${quoteLiteral(value)}${place}`],
      };
    });
}

/** Puts a new type in the old one's place; the columns' values go over by their names. */
function remake(before: EnumType, after: EnumType, from: Catalog, to: Catalog): ChangeStep[] {
  const name = quoteIdentifier(after.name);
  const former = quoteIdentifier(`${after.name}_former`);
  const lost = before.values.filter((value) => !after.values.includes(value));
  const hazard: Hazard = lost.length
    ? {
        kind: 'narrowing',
        message: `A row with ${lost.map(quoteLiteral).join(' or ')} stops the migration. ChangeStep such rows first.`,
      }
    : { kind: 'rewrite', message: 'The tables that have it are written anew, and nobody can use them meanwhile.' };
  const columns = to.tables.flatMap((table) =>
    table.columns
      .filter((column) => isOfType(column, after))
      .filter((column) => named(named(from.tables, table.name)?.columns ?? [], column.name)?.type === column.type)
      .map((column) => ({ table, column })),
  );
  return [
    {
      step: 'change column',
      summary: `type ${after.name} becomes (${after.values.map(quoteLiteral).join(', ')})`,
      statements: [
        `ALTER TYPE ${name} RENAME TO ${former}`,
        createEnumType(after),
        ...columns.flatMap(({ table, column }) => {
          const alter = `ALTER TABLE ${quoteIdentifier(table.name)} ALTER COLUMN ${quoteIdentifier(column.name)}`;
          const via = column.type.endsWith('[]') ? 'text[]' : 'text';
          return [
            `${alter} DROP DEFAULT`,
            `${alter} TYPE ${column.type} USING ${quoteIdentifier(column.name)}::${via}::${column.type}`,
            ...(column.default === null ? [] : [`${alter} SET DEFAULT ${column.default}`]),
          ];
        }),
        ...(after.comment === null ? [] : [commentOn(`TYPE ${name}`, after.comment)]),
      ],
      hazard,
    },
    { step: 'drop type', summary: `type ${after.name} as it was is dropped`, statements: [`DROP TYPE ${former}`] },
  ];
}

/** The changes of sequences, but for those that come and go with a serial column. */
export function sequenceChanges(from: Catalog, to: Catalog): ChangeStep[] {
  return [
    ...missing(to.sequences, from.sequences)
      .filter((sequence) => !comesWithItsColumn(sequence, from, to))
      .flatMap(newSequence),
    ...missing(from.sequences, to.sequences)
      .filter((sequence) => !goesWithItsColumn(sequence, to))
      .map(dropSequence),
    ...common(from.sequences, to.sequences).flatMap(([before, after]) => [
      ...(before.definition === after.definition ? [] : [alterSequence(after)]),
      ...(isDeepStrictEqual(before.ownedBy, after.ownedBy) ? [] : [ownSequence(after)]),
      ...commentChanges(`SEQUENCE ${quoteIdentifier(after.name)}`, undefined, before, after),
    ]),
  ];
}

/** Whether the column that owns it is new, and is written as a serial. */
function comesWithItsColumn(sequence: Sequence, from: Catalog, to: Catalog): boolean {
  const { table, column } = ownerOf(sequence, to);
  const isNew = ownerOf(sequence, from).column === undefined;
  return isNew && table !== undefined && column !== undefined && serialOf(table, [sequence])(column);
}

function goesWithItsColumn(sequence: Sequence, to: Catalog): boolean {
  return sequence.ownedBy !== null && ownerOf(sequence, to).column === undefined;
}

function ownerOf({ ownedBy }: Sequence, { tables }: Catalog): { table?: Table; column?: Column } {
  const table = ownedBy === null ? undefined : named(tables, ownedBy.table);
  return { table, column: ownedBy === null ? undefined : named(table?.columns ?? [], ownedBy.column) };
}

function newSequence(sequence: Sequence): ChangeStep[] {
  const { name, ownedBy, comment } = sequence;
  const create: ChangeStep = {
    step: 'create sequence',
    summary: `new sequence ${name}`,
    statements: [
      createSequence(sequence),
      ...(comment === null ? [] : [commentOn(`SEQUENCE ${quoteIdentifier(name)}`, comment)]),
    ],
  };
  if (ownedBy === null) return [create];
  const owned = ownSequence(sequence);
  return [create, { ...owned, statements: [...owned.statements, advanceSequence(ownedBy.table, ownedBy.column)] }];
}

function ownSequence({ name, ownedBy }: Sequence): ChangeStep {
  const owner = ownedBy && `${quoteIdentifier(ownedBy.table)}.${quoteIdentifier(ownedBy.column)}`;
  return {
    step: 'own sequence',
    summary: `sequence ${name} belongs to ${owner ?? 'no column'}`,
    statements: [`ALTER SEQUENCE ${quoteIdentifier(name)} OWNED BY ${owner ?? 'NONE'}`],
  };
}

/** A sequence's options and what they are where they are not given. */
const SEQUENCE_DEFAULTS: [option: string, byDefault: string][] = [
  ['AS', 'AS bigint'],
  ['INCREMENT', 'INCREMENT BY 1'],
  ['MINVALUE', 'NO MINVALUE NO MAXVALUE'],
  ['START', 'START WITH 1'],
  ['CACHE', 'CACHE 1'],
  ['CYCLE', 'NO CYCLE'],
];

function alterSequence({ name, definition }: Sequence): ChangeStep {
  const defaults = SEQUENCE_DEFAULTS.filter(([option]) => !definition.includes(option)).map(
    ([, byDefault]) => byDefault,
  );
  const options = [definition, ...defaults].filter(Boolean).join(' ');
  return {
    step: 'create sequence',
    summary: `sequence ${name}: ${options}`,
    statements: [`ALTER SEQUENCE ${quoteIdentifier(name)} ${options}`],
  };
}

function dropSequence({ name }: Sequence): ChangeStep {
  return {
    step: 'drop sequence',
    summary: `sequence ${name} is dropped`,
    statements: [`DROP SEQUENCE ${quoteIdentifier(name)}`],
  };
}
