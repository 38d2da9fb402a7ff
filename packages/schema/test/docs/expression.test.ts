import { readable } from '../../src/docs/expression';

describe('readable', () => {
  it.each([
    ["'active'::text", "'active'"],
    ["'{}'::text[]", "'{}'"],
    ["'it''s'::character varying(10)", "'it''s'"],
    ['score >= 0::double precision AND score <= 1::double precision', 'score >= 0 AND score <= 1'],
    ["feedback_score >= '-1'::integer", 'feedback_score >= -1'],
    ["(role = ANY (ARRAY['user'::text, 'system'::text]))", "role IN ('user', 'system')"],
    ["role::text = ANY (ARRAY['a'::character varying]::text[])", "role::text IN ('a')"],
    ['((a) OR (b))', '(a) OR (b)'],
    ['(a) = (b)', '(a) = (b)'],
    ["(note <> ')'::text)", "note <> ')'"],
    ['(\nCASE\n    WHEN a THEN b\n    ELSE c\nEND)', 'CASE WHEN a THEN b ELSE c END'],
    ['( SELECT NULLIF(x, \'\'::text)::uuid AS "nullif")', "SELECT NULLIF(x, '')::uuid"],
    ["'two  spaces'::text", "'two  spaces'"],
    ['now()', 'now()'],
  ])('%s', (printed, expected) => {
    expect(readable(printed)).toBe(expected);
  });
});
