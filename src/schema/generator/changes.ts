import type { Catalog } from './catalog';

/** What makes a change dangerous: it needs to be acknowledged before it is written. */
export type HazardKind =
  | 'drop-table'
  | 'drop-column'
  | 'drop-type'
  | 'drop-extension'
  | 'narrowing'
  | 'conversion'
  | 'rewrite'
  | 'required-column'
  | 'rename';

export interface Hazard {
  kind: HazardKind;
  /** The danger and the safe way, in one or two sentences. */
  message: string;
}

/** One step from one schema to another. */
export interface Change {
  /** In words, for the migration's header: 'scheduled_intents: action_context becomes varchar(2000)'. */
  summary: string;
  /** SQL, one statement each, without a semicolon at the end. */
  statements: string[];
  /** The table it belongs to. */
  table?: string;
  hazard?: Hazard;
}

/** A table's or column's former name. */
export interface Rename {
  /** The table, by its new name. */
  table: string;
  /** The column, by its new name; absent where the table itself was renamed. */
  column?: string;
  formerName: string;
}

export interface ChangeOptions {
  /** Renames whose old name is gone, or whose new name is already there, are ignored. */
  renames?: readonly Rename[];
}

/** One migration file's worth of changes. */
export interface Stage {
  /**
   * `main`: the change itself, new constraints NOT VALID. `concurrent`: indexes of existing tables, which can't run in a
   * transaction. `validate`: constraints are validated, and whatever waited for an index or a validation.
   */
  phase: 'main' | 'concurrent' | 'validate';
  up: Change[];
  /** Leads back to the catalog before this stage; always able to run in a transaction. */
  down: Change[];
}

/** The changes that lead from one schema to another directly, all in one transaction. For a scratch or an empty database. */
export function changesBetween(_from: Catalog, _to: Catalog, _options: ChangeOptions = {}): Change[] {
  throw new Error('not written yet');
}

/**
 * The changes that lead from one schema to another while others work with the database, as a sequence of migrations:
 * at most one `main`, one `concurrent` and two `validate`, in this order, none of them empty.
 */
export function stagesBetween(_from: Catalog, _to: Catalog, _options: ChangeOptions = {}): Stage[] {
  throw new Error('not written yet');
}
