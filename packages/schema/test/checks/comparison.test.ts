import { differencesBetween } from '../../src/checks/comparison';
import type { Catalog, DatabaseFunction } from '../../src/catalog/catalog';
import { aCatalog, aColumn, anIndex, aTable } from '../catalogs';

const overloads: DatabaseFunction[] = ['uuid', 'text'].map((type) => ({
  name: 'touch',
  arguments: type,
  returns: 'text',
  definition: `CREATE OR REPLACE FUNCTION public.touch(${type}) …`,
  comment: null,
}));

function aSchema(): Catalog {
  const table = aTable('tasks', {
    columns: [aColumn('id', 'uuid'), aColumn('title')],
    indexes: [anIndex('idx_tasks_title', 'USING btree (title)')],
  });
  return aCatalog([table], { functions: structuredClone(overloads) });
}

test('the order of columns is no difference', () => {
  const other = aSchema();
  other.tables[0].columns.reverse();
  expect(differencesBetween(aSchema(), other)).toEqual([]);
});

test('an extension less is a difference; one more is none, and stays', () => {
  const other = { ...aSchema(), extensions: [{ name: 'vector' }] };
  expect(differencesBetween(other, aSchema())).toEqual([]);
  expect(differencesBetween(aSchema(), other)).toMatchObject([
    { summary: 'new extension vector', statements: ['CREATE EXTENSION IF NOT EXISTS vector'] },
  ]);
});

test('a difference that the generator has a statement for', () => {
  const other = aSchema();
  other.tables[0].columns[1].nullable = true;
  expect(differencesBetween(aSchema(), other)).toMatchObject([
    { summary: 'tasks: title may be null', statements: ['ALTER TABLE tasks ALTER COLUMN title DROP NOT NULL'] },
  ]);
});

// What one object uses is what no change is made for.
test.each<[string, (catalog: Catalog) => void]>([
  ['tables.tasks.indexes.idx_tasks_title.uses.0', (catalog) => catalog.tables[0].indexes[0].uses.push('tasks.title')],
  ['functions.1.rogue', (catalog) => Object.assign(catalog.functions[1], { rogue: true })],
])('a difference that it has none for is told by its place: %s', (place, change) => {
  const other = aSchema();
  change(other);
  const difference = { summary: `${place} differs, and the generator has no statement for it`, statements: [] };
  expect(differencesBetween(aSchema(), other)).toEqual([difference]);
  expect(differencesBetween(other, aSchema())).toEqual([difference]);
});
