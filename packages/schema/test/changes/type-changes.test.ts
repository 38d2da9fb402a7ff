import { comparable, conversion, hazardOfTypeChange } from '../../src/changes/type-changes';

test.each([
  ['varchar(50)', 'varchar(51)', null, undefined],
  ['varchar(50)', 'varchar(49)', null, 'narrowing'],
  ['varchar(50)', 'varchar', null, undefined],
  ['varchar', 'varchar(50)', null, 'narrowing'],
  ['varchar(50)', 'text', null, undefined],
  ['text', 'varchar(50)', null, 'narrowing'],
  ['text', 'varchar', null, undefined],
  ['text', 'char(3)', null, 'narrowing'],
  ['char(3)', 'char(5)', null, 'rewrite'],
  ['smallint', 'integer', null, 'rewrite'],
  ['bigint', 'integer', null, 'narrowing'],
  ['integer', 'numeric', null, 'rewrite'],
  ['integer', 'numeric(4,2)', null, 'narrowing'],
  ['integer', 'real', null, 'narrowing'],
  ['double precision', 'numeric', null, 'narrowing'],
  ['numeric(8,2)', 'numeric(10,2)', null, undefined],
  ['numeric(8,2)', 'numeric(8,4)', null, 'narrowing'],
  ['numeric(8)', 'numeric', null, undefined],
  ['timestamptz(3)', 'timestamptz', null, undefined],
  ['timestamptz', 'timestamptz(3)', null, 'narrowing'],
  ['timestamp', 'timestamptz', `c AT TIME ZONE 'UTC'`, 'conversion'],
  ['date', 'timestamptz', 'c::timestamptz', 'conversion'],
  ['integer', 'text', null, 'rewrite'],
  ['integer', 'varchar(3)', null, 'narrowing'],
  ['text', 'integer', 'c::integer', 'conversion'],
  ['uuid', 'integer', 'c::text::integer', 'conversion'],
  ['boolean', 'integer', 'c::integer', 'conversion'],
  ['text', 'text[]', 'CASE WHEN c IS NOT NULL THEN ARRAY[c] END', 'rewrite'],
  ['text[]', 'text', 'c[1]', 'narrowing'],
  ['text[]', 'integer[]', 'c::integer[]', 'conversion'],
  ['vector(3)', 'vector(4)', null, 'narrowing'],
  ['vector(3)', 'vector', null, undefined],
])('%s becomes %s', (from, to, using, hazard) => {
  expect(conversion('c', from, to)).toBe(using);
  expect(hazardOfTypeChange(from, to)?.kind).toBe(hazard);
});

test.each([
  ['integer', 'bigint', true],
  ['varchar(5)', 'text', true],
  ['uuid', 'text', false],
  ['text', 'text[]', false],
])('a foreign key may connect %s and %s: %s', (first, second, may) => {
  expect(comparable(first, second)).toBe(may);
});
