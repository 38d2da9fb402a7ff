import type { Constraint, Index, Table } from '../catalog/catalog';
import type { ChangeStep } from './change';
import { commentChanges } from './comments';
import { common, goesWithItsColumn, missing, sameDefinition } from '../catalog/compare';
import { quoteIdentifier, readable } from '../sql';
import { type Hazard, hazards } from './hazards';
import { commentOn, constraintDefinition } from './statements';

/** The changes of the constraints of a table that both schemas have. */
export function constraintChanges(from: Table, to: Table): ChangeStep[] {
  const both = common(from.constraints, to.constraints);
  const replaced = both.filter(([before, after]) => !sameDefinition(before, after) && !isValidation(before, after));
  const kept = both.filter((pair) => !replaced.includes(pair));
  const goes = (constraint: Constraint): boolean => goesWithItsColumn(constraint, from, to);
  return [
    ...missing(from.constraints, to.constraints)
      .filter((one) => !goes(one))
      .map((one) => dropConstraint(to, one)),
    ...missing(to.constraints, from.constraints).map((one) => addConstraint(to, one, indexToBecome(one, from, to))),
    ...replaced.flatMap(([before, after]) => replaceConstraint(from, to, before, after, goes(before))),
    ...kept.filter(([before, after]) => isValidation(before, after)).map(([, after]) => validate(to, after)),
    ...kept.flatMap(([before, after]) => commentChanges(constraintOn(to, after), to.name, before, after)),
  ];
}

/** The danger of a list of values (`status IN (…)`) that becomes shorter. */
function lostValues(before: Constraint, after: Constraint): Hazard | undefined {
  const lost = valuesOf(before).filter((value) => !valuesOf(after).includes(value));
  if (!valuesOf(after).length || !lost.length) return undefined;
  return hazards.lostValues(lost, 'validation');
}

function valuesOf({ definition }: Constraint): string[] {
  const list = /^CHECK \(\S+ = ANY \(ARRAY\[(.*)\]\)\)$/.exec(definition)?.[1] ?? '';
  return [...list.matchAll(/('(?:[^']|'')*')::/g)].map(([, value]) => value);
}

function isValidation(before: Constraint, after: Constraint): boolean {
  return !before.validated && after.validated && sameDefinition({ ...before, validated: true }, after);
}

export function constraintOn(table: Table, { name }: Constraint): string {
  return `CONSTRAINT ${quoteIdentifier(name)} ON ${quoteIdentifier(table.name)}`;
}

export function dropConstraint(table: Table, { name, kind }: Constraint): ChangeStep {
  return {
    step: kind === 'foreign key' ? 'drop foreign key' : 'drop constraint',
    summary: `${table.name}: ${kind} ${name} is dropped`,
    statements: [`ALTER TABLE ${quoteIdentifier(table.name)} DROP CONSTRAINT ${quoteIdentifier(name)}`],
    table: table.name,
  };
}

/** In two steps, because between them the types of its columns may change. */
function replaceConstraint(
  from: Table,
  to: Table,
  before: Constraint,
  after: Constraint,
  isGone: boolean,
): ChangeStep[] {
  const what = `${to.name}: ${after.kind} ${after.name}`;
  const add = addConstraint(to, after, indexToBecome(after, from, to));
  return [
    ...(isGone ? [] : [{ ...dropConstraint(to, before), summary: `${what} makes way` }]),
    { ...add, summary: `${what} becomes ${readable(after.definition)}`, hazard: lostValues(before, after) },
  ];
}

/** Adds a constraint; a key from an index that was built for it, where there is one. */
export function addConstraint(table: Table, constraint: Constraint, index?: Index): ChangeStep {
  const add = `ALTER TABLE ${quoteIdentifier(table.name)} ADD ${index ? keyOfIndex(constraint, index) : constraintDefinition(constraint)}`;
  return {
    step: constraint.kind === 'foreign key' ? 'add foreign key' : 'add constraint',
    summary: `${table.name}: new ${constraint.kind} ${constraint.name}: ${readable(constraint.definition)}`,
    statements: [
      constraint.validated ? add : `${add} NOT VALID`,
      ...(constraint.comment === null ? [] : [commentOn(constraintOn(table, constraint), constraint.comment)]),
    ],
    table: table.name,
  };
}

function validate(table: Table, { name, kind }: Constraint): ChangeStep {
  return {
    step: 'validate',
    summary: `${table.name}: ${kind} ${name} is validated`,
    statements: [`ALTER TABLE ${quoteIdentifier(table.name)} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`],
    table: table.name,
  };
}

const DEFERRABLE = / (?:NOT )?DEFERRABLE.*$/;

function keyOfIndex({ name, kind, definition }: Constraint, index: Index): string {
  const deferrable = DEFERRABLE.exec(definition)?.[0] ?? '';
  return `CONSTRAINT ${quoteIdentifier(name)} ${kind.toUpperCase()} USING INDEX ${quoteIdentifier(index.name)}${deferrable}`;
}

/** The index that was built for a key that is to be added; undefined where there is none. */
export function indexToBecome(constraint: Constraint, from: Table, to: Table): Index | undefined {
  const wanted = definitionOfKeysIndex(constraint);
  return missing(from.indexes, to.indexes).find(
    ({ unique, valid, definition }) => unique && valid && definition === wanted,
  );
}

/** The definition of the index behind a primary key or unique constraint; undefined for another constraint. */
export function definitionOfKeysIndex({ kind, definition }: Constraint): string | undefined {
  if (kind !== 'primary key' && kind !== 'unique') return undefined;
  const [, nulls = '', columns] = /^(?:PRIMARY KEY|UNIQUE)( NULLS NOT DISTINCT)? (.*)$/.exec(
    definition.replace(DEFERRABLE, ''),
  )!;
  return `USING btree ${columns}${nulls}`;
}
