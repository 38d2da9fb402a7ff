import type { Catalog, Table } from '../catalog/catalog';
import type { ChangeStep } from './change';
import { columnChanges, columnOn, serialOf } from './columns';
import { commentChanges } from './comments';
import { common, goesWithItsColumn, has, missing, usesAny } from '../catalog/compare';
import { addConstraint, constraintChanges, constraintOn, dropConstraint, indexToBecome } from './constraints';
import { hazards } from './hazards';
import { indexChanges } from './indexes';
import {
  addPolicy,
  dropPolicy,
  policyStatements,
  rowLevelSecurityChanges,
  rowLevelSecurityStatements,
} from './policies';
import { grantChanges } from './grants';
import { quoteIdentifier } from '../sql';
import { commentOn, createIndex, createTable, grants } from './statements';
import { triggerChanges, triggerStatements } from './triggers';

/**
 * The changes of all tables and of what belongs to them.
 *
 * @param lateFunctions functions that are made after the new tables: 'function()'
 */
export function tableChanges(
  from: Catalog,
  to: Catalog,
  lateFunctions: readonly string[],
  concurrently: boolean,
): ChangeStep[] {
  return [
    ...droppedTables(missing(from.tables, to.tables)),
    ...common(from.tables, to.tables).flatMap(([before, after]) => [
      ...columnChanges(before, after, to.sequences),
      ...constraintChanges(before, after),
      ...indexChanges(after.name, indexesOnTheirOwn(before, after), after.indexes, concurrently),
      ...triggerChanges(before, after),
      ...rowLevelSecurityChanges(before, after),
      ...grantChanges(after.name, before.grants, after.grants),
      ...commentChanges(`TABLE ${quoteIdentifier(after.name)}`, after.name, before, after),
    ]),
    ...newTables(missing(to.tables, from.tables), to, lateFunctions),
  ];
}

/** The former indexes without those that go with a column or become the index of a new key. */
function indexesOnTheirOwn(from: Table, to: Table): Table['indexes'] {
  const becomeKeys = to.constraints
    .filter((constraint) => !has(from.constraints, constraint))
    .map((constraint) => indexToBecome(constraint, from, to));
  return from.indexes.filter((index) => !becomeKeys.includes(index) && !goesWithItsColumn(index, from, to));
}

/** Tables, each behind those that it refers to, unless they refer to each other in a circle. */
function byReference(tables: readonly Table[]): Table[] {
  const sorted: Table[] = [];
  const visited = new Set<Table>();
  const visit = (table: Table): void => {
    if (visited.has(table)) return;
    visited.add(table);
    tables.filter((target) => refersTo(table, target)).forEach(visit);
    sorted.push(table);
  };
  tables.forEach(visit);
  return sorted;
}

function refersTo({ constraints, policies }: Table, target: Table): boolean {
  return (
    constraints.some(({ references }) => references?.table === target.name) ||
    policies.some((policy) => usesAny(policy, new Set([target.name])))
  );
}

/** New tables, each with all that belongs to it; what needs a table or function that comes later comes behind all of them. */
function newTables(tables: Table[], to: Catalog, lateFunctions: readonly string[]): ChangeStep[] {
  const later = new Set([...tables.map(({ name }) => name), ...lateFunctions]);
  return byReference(tables).flatMap((table) => {
    later.delete(table.name);
    const lateConstraints = table.constraints.filter(
      ({ validated, references }) => !validated || (references !== null && later.has(references.table)),
    );
    const latePolicies = table.policies.filter((policy) => usesAny(policy, later));
    const early: Table = {
      ...table,
      constraints: table.constraints.filter((constraint) => !lateConstraints.includes(constraint)),
      policies: table.policies.filter((policy) => !latePolicies.includes(policy)),
    };
    return [
      newTable(early, to),
      ...lateConstraints.map((constraint) => addConstraint(table, constraint)),
      ...latePolicies.map((policy) => addPolicy(table, policy)),
    ];
  });
}

function newTable(table: Table, to: Catalog): ChangeStep {
  const isSerial = serialOf(table, to.sequences);
  const serials = table.columns.filter(isSerial).map(({ name }) => name);
  return {
    step: 'create table',
    summary: `${table.name}: new table`,
    statements: [
      createTable(table, new Set(serials)),
      ...table.indexes.map((index) => createIndex(table.name, index)),
      ...table.triggers.flatMap((trigger) => triggerStatements(table, trigger)),
      ...rowLevelSecurityStatements(undefined, table),
      ...table.policies.flatMap((policy) => policyStatements(table, policy)),
      ...grants(table.name, table.grants),
      ...commentsOf(table),
    ],
    table: table.name,
  };
}

function commentsOf(table: Table): string[] {
  const comments = [
    { what: `TABLE ${quoteIdentifier(table.name)}`, comment: table.comment },
    ...table.columns.map((column) => ({ what: columnOn(table, column), comment: column.comment })),
    ...table.constraints.map((constraint) => ({ what: constraintOn(table, constraint), comment: constraint.comment })),
    ...table.indexes.map(({ name, comment }) => ({ what: `INDEX ${quoteIdentifier(name)}`, comment })),
  ];
  return comments.filter(({ comment }) => comment !== null).map(({ what, comment }) => commentOn(what, comment));
}

/** Dropped tables, each before those that it refers to. */
function droppedTables(tables: Table[]): ChangeStep[] {
  const order = byReference(tables).reverse();
  return order.flatMap((table, position) => {
    // What refers to it from a table that is still there: they refer to each other.
    const remaining = order.slice(position + 1);
    const constraints = remaining.flatMap((other) =>
      other.constraints
        .filter(({ references }) => references?.table === table.name)
        .map((constraint) => dropConstraint(other, constraint)),
    );
    const policies = remaining.flatMap((other) =>
      other.policies
        .filter((policy) => usesAny(policy, new Set([table.name])))
        .map((policy) => dropPolicy(other, policy)),
    );
    return [...constraints, ...policies, dropTable(table)];
  });
}

function dropTable({ name }: Table): ChangeStep {
  return {
    step: 'drop table',
    summary: `${name}: the table is dropped`,
    statements: [`DROP TABLE ${quoteIdentifier(name)}`],
    table: name,
    hazard: hazards.droppedTable(),
  };
}
