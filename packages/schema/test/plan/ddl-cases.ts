import type { Rename } from '../../src/plan/renames';

/** A change from one schema to another, both in SQL: what entities can't say, and what several objects depend on. */
interface DdlCase {
  title: string;
  before: string;
  after: string;
  renames?: Rename[];
  rows?: string;
}

const table = ({ columns = '', n = 'integer', v = 'varchar(50)', name = 't' } = {}): string =>
  `CREATE TABLE ${name} (id uuid CONSTRAINT pk_${name} PRIMARY KEY DEFAULT gen_random_uuid(), n ${n} NOT NULL DEFAULT 0, v ${v} DEFAULT 'x', at timestamptz${columns});`;
const ROWS = `INSERT INTO t (n, v) VALUES (1, 'one'), (2, 'two')`;
const TOUCH = `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := now(); RETURN NEW; END';`;
/** A policy, views on each other and a trigger, all of which use the column n. */
const USERS_OF_N = `${TOUCH}
  CREATE POLICY own ON t FOR SELECT USING (n = 1);
  CREATE VIEW x AS SELECT n, id FROM t; CREATE VIEW a AS SELECT n FROM x; GRANT SELECT ON a TO PUBLIC;
  COMMENT ON VIEW a IS 'All.'; CREATE MATERIALIZED VIEW m AS SELECT n FROM a; CREATE INDEX i ON m (n);
  CREATE TRIGGER touch BEFORE UPDATE OF n ON t FOR EACH ROW WHEN (NEW.n > 1) EXECUTE FUNCTION touch();`;

export const ddlCases: DdlCase[] = [
  {
    title: 'a type under a policy, views, a trigger and a grant',
    before: table() + USERS_OF_N,
    after: table({ n: 'bigint' }) + USERS_OF_N,
    rows: ROWS,
  },
  {
    title: 'a type under a computed column, whose expression changes too',
    before: `${table({ columns: `, g text GENERATED ALWAYS AS (v || 'x') STORED UNIQUE` })} CREATE INDEX i ON t (g)`,
    after: `${table({ v: 'text', columns: `, g text GENERATED ALWAYS AS (v || 'y') STORED UNIQUE` })} CREATE INDEX i ON t (g)`,
    rows: ROWS,
  },
  {
    title: "a function's arguments and result, under a policy",
    before: `${table()} CREATE FUNCTION f(x integer) RETURNS boolean LANGUAGE sql AS 'SELECT x > 0'; CREATE POLICY p ON t USING (f(n))`,
    after: `${table()} CREATE FUNCTION f(y bigint) RETURNS boolean LANGUAGE sql AS 'SELECT y > 1'; CREATE POLICY p ON t USING (f(n))`,
  },
  {
    title: 'functions in SQL: one that a check needs, one that needs a new table',
    before: 'SELECT',
    after: `CREATE FUNCTION positive(x integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT x > 0';
      ${table({ columns: ', CHECK (positive(n))' })}
      CREATE FUNCTION any_row() RETURNS boolean LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM t)';
      CREATE POLICY p ON t USING (any_row())`,
  },
  {
    title: 'columns of other names, and all that names them',
    before: `${table({ columns: ', w integer GENERATED ALWAYS AS (n * 2) STORED' })} ALTER TABLE t ADD CONSTRAINT uq UNIQUE (n, v);
      CREATE TABLE r (n integer, v varchar(50), CONSTRAINT fk FOREIGN KEY (n, v) REFERENCES t (n, v));
      CREATE INDEX lower_v ON t (lower(v), n DESC) INCLUDE (at) WHERE n > 0 AND v <> 'n';
      CREATE POLICY p ON r USING (EXISTS (SELECT FROM t WHERE t.n = r.n)); ${USERS_OF_N}`,
    after: `${table({ columns: ', w integer GENERATED ALWAYS AS (n * 2) STORED' }).replaceAll(/\bn\b/g, '"Order"')} ALTER TABLE t ADD CONSTRAINT uq UNIQUE ("Order", v);
      CREATE TABLE r (n integer, value varchar(50), CONSTRAINT fk FOREIGN KEY (n, value) REFERENCES t ("Order", v));
      CREATE INDEX lower_v ON t (lower(v), "Order" DESC) INCLUDE (at) WHERE "Order" > 0 AND v <> 'n';
      CREATE POLICY p ON r USING (EXISTS (SELECT FROM t WHERE t."Order" = r.n)); ${USERS_OF_N.replaceAll(/\bn\b/g, '"Order"')}`,
    renames: [
      { table: 't', column: 'Order', formerName: 'n' },
      { table: 'r', column: 'value', formerName: 'v' },
    ],
    rows: ROWS,
  },
  {
    title: 'a table of another name, with its serial, and all that names it',
    before: `${table({ columns: ', s serial' })} CREATE TABLE r (t_id uuid REFERENCES t, CONSTRAINT chk CHECK (t_id IS NOT NULL)); ${USERS_OF_N}
      CREATE POLICY p ON r USING (t_id IN (SELECT t.id FROM t))`,
    after: `${table({ name: 'u', columns: ', s serial' })} CREATE TABLE r (t_id uuid REFERENCES u, CONSTRAINT chk CHECK (t_id IS NOT NULL)); ${USERS_OF_N.replaceAll(/\bt\b/g, 'u')}
      CREATE POLICY p ON r USING (t_id IN (SELECT u.id FROM u))`,
    renames: [{ table: 'u', formerName: 't' }],
    rows: ROWS,
  },
  {
    title: 'former names that say nothing any more',
    before: table({ columns: ', former text' }),
    after: table({ columns: ', former text' }),
    renames: [
      { table: 't', column: 'v', formerName: 'w' },
      { table: 't', column: 'v', formerName: 'former' },
      { table: 't', formerName: 's' },
    ],
  },
  {
    title: 'an enumeration with arrays, a check, an index and a default, a value less',
    before: `CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (m mood NOT NULL DEFAULT 'a' CHECK (m <> 'b'), ms mood[] DEFAULT '{a}'); CREATE INDEX i ON t (m) WHERE m = 'a'`,
    after: `CREATE TYPE mood AS ENUM ('x', 'a'); CREATE TABLE t (m mood NOT NULL DEFAULT 'x' CHECK (m <> 'x'), ms mood[] DEFAULT '{a}'); CREATE INDEX i ON t (m) WHERE m = 'a'`,
    rows: `INSERT INTO t VALUES ('a', '{a}')`,
  },
  {
    title: 'an enumeration whose new value is the default at once',
    before: `CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (m mood NOT NULL DEFAULT 'a')`,
    after: `CREATE TYPE mood AS ENUM ('a', 'b', 'c'); CREATE TABLE t (m mood NOT NULL DEFAULT 'c'); COMMENT ON TYPE mood IS 'How.'`,
    rows: `INSERT INTO t VALUES ('b')`,
  },
  {
    title: 'one enumeration for another, and arrays of them',
    before: `CREATE TYPE former AS ENUM ('a', 'b'); CREATE TABLE t (m former NOT NULL DEFAULT 'a', ms former[] DEFAULT '{a}')`,
    after: `CREATE TYPE mood AS ENUM ('b', 'a'); CREATE TABLE t (m mood NOT NULL DEFAULT 'a', ms mood[] DEFAULT '{a}')`,
    rows: `INSERT INTO t VALUES ('b', '{b}')`,
  },
  {
    title: 'texts that become enumerations',
    before: `CREATE TABLE t (m text NOT NULL DEFAULT 'a', ms text[] DEFAULT '{a}')`,
    after: `CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (m mood NOT NULL DEFAULT 'a', ms mood[] DEFAULT '{a}')`,
    rows: `INSERT INTO t VALUES ('b', '{b}')`,
  },
  {
    title: 'an integer that becomes a serial, a serial that becomes an identity, an identity that becomes a serial',
    before: 'CREATE TABLE t (a integer NOT NULL, b serial, c integer GENERATED ALWAYS AS IDENTITY)',
    after: 'CREATE TABLE t (a serial, b integer GENERATED ALWAYS AS IDENTITY, c serial)',
    rows: 'INSERT INTO t (a) VALUES (7)',
  },
  {
    title: 'a sequence of its own',
    before: 'CREATE SEQUENCE s; CREATE SEQUENCE gone',
    after: `CREATE SEQUENCE s INCREMENT 5 START 100 CACHE 2 CYCLE; COMMENT ON SEQUENCE s IS 'Counts.'; CREATE SEQUENCE added AS smallint`,
  },
  {
    title: 'tables and policies in a circle, made and dropped',
    before: 'SELECT',
    after: `${TOUCH} CREATE TABLE a (id serial PRIMARY KEY, b integer); CREATE TABLE b (id serial PRIMARY KEY, a integer REFERENCES a);
      ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b; CREATE TABLE c (id serial PRIMARY KEY, c integer REFERENCES c);
      CREATE POLICY p ON a USING (EXISTS (SELECT FROM b)); CREATE POLICY p ON b USING (EXISTS (SELECT FROM a));
      CREATE POLICY p ON c USING (EXISTS (SELECT FROM a)); CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch()`,
  },
  {
    title: 'a table less that others refer to',
    before: `${table()} CREATE TABLE r (t_id uuid REFERENCES t, n integer)`,
    after: 'CREATE TABLE r (t_id uuid, n integer)',
  },
  {
    title: 'a foreign key on a key that is replaced',
    before: `${table()} ALTER TABLE t ADD CONSTRAINT uq UNIQUE (n); CREATE TABLE r (n integer REFERENCES t (n))`,
    after: `${table()} ALTER TABLE t ADD CONSTRAINT uq UNIQUE (n) INCLUDE (v); CREATE TABLE r (n integer REFERENCES t (n))`,
    rows: `${ROWS}; INSERT INTO r VALUES (1)`,
  },
  {
    title: 'foreign keys of old and new tables to a new key',
    before: `${table()} CREATE TABLE r (t_id uuid, n integer)`,
    after: `${table()} ALTER TABLE t ADD UNIQUE (id, n); CREATE TABLE r (t_id uuid, n integer, FOREIGN KEY (t_id, n) REFERENCES t (id, n));
      CREATE TABLE s (t_id uuid, n integer, FOREIGN KEY (t_id, n) REFERENCES t (id, n))`,
    rows: ROWS,
  },
  {
    title: 'a foreign key to a new unique index',
    before: `${table()} CREATE INDEX i ON t (n); CREATE TABLE r (n integer)`,
    after: `${table()} CREATE UNIQUE INDEX i ON t (n); CREATE TABLE r (n integer REFERENCES t (n))`,
    rows: ROWS,
  },
  {
    title: 'a view that relies on a key that is replaced',
    before: `${table()} CREATE VIEW w AS SELECT id, n, v FROM t GROUP BY id`,
    after: `${table().replace('CONSTRAINT pk_t PRIMARY KEY', '').replace(');', ', CONSTRAINT pk_t PRIMARY KEY (id) INCLUDE (n));')} CREATE VIEW w AS SELECT id, n, v FROM t GROUP BY id`,
  },
  {
    title: "a view that takes a table's name, and another that becomes materialized",
    before: `CREATE TABLE a (id integer); CREATE VIEW v AS SELECT * FROM a; CREATE VIEW w AS SELECT 1 AS a`,
    after: `CREATE TABLE b (id integer); CREATE VIEW a AS SELECT * FROM b; CREATE VIEW v WITH (security_barrier) AS SELECT * FROM a;
      CREATE MATERIALIZED VIEW w AS SELECT 1 AS a; COMMENT ON MATERIALIZED VIEW w IS 'One.'`,
  },
  {
    title: 'strange names',
    before: `CREATE TABLE "strange ON (((yo?)))" (id text); CREATE VIEW "strange_view(what)" AS SELECT id FROM "strange ON (((yo?)))"`,
    after: `CREATE TABLE "strange ON (((yo?)))" (id text, "USING ""b""" integer);
      CREATE INDEX " USING x" ON "strange ON (((yo?)))" ("USING ""b""");
      CREATE VIEW "strange_view(what)" AS SELECT id::integer * 2 AS a FROM "strange ON (((yo?)))";
      CREATE TABLE "a.b" ("c.d" serial PRIMARY KEY, "e'f" text DEFAULT 'g''h' CHECK ("e'f" <> 'a''b'));
      CREATE TABLE "order" ("user" text PRIMARY KEY, "Camel Case" text DEFAULT 'a' UNIQUE, "select" integer);
      COMMENT ON COLUMN "order"."Camel Case" IS 'c'; CREATE INDEX "Idx" ON "order" ("select" DESC)`,
  },
  {
    title: 'an exclusion constraint',
    before: 'CREATE TABLE t (r tstzrange, s int4range, EXCLUDE USING gist (s WITH &&))',
    after: 'CREATE TABLE t (r tstzrange, s int4range, EXCLUDE USING gist (r WITH &&) WHERE (s IS NOT NULL))',
  },
  {
    title: 'the same definition under two names',
    before: `${table()} CREATE INDEX a1 ON t (n); ALTER TABLE t ADD CONSTRAINT c1 CHECK (n > 0)`,
    after: `${table()} CREATE INDEX a2 ON t (n); CREATE INDEX a3 ON t (n); ALTER TABLE t ADD CONSTRAINT c2 CHECK (n > 0), ADD CONSTRAINT c3 CHECK (n > 0)`,
  },
  {
    title: "indexes' names that other tables take",
    before: `${table()} CREATE TABLE r (a integer, b integer); CREATE INDEX i ON t (n); CREATE INDEX j ON t (v); CREATE UNIQUE INDEX k ON t (n)`,
    after: `${table()} CREATE TABLE r (a integer, b integer, CONSTRAINT k UNIQUE (a)); CREATE TABLE s (a integer); CREATE INDEX i ON r (a); CREATE INDEX j ON s (a)`,
    rows: ROWS,
  },
  {
    title: 'a unique index that becomes a constraint, and a constraint that becomes an index',
    before: `${table()} CREATE UNIQUE INDEX i ON t (n); ALTER TABLE t ADD CONSTRAINT c UNIQUE (v)`,
    after: `${table()} ALTER TABLE t ADD CONSTRAINT i UNIQUE (n); CREATE UNIQUE INDEX c ON t (v)`,
    rows: ROWS,
  },
  {
    title: 'rights of everybody, and the right to grant them',
    before: `${table()} GRANT SELECT ON t TO PUBLIC`,
    after: `${table()} GRANT SELECT (id), UPDATE (n, v) ON t TO PUBLIC; GRANT INSERT ON t TO ddl_reader WITH GRANT OPTION; CREATE POLICY p ON t AS RESTRICTIVE USING (true)`,
  },
  {
    title: 'comments on everything, and a disabled trigger',
    before: `${table()} ${USERS_OF_N}`,
    after: `${table()} ${USERS_OF_N} COMMENT ON CONSTRAINT pk_t ON t IS 'key'; COMMENT ON TRIGGER touch ON t IS 'trigger'; COMMENT ON POLICY own ON t IS 'policy';
      COMMENT ON FUNCTION touch() IS 'function'; COMMENT ON VIEW a IS NULL; COMMENT ON INDEX i IS 'index'; ALTER TABLE t DISABLE TRIGGER touch`,
  },
];

/** A bit of everything, for a second opinion. What comes and goes is last: migra takes another order of columns for a change. */
export const everything: DdlCase = {
  title: 'everything at once',
  before: `${TOUCH}
    CREATE FUNCTION f(x integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT x > 0';
    CREATE TYPE mood AS ENUM ('happy', 'sad');
    CREATE SEQUENCE numbers;
    CREATE TABLE gone (id serial PRIMARY KEY, name text NOT NULL);
    CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email varchar(100) NOT NULL UNIQUE, role text NOT NULL DEFAULT 'a',
      CONSTRAINT chk_role CHECK (role IN ('a', 'b')));
    CREATE TABLE tasks (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id uuid REFERENCES users,
      title varchar(50) DEFAULT 'none', rank integer, mood mood DEFAULT 'sad', at timestamptz, former text,
      gone_id integer REFERENCES gone);
    CREATE INDEX idx_rank ON tasks (rank); CREATE INDEX idx_former ON tasks (former); CREATE INDEX idx_at ON tasks (at);
    CREATE TRIGGER touch BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch();
    ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON tasks FOR SELECT TO ddl_reader USING (f(rank));
    CREATE POLICY other ON tasks FOR DELETE USING (title = 'x');
    GRANT SELECT ON tasks TO ddl_reader;
    CREATE VIEW titles AS SELECT title, rank FROM tasks; CREATE VIEW ranks AS SELECT rank FROM titles`,
  after: `${TOUCH.replace('now()', 'clock_timestamp()')}
    CREATE FUNCTION f(x bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT x > 1';
    CREATE TYPE mood AS ENUM ('happy', 'calm', 'sad');
    CREATE SEQUENCE numbers INCREMENT 2;
    CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL UNIQUE, role text NOT NULL DEFAULT 'b',
      CONSTRAINT chk_role CHECK (role IN ('a', 'b', 'c')));
    CREATE TABLE tags (id serial PRIMARY KEY, name text NOT NULL UNIQUE CHECK (name <> ''));
    CREATE TABLE tasks (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
      title varchar(80) DEFAULT 'nothing', rank bigint, mood mood DEFAULT 'happy', at timestamptz NOT NULL, tag_id integer REFERENCES tags,
      slug text GENERATED ALWAYS AS (lower(title)) STORED, CONSTRAINT uq_tasks UNIQUE (user_id, title));
    CREATE INDEX idx_rank ON tasks (rank DESC NULLS LAST) INCLUDE (title) WHERE rank > 0; CREATE UNIQUE INDEX idx_at ON tasks (at);
    CREATE INDEX idx_slug ON tasks USING hash (slug);
    CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch();
    ALTER TABLE tasks ENABLE ROW LEVEL SECURITY; ALTER TABLE tags ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON tasks FOR SELECT TO ddl_reader USING (f(rank));
    CREATE POLICY added ON tasks FOR INSERT TO ddl_reader WITH CHECK (true);
    CREATE POLICY own ON tags USING (EXISTS (SELECT FROM tasks WHERE tasks.tag_id = tags.id));
    GRANT INSERT, SELECT (title) ON tasks TO ddl_reader;
    CREATE VIEW titles AS SELECT title, rank FROM tasks; CREATE VIEW ranks AS SELECT rank FROM titles WHERE rank > 1`,
};
