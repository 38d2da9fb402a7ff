import { nameWithSuffix, quoteIdentifier, quoteLiteral, readable } from '../src/sql';
import { databaseOfFile } from './databases';

const database = databaseOfFile();

test('a name is quoted wherever PostgreSQL quotes it, keywords among them', async () => {
  const { rows } = await database.client.query<{ name: string; quoted: string }>(
    `SELECT name, quote_ident(name) AS quoted
     FROM (SELECT word FROM pg_get_keywords() UNION VALUES ('plain'), ('CamelCase'), ('with "quotes"'), ('1st'), ('größe'), ('a.b'), ('a b'), ('')) AS names (name)`,
  );
  for (const { name, quoted } of rows) {
    if (quoted !== name) expect(quoteIdentifier(name)).toBe(quoted);
  }
  expect(quoteIdentifier('created_at')).toBe('created_at');
});

test('a literal comes back as it was', async () => {
  const text = `It's "x", \\ and \\', \${y} and \`z\`\n`;
  const { rows } = await database.client.query<{ text: string }>(`SELECT ${quoteLiteral(text)} AS text`);
  expect(rows).toEqual([{ text }]);
});

test('a suffix fits into the 63 bytes of a name', () => {
  expect(nameWithSuffix('uq_tasks', '_new')).toBe('uq_tasks_new');
  const name = nameWithSuffix('ü'.repeat(40), '_new');
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  expect(name).toMatch(/^ü+_new$/);
});

test.each([
  [`status = ANY (ARRAY['open'::text, 'won''t do'::text])`, `status IN ('open', 'won''t do')`],
  [`status <> ALL (ARRAY['open'::text])`, `status NOT IN ('open')`],
  [`title <> ''::text AND title ~ '^a'::text`, `title <> '' AND title ~ '^a'`],
  [`FOREIGN KEY (user_id) REFERENCES "Users"(id)`, `FOREIGN KEY (user_id) REFERENCES "Users" (id)`],
  [
    `id = (( SELECT NULLIF(current_setting('app.user_id'::text, true), ''::text)::uuid AS "nullif"))`,
    `id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid)`,
  ],
  [`tags || 'x'::text`, `tags || 'x'::text`],
  [`to_jsonb('x'::text)`, `to_jsonb('x'::text)`],
  [`a = '{x}'::text[]`, `a = '{x}'::text[]`],
])('%s reads %s', (printed, written) => {
  expect(readable(printed)).toBe(written);
});
