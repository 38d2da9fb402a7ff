import type { Index } from '../catalog/catalog';
import type { ChangeStep } from './change';
import { commentChanges } from './comments';
import { common, missing, sameDefinition } from '../catalog/compare';
import { nameWithSuffix, quoteIdentifier, readable } from '../sql';
import { commentOn, createIndex } from './statements';

/**
 * The changes of a relation's indexes.
 *
 * @param relation the table's or materialized view's name
 * @param concurrently without a lock, so outside a transaction, and so that it can be repeated after a failure in the middle
 */
export function indexChanges(relation: string, from: Index[], to: Index[], concurrently: boolean): ChangeStep[] {
  const both = common(from, to);
  const replaced = both.filter(([before, after]) => isReplaced(before, after));
  const kept = both.filter((pair) => !replaced.includes(pair));
  const create = concurrently ? createConcurrently : createAtOnce;
  return [
    ...missing(from, to).map((index) => dropIndex(relation, index, concurrently)),
    ...missing(to, from).map((index) => create(relation, index)),
    ...replaced.map(([before, after]) => replaceIndex(relation, before, after, concurrently)),
    ...kept.flatMap(([before, after]) =>
      commentChanges(`INDEX ${quoteIdentifier(after.name)}`, relation, before, after),
    ),
  ];
}

/** Whether the index has to be built anew. Nobody wants an invalid one. */
function isReplaced(before: Index, after: Index): boolean {
  return !sameDefinition({ ...before, valid: true }, { ...after, valid: true }) || (after.valid && !before.valid);
}

function describe({ name, unique, definition }: Index): string {
  return `${unique ? 'unique ' : ''}index ${name} ${readable(definition.replace(/^USING btree /, ''))}`.replace(
    '  ',
    ' ',
  );
}

function dropIndex(relation: string, { name }: Index, concurrently: boolean): ChangeStep {
  return {
    // What is in use is dropped when its successor is there.
    step: concurrently ? 'drop former index' : 'drop index',
    summary: `${relation}: index ${name} is dropped`,
    statements: [concurrently ? dropConcurrently(name) : `DROP INDEX ${quoteIdentifier(name)}`],
    table: relation,
  };
}

const dropConcurrently = (name: string): string => `DROP INDEX CONCURRENTLY IF EXISTS ${quoteIdentifier(name)}`;

function createAtOnce(relation: string, index: Index): ChangeStep {
  return {
    step: 'create index',
    summary: `${relation}: new ${describe(index)}`,
    statements: [createIndex(relation, index), ...commentOnIndex(index)],
    table: relation,
  };
}

/** What a failure leaves behind is an invalid index, which makes way. */
function createConcurrently(relation: string, index: Index): ChangeStep {
  return {
    ...createAtOnce(relation, index),
    statements: [
      dropConcurrently(index.name),
      createIndex(relation, index, { concurrently: true }),
      ...commentOnIndex(index),
    ],
  };
}

function replaceIndex(relation: string, before: Index, after: Index, concurrently: boolean): ChangeStep {
  return {
    step: 'create index',
    summary: `${relation}: ${after.name} becomes ${describe({ ...after, name: '' })}`,
    statements:
      concurrently && before.valid ? swapConcurrently(relation, after) : rebuild(relation, after, concurrently),
    table: relation,
  };
}

function rebuild(relation: string, index: Index, concurrently: boolean): string[] {
  return concurrently
    ? createConcurrently(relation, index).statements
    : [`DROP INDEX ${quoteIdentifier(index.name)}`, ...createAtOnce(relation, index).statements];
}

/** The old index serves until the new one is there. Wherever it fails, it can be begun again. */
function swapConcurrently(relation: string, index: Index): string[] {
  const successor = nameWithSuffix(index.name, '_new');
  return [
    dropConcurrently(successor),
    createIndex(relation, { ...index, name: successor }, { concurrently: true }),
    dropConcurrently(index.name),
    `ALTER INDEX ${quoteIdentifier(successor)} RENAME TO ${quoteIdentifier(index.name)}`,
    ...commentOnIndex(index),
  ];
}

function commentOnIndex({ name, comment }: Index): string[] {
  return comment === null ? [] : [commentOn(`INDEX ${quoteIdentifier(name)}`, comment)];
}
