/** What makes a change dangerous: it needs to be acknowledged before it is written. */
export const HAZARD_KINDS = [
  'drop-table',
  'drop-column',
  'drop-type',
  'drop-extension',
  'narrowing',
  'conversion',
  'rewrite',
  'required-column',
  'rename',
] as const;

export type HazardKind = (typeof HAZARD_KINDS)[number];

export interface Hazard {
  kind: HazardKind;
  /** The danger and the safe way, in one or two sentences. */
  message: string;
}

/** The dangers that changes can have, each with what it tells. */
export const hazards = {
  droppedTable: (): Hazard => ({
    kind: 'drop-table',
    message:
      'All its rows are lost, and a release that is still running fails. First release a version whose code does not know the ' +
      'table, keep it for a while, and drop it in a later one.',
  }),
  droppedColumn: (): Hazard => ({
    kind: 'drop-column',
    message:
      'Its values are lost, and a release that is still running fails. First release a version whose code does not know ' +
      'the column, keep it for a while, and drop it in a later one.',
  }),
  droppedType: (): Hazard => ({
    kind: 'drop-type',
    message: 'A release that is still running and names the type fails.',
  }),
  /** @param values as SQL literals */
  lostValues: (values: readonly string[], stops: 'validation' | 'migration'): Hazard => ({
    kind: 'narrowing',
    message: `A row with ${values.join(' or ')} stops the ${stops}. Change such rows first.`,
  }),
  narrowerType: (from: string, to: string): Hazard => ({
    kind: 'narrowing',
    message:
      `Not every ${from} is a ${to}: a row that does not fit stops the migration, or is rounded. Look for such rows and change ` +
      'them first.',
  }),
  convertedType: (to: string): Hazard => ({
    kind: 'conversion',
    message:
      `Every value has to be read as ${to}: one that can't be stops the migration, and the whole table is written anew while ` +
      'nobody can use it. Look first for rows that do not fit.',
  }),
  rewrittenTable: (): Hazard => ({
    kind: 'rewrite',
    message:
      'The whole table is written anew, and nobody can read or write it meanwhile. Safe where it is small; otherwise add a second ' +
      'column, fill it in batches, and change over.',
  }),
  rewrittenByColumn: (): Hazard => ({
    kind: 'rewrite',
    message:
      'Every row gets a value of its own, so the whole table is written anew, and nobody can read or write it meanwhile. Safe ' +
      'where it is small; otherwise add the column without it, and fill it in batches.',
  }),
  rewrittenByEnumType: (): Hazard => ({
    kind: 'rewrite',
    message: 'The tables that have it are written anew, and nobody can use them meanwhile.',
  }),
  requiredColumn: (): Hazard => ({
    kind: 'required-column',
    message:
      'It is NOT NULL without a default: this fails where the table has rows, and a release that is still running can not ' +
      'insert. Give it a default, or make it nullable, fill it, and make it required later.',
  }),
  rename: (what: 'table' | 'column'): Hazard => ({
    kind: 'rename',
    message:
      `A release that is still running knows the ${what} by its former name, and fails until it is replaced. Where that may not ` +
      'be: add the new one, write to both, and drop the old one in a later release.',
  }),
};
