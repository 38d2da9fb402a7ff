import fc from 'fast-check';
import type { Client } from 'pg';
import { checkEvaluatorOf } from '../../src/inference/check-evaluator';
import { emptyDatabase, type TestDatabase } from '../databases';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await emptyDatabase();
  client = await database.connect();
});
afterAll(() => database.close());

const rows = fc.array(
  fc.record({
    kind: fc.constantFrom('one', 'many', "it's", null),
    a: fc.option(fc.integer({ min: -3, max: 3 })),
    b: fc.option(fc.integer({ min: -3, max: 3 })),
    flag: fc.option(fc.boolean()),
    start: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', null),
    finish: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T12:00:00Z', null),
  }),
  { minLength: 200, maxLength: 200 },
);

it.each([
  '"finish" > "start"',
  'NOT (a < b)',
  '("a" IS NULL) = ("b" IS NULL)',
  '"a" IS NOT NULL OR "b" IS NOT NULL',
  'NOT "flag" OR "kind" IS NOT NULL',
  `("kind" = 'one') = ("a" IS NOT NULL)`,
  `("kind" IN ('one', 'it''s')) = ("a" IS NOT NULL)`,
  `"a" IS NULL OR "kind" NOT IN ('one')`,
  `CASE WHEN kind IN ('one', 'many') THEN a IS NOT NULL ELSE b IS NOT NULL END`,
  `CASE WHEN a > 0 THEN b > 0 WHEN a = 0 THEN b = 0 END`,
  `CASE kind WHEN 'one' THEN (a > 0) ELSE (b <= -1) END`,
  '2 * -1 < a + -2',
  'abs("a" + "b" - 1) <= 2',
  'a - b - 1 < -1 OR a * 2 >= b + 1 AND flag',
  'a NOT BETWEEN b AND 2',
  `((kind)::text <> 'one'::text) AND ((a >= '-2'::integer) OR (b IS NULL))`,
])('judges a row as PostgreSQL does: %s', async (expression) => {
  const { holds } = checkEvaluatorOf(expression)!;
  const [made] = fc.sample(rows, { seed: 1, numRuns: 1 });
  const { rows: judged } = await client.query<{ holds: boolean }>(
    `SELECT (${expression}) IS NOT FALSE AS holds
     FROM ROWS FROM (jsonb_to_recordset($1) AS (kind text, a int, b int, flag boolean, start timestamptz, finish timestamptz))
     WITH ORDINALITY AS t (kind, a, b, flag, start, finish, number) ORDER BY number`,
    [JSON.stringify(made)],
  );
  const dated = made.map((row) => ({
    ...row,
    start: row.start && new Date(row.start),
    finish: row.finish && new Date(row.finish),
  }));
  expect(dated.map((row) => holds((column) => row[column as keyof typeof row]))).toEqual(
    judged.map((one) => one.holds),
  );
});

it.each(['lower(a) = b', 'a % 2 = b', 'a IS DISTINCT FROM b', "a ~ 'x' OR b > 1", 'a > ANY (b)', 'a >', 'a b'])(
  'leaves to PostgreSQL: %s',
  (expression) => {
    expect(checkEvaluatorOf(expression)).toBeUndefined();
  },
);
