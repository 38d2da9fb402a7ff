import { type Client, escapeIdentifier } from 'pg';

async function rowsOf(client: Client, sql: string): Promise<Record<string, unknown>[]> {
  return (await client.query<Record<string, unknown>>(sql)).rows;
}

/** All that the catalog says of tables, indexes, constraints, triggers and policies, but for their oids. */
export async function schemaOf(client: Client): Promise<unknown> {
  const rows = (sql: string) => rowsOf(client, sql);
  return {
    policies: await rows('SELECT * FROM pg_policies ORDER BY tablename, policyname'),
    indexes: await rows(
      `SELECT indexrelid::regclass::text AS name, regexp_replace((to_jsonb(i) - 'indexrelid')::text, ':location -?\\d+', '', 'g') AS index,
         to_jsonb(c) - '{oid,relfilenode,relpages,reltuples,relallvisible}'::text[] AS relation
       FROM pg_index AS i JOIN pg_class AS c ON c.oid = indexrelid
       WHERE relnamespace = 'public'::regnamespace ORDER BY name`,
    ),
    columns: await rows(
      `SELECT attrelid::regclass::text AS relation, to_jsonb(a) - 'attrelid' AS column FROM pg_attribute AS a
       JOIN pg_class AS c ON c.oid = attrelid
       WHERE relnamespace = 'public'::regnamespace ORDER BY relation, attnum`,
    ),
    constraints: await rows(
      `SELECT conindid::regclass::text AS index, to_jsonb(c) - '{oid,conindid}'::text[] AS constraint
       FROM pg_constraint AS c
       WHERE connamespace = 'public'::regnamespace ORDER BY conname, conrelid`,
    ),
    triggers: await rows(
      `SELECT tgrelid::regclass::text AS relation, conname, tgfoid::regproc::text AS function, tgtype, tgenabled, tgdeferrable,
         tginitdeferred
       FROM pg_trigger LEFT JOIN pg_constraint AS c ON c.oid = tgconstraint
       ORDER BY relation, conname, function, tgtype`,
    ),
    comments: await rows(
      `SELECT pg_describe_object(classoid, objoid, objsubid) AS object, description FROM pg_description
       WHERE objoid >= 16384 ORDER BY object, description`,
    ),
    dependencies: await rows(
      `SELECT regexp_replace(pg_describe_object(classid, objid, objsubid), '(RI_ConstraintTrigger_.|Unique_ConstraintTrigger)_\\d+', '\\1') AS object,
         pg_describe_object(refclassid, refobjid, refobjsubid) AS needs, deptype
       FROM pg_depend WHERE objid >= 16384 ORDER BY object, needs, deptype`,
    ),
    tables: await rows(
      `SELECT relname, relreplident, relhasindex, relrowsecurity, relforcerowsecurity, relacl FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname`,
    ),
  };
}

/** The oids of indexes, by name: another one where it was made anew. */
export async function indexOids(client: Client): Promise<Record<string, number>> {
  const found = await rowsOf(
    client,
    `SELECT relname, oid FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace`,
  );
  return Object.fromEntries(found.map(({ relname, oid }) => [relname as string, oid as number]));
}

/** A digest of each table's rows, whatever their order and whatever the server. */
export async function digestsOf(client: Client): Promise<Record<string, string>> {
  await client.query(`SET TIME ZONE 'UTC'`);
  const tables = await rowsOf(
    client,
    `SELECT relname AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname !~ '^migration' ORDER BY relname`,
  );
  const digests: Record<string, string> = {};
  for (const { name } of tables as { name: string }[]) {
    const [{ digest }] = await rowsOf(
      client,
      `SELECT md5(coalesce(string_agg(r::text, chr(10) ORDER BY r::text COLLATE "C"), '')) AS digest
       FROM ${escapeIdentifier(name)} AS r`,
    );
    digests[name] = digest as string;
  }
  return digests;
}
