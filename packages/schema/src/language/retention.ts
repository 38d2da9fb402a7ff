import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import type { EntityMetadata } from 'typeorm';
import {
  type DecoratorOfClassWith,
  declare,
  declarationsOf,
  type EntityClass,
  type RetentionDeclaration,
} from './declarations';
import { UserError } from '../errors';

interface RetentionOptions<K extends string> {
  /** The property that holds the time from which `keep` counts: a date, timestamp or timestamptz column. */
  by: K;
  /** How long rows are kept: '90 days', '6 months', '2 years'. */
  keep: '1 day' | '1 month' | '1 year' | `${number} ${'days' | 'months' | 'years'}`;
  /** The format of the files that rows go to: JSON, compressed JSON, or CSV. */
  archive: RetentionDeclaration['archive'];
  /**
   * With it, a file holds a whole month, quarter or year (in UTC), and rows leave when all of that period has been kept
   * long enough. Default: rows leave one by one, as soon as each has been kept long enough.
   */
  per?: RetentionDeclaration['per'];
  /** All entities whose rows are deleted with these by ON DELETE CASCADE, at any depth. They go to the same file. Default: none. */
  with?: readonly (() => EntityClass)[];
}

/** A retention declaration and the column that it counts by. */
export interface Retention extends RetentionDeclaration {
  readonly column: ColumnMetadata;
}

const PERIOD = /^(1 (day|month|year)|[1-9]\d{0,3} (days|months|years))$/;
const FORMATS = { json: 'JSON', 'json.gz': 'compressed JSON', csv: 'CSV' } as const;
const TIMES = ['date', 'timestamp', 'timestamp without time zone', 'timestamptz', 'timestamp with time zone'];

/**
 * How long the rows of a table are kept, and where they go then. A job that archives and deletes rows reads it with
 * `retentionOf`; the table's COMMENT and documentation say the same.
 *
 *     @Retention({ by: 'detectedAt', keep: '90 days', archive: 'json', with: [() => Decision] })
 *     @Retention({ by: 'date', keep: '2 years', archive: 'csv', per: 'quarter' })
 *
 * Declared on a class that others extend, it holds for the table of each of them.
 *
 * @throws UserError if `keep` is not a number of days, months or years
 */
export function Retention<K extends string>(options: RetentionOptions<K>): DecoratorOfClassWith<K> {
  return (target) => {
    if (!PERIOD.test(options.keep))
      throw new UserError(
        `@Retention of ${target.name}: keep is '${options.keep}'. Write a whole number of days, months or years, such as '90 days'.`,
      );
    declare(target, { kind: 'retention', with: [], ...options });
  };
}

/**
 * What an entity declares with `@Retention`; undefined if nothing.
 *
 * @throws UserError if `by` names no column or one without a time, or if the entity shares its table with the one that it
 *   extends: only that one can declare retention
 */
export function retentionOf(metadata: EntityMetadata): Retention | undefined {
  const declaration = declaredBy(metadata);
  if (metadata.tableType === 'entity-child') {
    if (declaration === declaredBy(metadata.parentEntityMetadata)) return undefined;
    throw new UserError(
      `@Retention of ${metadata.name}: its rows are in the table of ${metadata.parentEntityMetadata.name}. Move it there.`,
    );
  }
  if (!declaration) return undefined;
  const column = metadata.findColumnWithPropertyName(declaration.by);
  if (!column || !TIMES.includes(metadata.dataSource.driver.normalizeType(column)))
    throw new UserError(
      `@Retention of ${metadata.name}: by is '${declaration.by}'. Name a property with a date, timestamp or timestamptz column.`,
    );
  return { ...declaration, column };
}

function declaredBy({ target }: EntityMetadata): RetentionDeclaration | undefined {
  if (typeof target !== 'function') return undefined;
  return declarationsOf(target).findLast((one): one is RetentionDeclaration => one.kind === 'retention');
}

/**
 * How long the rows of an entity are kept, for documentation: '2 years, then archived to CSV, a file a quarter, and deleted'.
 *
 * @param tag what the entity's doc comment says in its tag `@retention`: of entities that declare nothing
 * @throws UserError if the entity has both, or for the reasons of `retentionOf`
 */
export function describeRetention(metadata: EntityMetadata, tag?: string): string | undefined {
  const retention = retentionOf(metadata);
  if (!retention) return tag;
  if (tag !== undefined)
    throw new UserError(
      `${metadata.name} has @Retention, and its doc comment has the tag @retention. Remove the tag: its text is written from the decorator.`,
    );
  const { keep, archive, per, column, with: children } = retention;
  const kept = per ? keep : `${keep} after ${column.databaseName}`;
  const deleted = per ? `, a file a ${per}, and deleted` : ' and deleted';
  const nouns = children.map((child) => nounOf(metadata.dataSource.getMetadata(child())));
  return `${kept}, then archived to ${FORMATS[archive]}${deleted}${nouns.length ? `, with its ${list(nouns)}` : ''}`;
}

/** What the rows of a child are to their parent: the last word of the table's name, such as the mentions in competitive_mentions. */
function nounOf({ tableName }: EntityMetadata): string {
  return tableName.split('_').at(-1)!;
}

function list(nouns: readonly string[]): string {
  return [nouns.slice(0, -1).join(', '), nouns.at(-1)].filter(Boolean).join(' and ');
}
