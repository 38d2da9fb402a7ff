import { CATALOG_RULES, lintCatalog } from '../../src/checks/catalog-lint';
import type { Catalog } from '../../src/catalog/catalog';
import { databaseOfFile, rolledBack } from '../databases';
import { catalogOf } from '../schemas';

const database = databaseOfFile();

/** What hangs on the tables of the cases: a backend's role and a person's, and a table to refer to. */
const SURROUNDINGS = `
  CREATE ROLE lint_backend NOLOGIN;
  GRANT lint_backend TO CURRENT_USER;
  CREATE ROLE lint_person NOLOGIN;
  CREATE TABLE people (id uuid CONSTRAINT pk_people PRIMARY KEY, tenant uuid);
  ALTER TABLE people ADD CONSTRAINT uq_people_id_tenant UNIQUE (id, tenant);
  GRANT SELECT ON people TO lint_backend;
`;

function catalogAfter(sql: string): Promise<Catalog> {
  return rolledBack(database.client, async () => {
    await database.client.query(SURROUNDINGS);
    await database.client.query(sql);
    return catalogOf(database.client);
  });
}

function placesIn(catalog: Catalog, rule: string): string[] {
  return lintCatalog(catalog)
    .filter((finding) => finding.rule === rule && !finding.place.startsWith('people'))
    .map(({ place }) => place);
}

const PROTECTED = 'ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;';
const OWNED = `CREATE TABLE t (person_id uuid, name text); ${PROTECTED}`;
const policy = (rest: string): string => `${OWNED} GRANT SELECT ON t TO lint_person; CREATE POLICY p ON t ${rest};`;

/** A rule, SQL that breaks it, where it is found, and SQL that does not break it. */
type Case = [rule: string, bad: string, found: string, good: string];

const REFERENCE = 'CONSTRAINT fk_t_person_id REFERENCES people';
const FOREIGN_KEY = `CREATE TABLE t (person_id uuid ${REFERENCE}, at timestamptz, gone boolean);`;
const PERSON_ID = 't (person_id): fk_t_person_id';

const CASES: Case[] = [
  ['foreign-key-without-index', FOREIGN_KEY, PERSON_ID, `${FOREIGN_KEY} CREATE INDEX idx_t ON t (person_id, at DESC);`],
  [
    'foreign-key-without-index',
    `${FOREIGN_KEY} CREATE INDEX idx_t ON t (at, person_id);`,
    PERSON_ID,
    `CREATE TABLE t (person_id uuid CONSTRAINT pk_t PRIMARY KEY ${REFERENCE});`,
  ],
  [
    'foreign-key-without-index',
    `${FOREIGN_KEY} CREATE INDEX idx_t ON t (person_id) WHERE NOT gone;`,
    PERSON_ID,
    `${FOREIGN_KEY} CREATE INDEX idx_t ON t (person_id) WHERE person_id IS NOT NULL;`,
  ],
  [
    'foreign-key-without-index',
    `${FOREIGN_KEY} CREATE INDEX idx_t ON t USING brin (person_id);`,
    PERSON_ID,
    `${FOREIGN_KEY} CREATE INDEX idx_t ON t USING hash (person_id);`,
  ],
  [
    'foreign-key-without-index',
    'CREATE TABLE t (person uuid, tenant uuid, CONSTRAINT fk_t_person FOREIGN KEY (person, tenant) REFERENCES people (id, tenant));',
    't (person, tenant): fk_t_person',
    `CREATE TABLE t (person uuid, "Tenant" uuid, CONSTRAINT fk_t_person FOREIGN KEY (person, "Tenant") REFERENCES people (id, tenant));
     CREATE INDEX idx_t ON t ("Tenant", person);`,
  ],
  ['no-primary-key', 'CREATE TABLE t (id uuid UNIQUE);', 't', 'CREATE TABLE t (id uuid PRIMARY KEY);'],
  [
    'duplicate-index',
    'CREATE TABLE t (a int); CREATE INDEX idx_1 ON t (a); CREATE INDEX idx_2 ON t (a);',
    't: idx_1, idx_2',
    'CREATE TABLE t (a int, b int); CREATE INDEX idx_1 ON t (a); CREATE INDEX idx_2 ON t (a DESC); CREATE INDEX idx_3 ON t (a, b);',
  ],
  [
    'duplicate-index',
    'CREATE TABLE t (a int CONSTRAINT pk_t PRIMARY KEY); CREATE INDEX idx_t_a ON t (a);',
    't: pk_t, idx_t_a',
    'CREATE TABLE t (a int CONSTRAINT pk_t PRIMARY KEY); CREATE INDEX idx_t_a ON t (a) WHERE a > 0;',
  ],
  [
    'duplicate-index',
    'CREATE TABLE t (a int, b int, CONSTRAINT uq_t UNIQUE (a, b)); CREATE UNIQUE INDEX idx_t ON t (a, b);',
    't: uq_t, idx_t',
    'CREATE TABLE t (a int, b int, CONSTRAINT uq_t UNIQUE (a, b)); CREATE INDEX idx_t ON t (b, a);',
  ],
  [
    'not-valid',
    'CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT chk_t_a CHECK (a > 0) NOT VALID;',
    't: chk_t_a',
    'CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT chk_t_a CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT chk_t_a;',
  ],
  [
    'row-level-security-not-forced',
    'CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY;',
    't',
    'CREATE TABLE t (a int);',
  ],
  ['row-level-security-without-policy', OWNED, 't', policy('USING (person_id IS NOT NULL)')],
  [
    'policy-without-row-level-security',
    'CREATE TABLE t (a int); CREATE POLICY p ON t USING (a > 0);',
    't',
    policy('USING (person_id IS NOT NULL)'),
  ],
  [
    'grant-without-row-level-security',
    'CREATE TABLE t (a int); GRANT SELECT (a) ON t TO lint_person; GRANT ALL ON t TO lint_backend;',
    't: SELECT to lint_person',
    'CREATE TABLE t (a int); GRANT ALL ON t TO lint_backend;',
  ],
  [
    'grant-without-row-level-security',
    'CREATE TABLE t (a int); GRANT INSERT ON t TO PUBLIC;',
    't: INSERT to public',
    policy('USING (person_id IS NOT NULL)'),
  ],
  ['policy-for-every-row', policy('TO lint_person USING (true)'), 't: p', policy('TO lint_backend USING (true)')],
  ['policy-for-every-row', policy('USING (true)'), 't: p', policy('AS RESTRICTIVE USING (true)')],
  [
    'policy-for-every-row',
    policy('FOR INSERT TO lint_backend, lint_person WITH CHECK (true)'),
    't: p',
    policy('FOR INSERT TO lint_backend, lint_person WITH CHECK (person_id IS NOT NULL)'),
  ],
  [
    'setting-read-for-each-row',
    policy("USING (person_id = current_setting('app.user_id', true)::uuid)"),
    't: p',
    policy("USING (person_id = (SELECT nullif(current_setting('app.user_id', true), '')::uuid))"),
  ],
  [
    'setting-read-for-each-row',
    policy("FOR INSERT WITH CHECK (name = ')' AND person_id = nullif(current_setting('app.user_id', true), '')::uuid)"),
    't: p',
    policy("FOR INSERT WITH CHECK (name = 'current_setting(' AND person_id IS NOT NULL)"),
  ],
  [
    'setting-read-for-each-row',
    policy("USING (EXISTS (SELECT FROM people WHERE id = person_id AND id = current_setting('app.user_id')::uuid))"),
    't: p',
    policy(
      "USING (EXISTS (SELECT FROM people WHERE id = person_id AND id = (SELECT current_setting('app.user_id')::uuid)))",
    ),
  ],
  [
    'function-without-search-path',
    `CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1 -- SET search_path TO ''''';`,
    'f(a integer)',
    `CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql SET search_path = '' AS 'SELECT 1';`,
  ],
  [
    'timestamp-without-time-zone',
    'CREATE TABLE t (at timestamp(3), on_day date);',
    't.at',
    'CREATE TABLE t (at timestamptz(3), on_day date, text_of_a_timestamp text);',
  ],
  [
    'no-comment',
    "CREATE TABLE t (a int); COMMENT ON COLUMN t.a IS 'Something.';",
    't',
    "CREATE TABLE t (a int); COMMENT ON TABLE t IS 'A table.'; COMMENT ON COLUMN t.a IS 'Something.';",
  ],
  [
    'no-comment',
    "CREATE TABLE t (a int, b int); COMMENT ON TABLE t IS 'A table.'; COMMENT ON COLUMN t.a IS ' '; COMMENT ON COLUMN t.b IS 'b';",
    't.a',
    '',
  ],
  [
    'name-off-the-pattern',
    'CREATE TABLE t (a int PRIMARY KEY);',
    't: t_pkey',
    'CREATE TABLE t (a int CONSTRAINT pk_t PRIMARY KEY);',
  ],
  [
    'name-off-the-pattern',
    'CREATE TABLE t (a int CONSTRAINT chk_other_a CHECK (a > 0));',
    't: chk_other_a',
    'CREATE TABLE t (a int CONSTRAINT chk_t_a CHECK (a > 0));',
  ],
  [
    'name-off-the-pattern',
    'CREATE TABLE t (a int); CREATE INDEX t_a_idx ON t (a);',
    't: t_a_idx',
    'CREATE TABLE t (a int); CREATE INDEX idx_a ON t (a);',
  ],
  ['name-off-the-pattern', 'CREATE TABLE t ("createdAt" date);', 't.createdAt', 'CREATE TABLE t (created_at date);'],
  ['name-off-the-pattern', 'CREATE TABLE "Things" ();', 'Things', 'CREATE TABLE things ();'],
  [
    'status-without-check',
    'CREATE TABLE t (approval_status text, CHECK (length(approval_status) > 0)); ALTER TABLE t ADD COLUMN state varchar(20);',
    't.state',
    "CREATE TABLE t (state text CHECK (state IN ('on', 'off')), status_code integer, stateless boolean);",
  ],
];

test.each(CASES)('%s: %s', async (rule, bad, found) => {
  expect(placesIn(await catalogAfter(bad), rule)).toEqual([found]);
});

test.each(CASES)('not %s (%#)', async (rule, _bad, _found, good) => {
  expect(placesIn(await catalogAfter(good), rule)).toEqual([]);
});

test('invalid-index: what a failed CREATE INDEX CONCURRENTLY leaves behind', async () => {
  await database.client.query('CREATE TABLE twice (a int); INSERT INTO twice VALUES (1), (1);');
  try {
    await expect(database.client.query('CREATE UNIQUE INDEX CONCURRENTLY idx_twice_a ON twice (a)')).rejects.toThrow(
      'unique',
    );
    expect(placesIn(await catalogAfter(''), 'invalid-index')).toEqual(['twice: idx_twice_a']);
    await database.client.query('DROP INDEX idx_twice_a; CREATE INDEX idx_twice_a ON twice (a);');
    expect(placesIn(await catalogAfter(''), 'invalid-index')).toEqual([]);
  } finally {
    await database.client.query('DROP TABLE twice');
  }
});

test('name-off-the-pattern: a name of more than 63 bytes, which PostgreSQL would cut off', async () => {
  const catalog = await catalogAfter('CREATE TABLE t (a int); CREATE INDEX idx_t_a ON t (a);');
  const index = catalog.tables.find(({ name }) => name === 't')!.indexes[0];
  index.name = `idx_${'a'.repeat(59)}`;
  expect(placesIn(catalog, 'name-off-the-pattern')).toEqual([]);
  index.name += 'a';
  expect(placesIn(catalog, 'name-off-the-pattern')).toEqual([`t: ${index.name}`]);
});

test('every rule has a case, and says what is dangerous and what is safe', () => {
  const names = CATALOG_RULES.map(({ name }) => name);
  expect(new Set([...CASES.map(([rule]) => rule), 'invalid-index'])).toEqual(new Set(names));
  for (const { danger, safeWay } of CATALOG_RULES)
    expect([danger, safeWay]).toEqual([expect.stringMatching(/.{20}/), expect.stringMatching(/.{10}/)]);
});
