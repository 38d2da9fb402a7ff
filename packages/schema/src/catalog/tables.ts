import { BOOKKEEPING_TABLES } from './bookkeeping';
import { type Column, readColumns } from './columns';
import { type Constraint, readConstraints } from './constraints';
import { type Grant, readGrants } from './grants';
import { type Index, readIndexes } from './indexes';
import { type Policy, readPolicies } from './policies';
import { ownObject, type Query } from './query';
import { readTriggers, type Trigger } from './triggers';

export interface Table {
  name: string;
  comment: string | null;
  /** In the table's own order. The order is no difference: PostgreSQL can only append. */
  columns: Column[];
  constraints: Constraint[];
  /** Those that back no constraint. */
  indexes: Index[];
  triggers: Trigger[];
  rowLevelSecurity: { enabled: boolean; forced: boolean };
  policies: Policy[];
  grants: Grant[];
}

const TABLES = `
  SELECT relname::text AS name, obj_description(oid, 'pg_class') AS comment, relrowsecurity AS enabled,
    relforcerowsecurity AS forced
  FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> ALL ($1::text[])
    AND ${ownObject('pg_class', 'pg_class.oid')}
  ORDER BY relname`;

type TableRow = Pick<Table, 'name' | 'comment'> & Table['rowLevelSecurity'];

export async function readTables(query: Query): Promise<Table[]> {
  const tables = (await query(TABLES, [BOOKKEEPING_TABLES])) as TableRow[];
  const columns = await readColumns(query);
  const constraints = await readConstraints(query);
  const indexes = await readIndexes(query);
  const triggers = await readTriggers(query);
  const policies = await readPolicies(query);
  const grants = await readGrants(query);
  return tables.map(({ name, comment, enabled, forced }) => ({
    name,
    comment,
    columns: columns(name),
    constraints: constraints(name),
    indexes: indexes(name),
    triggers: triggers(name),
    rowLevelSecurity: { enabled, forced },
    policies: policies(name),
    grants: grants(name),
  }));
}
