import { inOneForm } from './expression';
import { type Grant, readGrants } from './grants';
import { type Index, readIndexes } from './indexes';
import { ownObject, type Query, uses } from './query';

export interface View {
  name: string;
  materialized: boolean;
  /** The query behind AS. */
  definition: string;
  /** What stands in WITH (…): 'security_barrier=true'. */
  options: string[];
  comment: string | null;
  grants: Grant[];
  indexes: Index[];
  uses: string[];
}

const VIEWS = `
  SELECT relname::text AS name, relkind = 'm' AS materialized, pg_get_viewdef(pg_class.oid, true) AS definition,
    coalesce(reloptions, '{}') AS options, obj_description(pg_class.oid, 'pg_class') AS comment,
    array_remove(${uses('pg_rewrite', 'pg_rewrite.oid')}, relname::text) AS uses
  FROM pg_class JOIN pg_rewrite ON ev_class = pg_class.oid AND rulename = '_RETURN'
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm') AND ${ownObject('pg_class', 'pg_class.oid')}
  ORDER BY relname`;

export async function readViews(query: Query): Promise<View[]> {
  const views = (await query(VIEWS)) as Omit<View, 'grants' | 'indexes'>[];
  const [grants, indexes] = [await readGrants(query), await readIndexes(query)];
  return views.map((view) => ({
    ...view,
    definition: inOneForm(view.definition.replace(/;$/, '')),
    grants: grants(view.name),
    indexes: indexes(view.name),
  }));
}
