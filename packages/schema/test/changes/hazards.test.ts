import { type HazardKind, hazards } from '../../src/changes/hazards';

test.each<[HazardKind, string, { kind: HazardKind; message: string }]>([
  [
    'drop-table',
    'All its rows are lost, and a release that is still running fails. First release a version whose code does not know the table, keep it for a while, and drop it in a later one.',
    hazards.droppedTable(),
  ],
  [
    'drop-column',
    'Its values are lost, and a release that is still running fails. First release a version whose code does not know the column, keep it for a while, and drop it in a later one.',
    hazards.droppedColumn(),
  ],
  ['drop-type', 'A release that is still running and names the type fails.', hazards.droppedType()],
  [
    'narrowing',
    "A row with 'low' or 'it''s' stops the validation. Change such rows first.",
    hazards.lostValues(["'low'", "'it''s'"], 'validation'),
  ],
  [
    'narrowing',
    "A row with 'low' stops the migration. Change such rows first.",
    hazards.lostValues(["'low'"], 'migration'),
  ],
  [
    'narrowing',
    'Not every text is a varchar(5): a row that does not fit stops the migration, or is rounded. Look for such rows and change them first.',
    hazards.narrowerType('text', 'varchar(5)'),
  ],
  [
    'conversion',
    "Every value has to be read as uuid: one that can't be stops the migration, and the whole table is written anew while nobody can use it. Look first for rows that do not fit.",
    hazards.convertedType('uuid'),
  ],
  [
    'rewrite',
    'The whole table is written anew, and nobody can read or write it meanwhile. Safe where it is small; otherwise add a second column, fill it in batches, and change over.',
    hazards.rewrittenTable(),
  ],
  [
    'rewrite',
    'Every row gets a value of its own, so the whole table is written anew, and nobody can read or write it meanwhile. Safe where it is small; otherwise add the column without it, and fill it in batches.',
    hazards.rewrittenByColumn(),
  ],
  [
    'rewrite',
    'The tables that have it are written anew, and nobody can use them meanwhile.',
    hazards.rewrittenByEnumType(),
  ],
  [
    'required-column',
    'It is NOT NULL without a default: this fails where the table has rows, and a release that is still running can not insert. Give it a default, or make it nullable, fill it, and make it required later.',
    hazards.requiredColumn(),
  ],
  [
    'rename',
    'A release that is still running knows the table by its former name, and fails until it is replaced. Where that may not be: add the new one, write to both, and drop the old one in a later release.',
    hazards.rename('table'),
  ],
  [
    'rename',
    'A release that is still running knows the column by its former name, and fails until it is replaced. Where that may not be: add the new one, write to both, and drop the old one in a later release.',
    hazards.rename('column'),
  ],
])('%s: %s', (kind, message, hazard) => {
  expect(hazard).toEqual({ kind, message });
});

test('every danger has a text in the table above', () => {
  expect(Object.keys(hazards)).toHaveLength(11);
});
