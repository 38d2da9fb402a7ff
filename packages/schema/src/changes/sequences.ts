import { isDeepStrictEqual } from 'node:util';
import type { Catalog, Column, Sequence, Table } from '../catalog/catalog';
import { common, missing, named } from '../catalog/compare';
import type { ChangeStep } from './change';
import { advanceSequence, serialOf } from './columns';
import { commentChanges } from './comments';
import { quoteIdentifier } from '../sql';
import { commentOn, createSequence } from './statements';

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
